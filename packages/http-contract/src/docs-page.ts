/**
 * `/docs`: the contract as a page that can be tried out, by Swagger UI from this process. Nothing is loaded from elsewhere, and the
 * page's policy allows no script but that of its own files.
 *
 * @see https://github.com/swagger-api/swagger-ui/blob/master/docs/usage/configuration.md
 */
import path from 'node:path';
import type { Request, RequestHandler, Response, Router } from 'express';
import { Router as createExpressRouter, static as serveStatic } from 'express';
import { escapeHtml } from './escape-html';

const FILES = ['swagger-ui.css', 'swagger-ui-bundle.js'];

/** Swagger UI sets styles of elements by script, which a policy does not count as inline. Its symbols are `data:` images. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const START = `const { openapi } = document.currentScript.dataset;
SwaggerUIBundle({ url: openapi, dom_id: '#docs', deepLinking: true, validatorUrl: null, docExpansion: 'list' });
`;

/** Mount it at `/docs`, beside `/openapi.json`. */
export function docsPage(title: string): Router {
  const router = createExpressRouter();
  const folder = path.dirname(require.resolve('swagger-ui-dist/package.json'));
  router.get('/', (req, res) => {
    res.set('Content-Security-Policy', POLICY).type('html').send(page(title, req.baseUrl));
  });
  router.get('/start.js', (_req: Request, res: Response) => {
    res.type('text/javascript').send(START);
  });
  router.use(only(FILES), serveStatic(folder, { index: false, redirect: false, maxAge: '1h' }));
  return router;
}

/** Passes on requests for these files; others are none of this router's. */
function only(files: readonly string[]): RequestHandler {
  return (req, _res, next) => next(files.includes(req.path.slice(1)) ? undefined : 'router');
}

/** @param base where it is mounted: `/docs`. */
function page(title: string, base: string): string {
  const openapi = path.posix.join(path.posix.dirname(base), 'openapi.json');
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${escapeHtml(title)}</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="${escapeHtml(base)}/swagger-ui.css">
</head>
<body>
  <div id="docs"></div>
  <script src="${escapeHtml(base)}/swagger-ui-bundle.js"></script>
  <script src="${escapeHtml(base)}/start.js" data-openapi="${escapeHtml(openapi)}"></script>
</body>
</html>
`;
}
