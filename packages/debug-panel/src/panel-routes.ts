/**
 * What is answered below the panel's path: the page, its files, the same as JSON, live events, and plans. Only this machine
 * gets an answer, and only from pages of this server; no SQL is taken from anybody.
 */
import type { NextFunction, Request, Response } from 'express';
import type { Live } from './live';
import type { Shown } from './page/shown';
import { assetPath } from './assets';
import { detailsJson, listJson } from './json';
import { pageDocument } from './page/document';
import { planTable } from './page/statement-group';
import { explain } from './parts/explain';
import { isLoopback, isSameOrigin } from './parts/local-only';
import { PAGE_HEADERS } from './parts/page-headers';
import { shownError } from './parts/session-event';

type Answer = (res: Response, shown: Shown, name: string, req: Request) => void | Promise<void>;
type Route = readonly [method: 'GET' | 'POST', path: RegExp, answer: Answer];

export class PanelRoutes {
  readonly #live: Live;
  readonly #routes: readonly Route[];

  constructor(live: Live) {
    this.#live = live;
    this.#routes = [
      ['GET', /^\/?$/, page],
      ['GET', /^\/requests\/(\d+)$/, page],
      ['GET', /^\/requests\.json$/, (res, shown) => void res.json(listJson(shown))],
      ['GET', /^\/requests\/(\d+)\.json$/, details],
      ['GET', /^\/live$/, (res) => this.#live.follow(res)],
      ['GET', /^\/assets\/([\w.-]+)$/, asset],
      ['POST', /^\/explain\/(\d+)$/, plan],
      ['POST', /^\/clear$/, clear],
    ];
  }

  /** @param path what follows the panel's own path */
  async answer(
    req: Request,
    res: Response,
    next: NextFunction,
    path: string,
    shown: Shown,
  ): Promise<void> {
    res.removeHeader('X-Powered-By');
    res.set(PAGE_HEADERS).set('Cache-Control', 'no-store');
    const isNavigation = req.method === 'GET' && req.headers['sec-fetch-mode'] === 'navigate';
    if (!isLoopback(req) || !(isNavigation || isSameOrigin(req)))
      return refuse(res, 403, 'The debug panel answers this machine alone, and no other page.');
    for (const [method, pattern, answer] of this.#routes) {
      const found = pattern.exec(path);
      if (!found) continue;
      if (req.method !== method && !(method === 'GET' && req.method === 'HEAD'))
        return refuse(res.set('Allow', method), 405, `This takes ${method}.`);
      try {
        return await answer(res, shown, found[1] ?? '', req);
      } catch (error) {
        return next(error);
      }
    }
    refuse(res, 404, 'There is nothing here.');
  }
}

function page(res: Response, shown: Shown, name: string): void {
  const record = name === '' ? undefined : (shown.log.find(Number(name)) ?? 'gone');
  res.status(record === 'gone' ? 404 : 200);
  res.type('html').send(String(pageDocument(shown, record)));
}

function details(res: Response, shown: Shown, name: string): void {
  const record = shown.log.find(Number(name));
  if (record) res.json(detailsJson(record, shown));
  else refuse(res, 404, 'That request is not kept.');
}

function asset(res: Response, _shown: Shown, name: string): void {
  const file = assetPath(name);
  if (file === undefined) refuse(res, 404, 'There is no such file.');
  else res.set('Cache-Control', 'no-cache').sendFile(file, { dotfiles: 'allow' });
}

/** A plain read alone: what writes, locks or calls a function is refused, although it would not be run. */
async function plan(res: Response, { log }: Shown, name: string, req: Request): Promise<void> {
  const sent = log.statement(Number(name));
  if (!sent) return refuse(res, 404, 'That statement is not kept.');
  const { engine, sql, params } = sent;
  if (!engine.describe(sql).isPlainRead)
    return refuse(
      res,
      422,
      'Only a statement that certainly reads and does nothing else is explained.',
    );
  if (!params) return refuse(res, 422, 'Its parameters were too many or too large to be kept.');
  let found;
  try {
    found = await explain(engine, { sql, params });
  } catch (error) {
    return refuse(res, 422, shownError(error));
  }
  if (req.accepts(['json', 'html']) === 'html') res.type('html').send(String(planTable(found)));
  else res.json(found);
}

function clear(res: Response, { log }: Shown): void {
  log.clear();
  res.sendStatus(204);
}

function refuse(res: Response, status: number, why: string): void {
  res.status(status).type('text/plain').send(why);
}
