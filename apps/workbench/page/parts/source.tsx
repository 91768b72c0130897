import type { JSX } from 'preact';
import type { Excerpt } from '../../src/protocol';
import { Link } from './link';
import { Code } from './code';

/** Functions that run, or the models they use. */
export function Source({
  excerpts,
}: {
  readonly excerpts: readonly Excerpt[] | undefined;
}): JSX.Element {
  if (!excerpts) return <p class="quiet">Reading the source…</p>;
  return (
    <>
      {excerpts.map(({ name, file, line, lines }) => (
        <figure key={name + line} class="excerpt">
          <figcaption>
            <span class="name">{name}</span>
            <Link class="place" to={`/f/${file}#L${line}`} title={`${file}, line ${line}`}>
              {file.split('/').at(-1)}:{line}
            </Link>
          </figcaption>
          <Code lines={lines} from={line} />
        </figure>
      ))}
    </>
  );
}
