/**
 * The code that a scenario shows, read from the files that run: functions of an app's `queries.ts` or of the
 * workbench's variants, and the models they use.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Language } from './code';
import { highlight } from './code';
import { findFunction, findModel, withHelpers } from './declarations';
import type { CodeLine, Excerpt, Sources, StyleId, StyleSource } from './protocol';
import { ROOT } from './root';
import type { Scenario } from './scenarios/scenario';
import { STYLES } from './styles';

const CLOSED = new Set(['node_modules', 'dist', 'data']);
const SHOWN = /\.(?:ts|tsx|cjs|mjs|css|md|json|yaml)$/;
const ALSO_SHOWN = new Set(['LICENSE', '.oxlintrc.json']);
const LANGUAGES: Readonly<Record<string, Language>> = {
  ts: 'typescript',
  tsx: 'typescript',
  cjs: 'typescript',
  mjs: 'typescript',
  json: 'json',
};

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

/** A whole file that the page links to. */
export async function fileOf(file: string): Promise<Excerpt | undefined> {
  const text = isShown(file) ? await readRepositoryFile(file) : '';
  if (text === '') return undefined;
  const [, extension = ''] = /\.(\w+)$/.exec(file) ?? [];
  const language = LANGUAGES[extension];
  const lines = language
    ? highlight(text, language)
    : text.split('\n').map((line): CodeLine => [[line]]);
  return { name: file, file, line: 1, lines };
}

/** Whether it is a file of the repository that pages may lead to: nothing hidden, installed, built or of a database. */
export function isShown(file: string): boolean {
  const parts = file.split('/');
  const isOpen = parts.every((part) => /^\w[\w.-]*$/.test(part) && !CLOSED.has(part));
  return (isOpen && SHOWN.test(file)) || ALSO_SHOWN.has(file);
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
