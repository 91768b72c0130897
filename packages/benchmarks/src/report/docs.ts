/** Replaces the generated parts of a page, which stand between markers; the rest is written by hand. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';

const DOCS = path.join(__dirname, '../../../../docs');
const RESULTS = path.join(__dirname, '../../results');
const PAGE = path.join(DOCS, 'benchmarks.md');

/** @throws Error when the page has no such markers. */
export function writeSection(name: string, markdown: string): void {
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md has no ${begin} … ${end}`);
  writeFileSync(
    PAGE,
    `${page.slice(0, from + begin.length)}\n\n${markdown.trim()}\n\n${page.slice(to)}`,
  );
}

export function writeImage(name: string, content: string): void {
  mkdirSync(path.join(DOCS, 'images'), { recursive: true });
  writeFileSync(path.join(DOCS, 'images', name), content);
}

/** Data of the docs, for others to read: JSON with a line for each entry of a list. */
export function writeData(name: string, data: object): void {
  const members = Object.entries(data).map(([key, value]) => {
    const text = Array.isArray(value)
      ? `[\n${value.map((each) => `    ${JSON.stringify(each)}`).join(',\n')}\n  ]`
      : JSON.stringify(value);
    return `  ${JSON.stringify(key)}: ${text}`;
  });
  writeFileSync(path.join(DOCS, name), `{\n${members.join(',\n')}\n}\n`);
}

export function writeResults(name: string, results: unknown): string {
  mkdirSync(RESULTS, { recursive: true });
  const file = path.join(RESULTS, name);
  writeFileSync(file, `${JSON.stringify(results)}\n`);
  return path.relative(process.cwd(), file);
}
