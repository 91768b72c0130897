import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

interface ContentProps {
  readonly class: string;
  /** The document's, before the workbench's name. Default: that name alone. */
  readonly title?: string | undefined;
  readonly children: ComponentChildren;
}

/** What a page is about: the skip link leads here, and so does the focus after a change of page. */
export function Content({ class: name, title, children }: ContentProps): JSX.Element {
  useLayoutEffect(() => {
    document.title = title ? `${title} · ${WORKBENCH}` : WORKBENCH;
  }, [title]);
  return (
    <main class={name} id={CONTENT} tabIndex={-1}>
      {children}
    </main>
  );
}

export const CONTENT = 'content';

const WORKBENCH = 'Quartet workbench';
