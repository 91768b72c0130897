/** The diff of two styles' functions, with changed lines next to each other. */
import { diffLines } from 'diff';
import { highlight } from './code';
import type { DiffRow, StyleId } from './protocol';
import type { Scenario } from './scenarios/scenario';
import type { SourcePart } from './source';
import { functionsOf } from './source';

type Side = DiffRow['left'];

export async function compareStyles(
  scenario: Scenario,
  left: StyleId,
  right: StyleId,
): Promise<DiffRow[]> {
  const [ours, theirs] = await Promise.all([
    functionsOf(left, scenario),
    functionsOf(right, scenario),
  ]);
  return ours.flatMap((found) => {
    const other = theirs.find(({ name }) => name === found.name);
    return other ? compare(found, other) : [];
  });
}

function compare(left: SourcePart, right: SourcePart): DiffRow[] {
  const [lefts, rights] = [left, right].map(numbered) as [Side[], Side[]];
  const rows: DiffRow[] = [];
  let [removed, l, r]: [Side[], number, number] = [[], 0, 0];
  const settle = (added: Side[]): void => {
    for (let index = 0; index < Math.max(removed.length, added.length); index++) {
      rows.push(row(removed[index], added[index]));
    }
    removed = [];
  };
  for (const { count, added, removed: gone } of diffLines(`${left.text}\n`, `${right.text}\n`)) {
    if (gone) removed = lefts.slice(l, (l += count));
    else if (added) settle(rights.slice(r, (r += count)));
    else {
      settle([]);
      const same = rights.slice(r, (r += count));
      lefts.slice(l, (l += count)).forEach((side, index) => {
        rows.push({ kind: 'same', ...sides(side, same[index]) });
      });
    }
  }
  settle([]);
  return rows;
}

function row(left: Side, right: Side): DiffRow {
  const kind = left && right ? 'changed' : left ? 'left' : 'right';
  return { kind, ...sides(left, right) };
}

function sides(left: Side, right: Side): Pick<DiffRow, 'left' | 'right'> {
  return { ...(left && { left }), ...(right && { right }) };
}

function numbered({ text, line }: SourcePart): Side[] {
  return highlight(text, 'typescript').map((tokens, index) => ({ line: line + index, tokens }));
}
