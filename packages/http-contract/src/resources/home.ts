/** `/`: which style this is and where to go; JSON for programs, a page for browsers. */
import { z } from 'zod';
import type { Operation } from '../operation';
import { operation } from '../operation';
import { escapeHtml } from '../escape-html';
import { component } from '../schemas';

export interface AppInfo {
  /** The style's name: `extension`, `declarative`, `classical` or `sql-builder`. */
  readonly style: string;
  /** The library it shows: `sequelize`, `typeorm`, … */
  readonly library: string;
  /** The engine's dialect. */
  readonly engine: string;
}

const LINKS = {
  users: '/users',
  messages: '/messages',
  export: '/messages/export',
  'top-authors': '/stats/top-authors',
  health: '/healthz',
  ready: '/readyz',
  metrics: '/metrics',
  openapi: '/openapi.json',
  docs: '/docs',
};

const homeJson = component(
  'Home',
  z.strictObject({
    style: z.string(),
    library: z.string(),
    engine: z.string(),
    links: z.record(z.string(), z.string()),
  }),
);

export function homeOperations({ style, library, engine }: AppInfo): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/',
      id: 'home',
      summary: 'Style, library, engine and links; HTML when the client prefers it',
      answers: { 200: { description: 'What this is', schema: homeJson } },
      handle(_input, req, res) {
        const links = Object.entries(LINKS).map(
          ([name, path]) => [name, req.baseUrl + path] as const,
        );
        res.vary('Accept');
        if (req.accepts(['json', 'html']) !== 'html') {
          res.json({ style, library, engine, links: Object.fromEntries(links) });
          return;
        }
        res.set('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'");
        res.type('html').send(page({ style, library, engine }, links));
      },
    }),
  ];
}

function page({ style, library, engine }: AppInfo, links: (readonly [string, string])[]): string {
  const items = links.map(
    ([name, path]) => `    <li><a href="${escapeHtml(path)}">${escapeHtml(name)}</a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Quartet: ${escapeHtml(style)}</title>
  <style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }</style>
</head>
<body>
  <h1>Quartet: ${escapeHtml(style)}</h1>
  <p>One of four data-access styles that answer the same API, here with <b>${escapeHtml(library)}</b>
  on <b>${escapeHtml(engine)}</b>.</p>
  <ul>
${items.join('\n')}
  </ul>
</body>
</html>
`;
}
