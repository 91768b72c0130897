import type { ComponentChildren, JSX } from 'preact';

/** The event of every change of address that the page itself made. */
export const NAVIGATED = 'workbench-navigated';

export function go(to: string, { replace = false } = {}): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', to);
  dispatchEvent(new Event(NAVIGATED));
}

interface LinkProps {
  readonly to: string;
  readonly class?: string;
  readonly title?: string;
  readonly children: ComponentChildren;
}

/** Goes there without loading, unless the click asks for a new tab. */
export function follow(event: MouseEvent, to: string): void {
  if (
    event.defaultPrevented ||
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey
  )
    return;
  event.preventDefault();
  go(to);
  if (!to.includes('#')) scrollTo(0, 0);
}

/** A link within the page: it changes the address without loading, and can be opened in a new tab. */
export function Link({ to, children, ...rest }: LinkProps): JSX.Element {
  return (
    <a {...rest} href={to} onClick={(event) => follow(event, to)}>
      {children}
    </a>
  );
}
