import type { JSX } from 'preact';
import { follow } from './link';

/** Where a link stays within the workbench. */
const OWN = /^\/(?:f|s|workshop)\//;

/** A rendered page of the docs. */
export function Prose({
  html,
  class: name,
}: {
  readonly html: string;
  readonly class?: string;
}): JSX.Element {
  const onClick = (event: MouseEvent): void => {
    const to = (event.target as Element).closest('a')?.getAttribute('href');
    if (to && OWN.test(to)) follow(event, to);
  };
  return <div class={name} onClick={onClick} dangerouslySetInnerHTML={{ __html: html }} />;
}
