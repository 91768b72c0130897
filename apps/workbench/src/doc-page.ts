/**
 * Pages of the docs, rendered for the page of the workbench: Markdown as a code host shows it, with links and pictures that
 * lead to where the workbench has them. The title of a scenario, in italics, leads to it.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Html, html } from '@quartet/debug-panel/parts';
import GithubSlugger from 'github-slugger';
import { Marked } from 'marked';
import type { Language } from './code';
import { highlight } from './code';
import type { CodeLine, DocPage } from './protocol';
import { ROOT } from './root';
import { SCENARIOS } from './scenarios';
import { isShown } from './source';

const LANGUAGES: Readonly<Record<string, Language>> = {
  ts: 'typescript',
  js: 'typescript',
  json: 'json',
  sh: 'shellscript',
  sql: 'sql',
};
/** Where the workbench serves `docs/images`. */
export const IMAGES = 'docs/images';
/** The page of an exercise. */
const EXERCISE = /^docs\/workshop\/(\d\d)\.[^/]+\/README\.md$/;

/** @param file from the root of the repository; undefined where there is no such page to show */
export async function docPageOf(file: string): Promise<DocPage | undefined> {
  if (!file.endsWith('.md') || !isShown(file)) return undefined;
  const text = await readFile(path.join(ROOT, file), 'utf8').catch(() => '');
  return text === '' ? undefined : await renderDoc(file, text);
}

/** @param file where the text stands, from the root: its links lead on from there */
export async function renderDoc(file: string, text: string): Promise<DocPage> {
  const html = await renderer(file).parse(text.replace(/^---\n[\s\S]*?\n---\n/, ''));
  const [, title = file] = /^# (.+)$/m.exec(text) ?? [];
  return { title: title.replaceAll('`', ''), html };
}

function renderer(file: string): Marked {
  const slugger = new GithubSlugger();
  const to = (href: string): string => targetOf(file, href);
  return new Marked({
    renderer: {
      heading({ tokens, depth }) {
        const text = this.parser.parseInline(tokens, this.parser.textRenderer);
        const id = slugger.slug(text);
        return String(
          html`<h${depth} id="${id}">${own(this.parser.parseInline(tokens))}</h${depth}>`,
        );
      },
      code({ text, lang = '' }) {
        const language = LANGUAGES[lang];
        const lines = language
          ? highlight(text, language)
          : text.split('\n').map((line): CodeLine => [[line]]);
        return String(html`<pre class="code"><code>${lines.map(lineOf)}</code></pre>`);
      },
      link({ href, tokens }) {
        return String(html`<a href="${to(href)}">${own(this.parser.parseInline(tokens))}</a>`);
      },
      em({ tokens, text }) {
        const inner = own(this.parser.parseInline(tokens));
        const scenario = SCENARIOS.find(({ title }) => title === text);
        return String(
          scenario
            ? html`<em><a href="/s/${scenario.id}">${inner}</a></em>`
            : html`<em>${inner}</em>`,
        );
      },
      image({ href, text }) {
        return String(html`<img src="${to(href)}" alt="${text}">`);
      },
      html({ text }) {
        return text.replace(
          /\b(src|srcset|href)="([^"]+)"/g,
          (_, name: string, target: string) => `${name}="${to(target)}"`,
        );
      },
    },
  });
}

/** Of a page or a file: in the workbench. Of a picture: where it is served. Elsewhere: as it is. */
function targetOf(file: string, href: string): string {
  if (/^(?:[a-z][a-z+.-]*:|#|\/)/i.test(href)) return href;
  const [target = '', anchor] = href.split('#');
  const found = path.posix.join(path.posix.dirname(file), decodeURI(target));
  if (found.startsWith(`${IMAGES}/`)) return `/${found}`;
  const [, exercise] = EXERCISE.exec(found) ?? [];
  if (exercise) return `/workshop/${exercise}`;
  return `/f/${found}${anchor === undefined ? '' : `#${anchor}`}`;
}

function lineOf(tokens: CodeLine): Html {
  return html`${tokens.map(([text, kind]) => (kind ? html`<span class="t-${kind}">${text}</span>` : text))}
`;
}

/** What Marked has made of a part. */
function own(text: string): Html {
  return new Html(text);
}
