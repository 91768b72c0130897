/**
 * The code a scenario shows, read from the very files that run: functions of an app's `queries.ts` or of
 * the workbench's variants, and the models they use. The files are formatted by a tool, so that a
 * declaration ends where a line with its own indentation closes it.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { highlight } from './code';
import type { Excerpt, Sources, StyleId, StyleSource } from './protocol';
import type { Scenario } from './scenarios/scenario';
import { ROOT, STYLES } from './styles';

/** An excerpt with its text, before it is highlighted. */
export interface Found {
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

/** The scenario's functions in one style. */
export async function functionsOf(style: StyleId, { functions }: Scenario): Promise<Found[]> {
  const files = [
    `apps/${style}/src/queries.ts`,
    `apps/workbench/src/variants/${style}.ts`,
    'apps/mixed/src/queries.ts',
  ];
  const texts = await Promise.all(files.map(readOurs));
  return functions.flatMap((name) => {
    for (const [index, text] of texts.entries()) {
      const found = findFunction(text, name);
      if (found) return [{ name, file: files[index] ?? '', ...found }];
    }
    return [];
  });
}

/** A method of an object literal, or a function at the top level, with the comment above it. */
export function findFunction(text: string, name: string): { line: number; text: string } | undefined {
  return block(
    text,
    new RegExp(`^ *(?:export )?(?:async )?(?:function ?)?\\*? ?${name}(?:<[^>]*>)?\\(`),
  );
}

/** Every declaration at the top level whose own name, or whose table, is the model's. */
export function findModel(text: string, name: string): { line: number; text: string } | undefined {
  const own = `(?:${name}|${name.toLowerCase()}s?|${name}(?:Entity|Schema|Table|Mapping))`;
  return block(text, new RegExp(`^(?:export )?(?:abstract )?(?:class|const|interface) ${own}\\b`));
}

async function sourceOf(style: StyleId, scenario: Scenario): Promise<StyleSource> {
  const functions = await functionsOf(style, scenario);
  return { functions: functions.map(toExcerpt), models: (await modelsOf(style, scenario)).map(toExcerpt) };
}

/** The SQL builder has no classes: its tables stand in `database.ts`. */
async function modelsOf(style: StyleId, { models }: Scenario): Promise<Found[]> {
  for (const file of [`apps/${style}/src/models.ts`, `apps/${style}/src/database.ts`]) {
    const text = await readOurs(file);
    const found = models.flatMap((name) => {
      const model = findModel(text, name);
      return model ? [{ name, file, ...model }] : [];
    });
    if (found.length > 0) return found;
  }
  return [];
}

function block(text: string, start: RegExp): { line: number; text: string } | undefined {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => start.test(line));
  if (at < 0) return undefined;
  const indent = /^ */.exec(lines[at] ?? '')?.[0] ?? '';
  const closes = new RegExp(`^${indent}[)}\\]]`);
  const oneLine = /[;,}]$/.test(lines[at] ?? '') && !/[{([]$/.test(lines[at] ?? '');
  let end = at;
  if (!oneLine) while (end < lines.length - 1 && !(end > at && closes.test(lines[end] ?? ''))) end += 1;
  let first = at;
  // Decorators and comments that belong to it.
  while (new RegExp(`^${indent}(@|/\\*\\*| \\*|//|\\}\\))`).test(lines[first - 1] ?? '')) first -= 1;
  const own = lines.slice(first, end + 1).map((line) => line.slice(indent.length));
  return { line: first + 1, text: own.join('\n') };
}

function toExcerpt({ name, file, line, text }: Found): Excerpt {
  return { name, file, line, lines: highlight(text, 'typescript') };
}

async function readOurs(file: string): Promise<string> {
  return await readFile(path.join(ROOT, file), 'utf8').catch(() => '');
}
