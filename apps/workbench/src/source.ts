/**
 * The code that a scenario shows, read from the files that run: functions of an app's `queries.ts` or of the
 * workbench's variants, and the models they use.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { highlight } from './code';
import { findFunction, findModel, withHelpers } from './declarations';
import type { CodeLine, Excerpt, Sources, StyleId, StyleSource } from './protocol';
import { ROOT } from './root';
import type { Scenario } from './scenarios/scenario';
import { STYLES } from './styles';

/** An excerpt as text, before it is highlighted. */
export interface SourcePart {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

export async function sourcesOf(scenario: Scenario): Promise<Sources> {
  const entries = await Promise.all(
    STYLES.map(async ({ id }) => [id, await sourceOf(id, scenario)] as const),
  );
  return Object.fromEntries(entries) as Record<StyleId, StyleSource>;
}

/** The scenario's functions in one style, and the helpers of the same file that they call. */
export async function functionsOf(style: StyleId, { functions }: Scenario): Promise<SourcePart[]> {
  const found: SourcePart[] = [];
  for (const file of [`apps/${style}/src/queries.ts`, `apps/workbench/src/variants/${style}.ts`]) {
    const text = await readRepositoryFile(file);
    const names = functions.filter((name) => findFunction(text, name));
    for (const name of withHelpers(text, names)) {
      const part = findFunction(text, name);
      if (part) found.push({ name, file, ...part });
    }
  }
  const place = ({ name }: SourcePart): number => functions.indexOf(name) >>> 0; // helpers last
  return found.sort((a, b) => place(a) - place(b));
}

/** A whole file that the page links to; undefined for files other than sources, tests and docs. */
export async function fileOf(file: string): Promise<Excerpt | undefined> {
  const known =
    /^(?:(?:apps|packages)\/[\w-]+\/(?:src|test)|docs)\/(?:[\w-]+\/)*[\w.-]+\.(?:ts|md)$/.test(
      file,
    );
  const text = known ? await readRepositoryFile(file) : '';
  if (text === '') return undefined;
  const lines = file.endsWith('.ts')
    ? highlight(text, 'typescript')
    : text.split('\n').map((line): CodeLine => [[line]]);
  return { name: file, file, line: 1, lines };
}

async function sourceOf(style: StyleId, scenario: Scenario): Promise<StyleSource> {
  const functions = await functionsOf(style, scenario);
  return {
    functions: functions.map(toExcerpt),
    models: (await modelsOf(style, scenario)).map(toExcerpt),
  };
}

/** The SQL builder has no classes: its tables are in `database.ts`. */
async function modelsOf(style: StyleId, { models }: Scenario): Promise<SourcePart[]> {
  for (const file of [`apps/${style}/src/models.ts`, `apps/${style}/src/database.ts`]) {
    const text = await readRepositoryFile(file);
    const found = models.flatMap((name) =>
      findModel(text, name).map((model) => ({ name, file, ...model })),
    );
    if (found.length > 0) return found;
  }
  return [];
}

function toExcerpt({ name, file, line, text }: SourcePart): Excerpt {
  return { name, file, line, lines: highlight(text, 'typescript') };
}

async function readRepositoryFile(file: string): Promise<string> {
  return await readFile(path.join(ROOT, file), 'utf8').catch(() => '');
}
