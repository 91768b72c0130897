/** Two styles next to each other: their models, their queries and the SQL they sent, line by line. */
import { diffArrays } from 'diff';
import type { CodeLine, Excerpt, StyleSource } from '../src/protocol';
import type { StyleState } from './run-state';

export interface Side {
  /** Its number in the file; absent where it stands in none. */
  readonly line?: number;
  readonly tokens: CodeLine;
}

export interface DiffRow {
  readonly kind: 'same' | 'changed' | 'left' | 'right';
  readonly left?: Side | undefined;
  readonly right?: Side | undefined;
}

/** A function, a model, or what one request sent. */
export interface ComparedPart {
  readonly name: string;
  readonly rows: readonly DiffRow[];
  readonly isIdentical: boolean;
}

type Named = ReadonlyMap<string, readonly Side[]>;

export function compareExcerpts(
  kind: keyof StyleSource,
  left: StyleSource,
  right: StyleSource,
): ComparedPart[] {
  return compare(linesByName(left[kind]), linesByName(right[kind]));
}

/** Values are not compared: they differ from run to run. */
export function compareSql(left: StyleState, right: StyleState): ComparedPart[] {
  return compare(sqlByRequest(left), sqlByRequest(right));
}

function compare(left: Named, right: Named): ComparedPart[] {
  return [...new Set([...left.keys(), ...right.keys()])].map((name) => {
    const rows = rowsOf(left.get(name) ?? [], right.get(name) ?? []);
    return { name, rows, isIdentical: rows.every(({ kind }) => kind === 'same') };
  });
}

function linesByName(excerpts: readonly Excerpt[]): Named {
  const named = new Map<string, Side[]>();
  for (const { name, line, lines } of excerpts) {
    const before = named.get(name) ?? [];
    named.set(name, [...before, ...lines.map((tokens, index) => ({ line: line + index, tokens }))]);
  }
  return named;
}

function sqlByRequest({ requests, groups = [] }: StyleState): Named {
  return new Map(
    requests.map(({ id, label }) => {
      const own = groups.filter(({ requestId }) => requestId === id);
      const lines = own.flatMap(({ lines: sql, statements: { length } }, index): CodeLine[] => [
        ...(index > 0 ? [[]] : []),
        ...(length > 1 ? [[[`-- ${length} times`, 'comment'] as const]] : []),
        ...sql,
      ]);
      return [label, lines.map((tokens) => ({ tokens }))];
    }),
  );
}

/** Changed lines stand next to each other. */
function rowsOf(left: readonly Side[], right: readonly Side[]): DiffRow[] {
  const rows: DiffRow[] = [];
  let removed: readonly Side[] = [];
  let [l, r] = [0, 0];
  const settle = (added: readonly Side[]): void => {
    for (let index = 0; index < Math.max(removed.length, added.length); index++) {
      const [before, after] = [removed[index], added[index]];
      const kind = before && after ? 'changed' : before ? 'left' : 'right';
      rows.push({ kind, left: before, right: after });
    }
    removed = [];
  };
  for (const { count, added, removed: gone } of diffArrays(left.map(textOf), right.map(textOf))) {
    if (gone) removed = left.slice(l, (l += count));
    else if (added) settle(right.slice(r, (r += count)));
    else {
      settle([]);
      const same = right.slice(r, (r += count));
      for (const [index, side] of left.slice(l, (l += count)).entries())
        rows.push({ kind: 'same', left: side, right: same[index] });
    }
  }
  settle([]);
  return rows;
}

function textOf({ tokens }: Side): string {
  return tokens.map(([text]) => text).join('');
}
