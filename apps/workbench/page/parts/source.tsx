import type { JSX } from 'preact';
import type { Excerpt, StyleId, StyleSource } from '../../src/protocol';
import { Link } from './link';
import { Code } from './code';

/** The functions that run, and the models they use. */
export function Source({
  style,
  source,
}: {
  readonly style: StyleId;
  readonly source?: StyleSource | undefined;
}): JSX.Element {
  if (!source) return <p class="quiet">Reading the source…</p>;
  return (
    <>
      {source.functions.map((excerpt) => (
        <Part key={excerpt.name + excerpt.line} style={style} excerpt={excerpt} />
      ))}
      <details class="models">
        <summary>Model{source.models.length > 1 ? 's' : ''}</summary>
        {source.models.map((excerpt) => (
          <Part key={excerpt.name + excerpt.line} style={style} excerpt={excerpt} />
        ))}
      </details>
    </>
  );
}

function Part({
  style,
  excerpt,
}: {
  readonly style: StyleId;
  readonly excerpt: Excerpt;
}): JSX.Element {
  const { name, file, line, lines } = excerpt;
  return (
    <figure class="excerpt">
      <figcaption>
        <span class="name">{name}</span>
        <Link class="place" to={`/f/${file}#L${line}`} title={`${file}, line ${line}`}>
          {file.split('/').at(-1)}:{line}
        </Link>
      </figcaption>
      <Code lines={lines} from={line} label={`${name}, ${style}`} />
    </figure>
  );
}
