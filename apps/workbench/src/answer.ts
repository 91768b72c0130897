/** Turns a reply into what the page shows: status, headers, and the beginning of the body, highlighted. */
import type { Reply } from './client';
import { highlight } from './code';
import type { Answer, CodeLine } from './protocol';

const SHOWN_LINES = 40;

/**
 * @param reply undefined where the client closed the connection before the answer
 * @param at when the whole answer had arrived, in milliseconds since `startedAt`
 * @param startedAt by `performance.now()`
 */
export function toAnswer(reply: Reply | undefined, at: number, startedAt: number): Answer {
  if (!reply) return { at, headers: [], body: [], bytes: 0 };
  const { status, reason, headers, bytes, chunks, firstByteAt } = reply;
  const text = prettyBody(reply);
  const lines = text === '' ? [] : text.split('\n');
  const isJson = headers.some(
    ([name, value]) => /^content-type$/i.test(name) && /json/.test(value),
  );
  return {
    at,
    status,
    reason,
    headers,
    bytes,
    chunks,
    firstByteAt: firstByteAt - startedAt,
    body: shown(lines.slice(0, SHOWN_LINES), isJson),
    ...(lines.length > SHOWN_LINES && {
      omitted: `${lines.length - SHOWN_LINES} more lines of the ${bytes.toLocaleString('en')} bytes`,
    }),
  };
}

function shown(lines: readonly string[], isJson: boolean): readonly CodeLine[] {
  if (lines.length === 0) return [];
  return isJson ? highlight(lines.join('\n'), 'json') : lines.map((line) => [[line]]);
}

/** Indented JSON; any other text, such as NDJSON, unchanged. */
function prettyBody({ text }: Reply): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text.trimEnd();
  }
}
