import type { JSX } from 'preact';
import type { CodeLine } from '../../src/protocol';

interface CodeProps {
  readonly lines: readonly CodeLine[];
  /** The number of the first line; without it the lines have no numbers. */
  readonly from?: number | undefined;
}

/** Highlighted code; a long line goes on below, so that nothing has to be scrolled. */
export function Code({ lines, from }: CodeProps): JSX.Element {
  return (
    <pre class={from === undefined ? 'code' : 'code numbered'}>
      <code>
        {lines.map((tokens, index) => (
          <Line
            key={index}
            tokens={tokens}
            number={from === undefined ? undefined : from + index}
          />
        ))}
      </code>
    </pre>
  );
}

export function Line({
  tokens,
  number,
  id,
  highlighted = false,
}: {
  readonly tokens: CodeLine;
  readonly number?: number | undefined;
  readonly id?: string;
  readonly highlighted?: boolean;
}): JSX.Element {
  const [indent = '', rest] = splitIndent(tokens);
  return (
    <span
      class={highlighted ? 'line highlighted' : 'line'}
      id={id}
      data-line={number}
      style={{ '--indent': `${indent.length}ch` }}
    >
      <span class="indent">{indent}</span>
      {rest.map(([text, kind], index) => (
        <span key={index} class={kind && `t-${kind}`}>
          {text}
        </span>
      ))}
      {'\n'}
    </span>
  );
}

/** The indentation of a line is shown as padding, and stays in the text for copying. */
function splitIndent([first, ...others]: CodeLine): [string, CodeLine] {
  if (!first) return ['', []];
  const [text, kind] = first;
  const indent = /^ */.exec(text)?.[0] ?? '';
  const left = text.slice(indent.length);
  return [
    indent,
    [...(left === '' ? [] : [[left, ...(kind ? [kind] : [])] as const]), ...others] as CodeLine,
  ];
}
