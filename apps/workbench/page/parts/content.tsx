import type { ComponentChildren, JSX } from 'preact';

interface ContentProps {
  readonly class: string;
  readonly children: ComponentChildren;
}

/** What a page is about: the skip link leads here, and so does the focus after a change of page. */
export function Content({ class: name, children }: ContentProps): JSX.Element {
  return (
    <main class={name} id={CONTENT} tabIndex={-1}>
      {children}
    </main>
  );
}

export const CONTENT = 'content';
