/**
 * Finds declarations in a source file by name. It relies on the formatter: a declaration ends at the first line with
 * the same indentation that closes it.
 */

export interface Declaration {
  /** The number of its first line. */
  readonly line: number;
  readonly text: string;
}

/** A method of an object literal, or a function at the top level, with the comment above it. */
export function findFunction(text: string, name: string): Declaration | undefined {
  return block(
    text,
    new RegExp(`^ *(?:export )?(?:async )?(?:function ?)?\\*? ?${name}(?:<[^>]*>)?\\(`),
  );
}

/**
 * The declarations of a model: its class or interface, and its mapping: a call of `mapper` or `init`, or, for the SQL
 * builder, the method that makes the table.
 */
export function findModel(text: string, name: string): Declaration[] {
  return [
    new RegExp(`^(?:export )?(?:abstract )?(?:class|interface|const) ${name}\\b`),
    new RegExp(`^mapper\\(${name},`),
    new RegExp(`^${name}\\.init\\(`),
    new RegExp(`^  ${name.toLowerCase()}s\\(`),
  ].flatMap((start) => block(text, start) ?? []);
}

function block(text: string, start: RegExp): Declaration | undefined {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => start.test(line));
  if (at < 0) return undefined;
  const indent = /^ */.exec(lines[at] ?? '')?.[0] ?? '';
  const closes = new RegExp(`^${indent}(?:}|\\);)`);
  const oneLine = /[;,}]$/.test(lines[at] ?? '') && !/[{([]$/.test(lines[at] ?? '');
  let end = at;
  if (!oneLine)
    while (end < lines.length - 1 && !(end > at && closes.test(lines[end] ?? ''))) end += 1;
  let first = at;
  // Decorators and comments above it belong to it.
  while (new RegExp(`^${indent}(@|/\\*\\*| \\*|//|\\}\\))`).test(lines[first - 1] ?? ''))
    first -= 1;
  const own = lines.slice(first, end + 1).map((line) => line.slice(indent.length));
  return { line: first + 1, text: own.join('\n') };
}

/** The names, and those of the top-level functions that these call, directly or indirectly. */
export function withHelpers(text: string, names: readonly string[]): Set<string> {
  const helpers = [...text.matchAll(/^(?:async )?function\*? (\w+)/gm)].map(
    ([, name]) => name ?? '',
  );
  const all = new Set(names);
  for (const name of all) {
    const body = findFunction(text, name)?.text ?? '';
    for (const helper of helpers) if (new RegExp(`\\b${helper}\\(`).test(body)) all.add(helper);
  }
  return all;
}
