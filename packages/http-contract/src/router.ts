/** Everything that is HTTP, on top of an app's `Queries`: `createRouter(queries, …)`. */
import type { Engine } from '@quartet/db-core';
import { noteErrors } from '@quartet/db-core/express';
import type { ErrorHandlerOptions } from '@quartet/express-service';
import { errorHandler, HttpProblem, notFound, refuseLargeBodies } from '@quartet/express-service';
import type { RequestHandler, Router } from 'express';
import { Router as createExpressRouter } from 'express';
import { problemMessages } from './error-to-problem';
import { docsPage } from './docs-page';
import { openApiDocument } from './openapi';
import type { Operation } from './operation';
import { operation, register } from './operation';
import type { Queries } from './queries';
import { accountOperations } from './resources/accounts';
import { healthOperations } from './resources/health';
import { homeOperations } from './resources/home';
import { messageOperations } from './resources/messages';
import { statsOperations } from './resources/stats';
import { userOperations } from './resources/users';
import { securityHeaders } from './security-headers';

export interface RouterOptions extends ErrorHandlerOptions {
  /** The style's name, as `GET /` shows it. */
  readonly style: string;
  /** The library it shows. */
  readonly library: string;
  /** Asked by `/readyz` whether the database answers. */
  readonly engine: Engine;
}

/**
 * All routes of the contract, their validation and their errors. Mount it last: what it does not know
 * answers 404, and its error handler ends every request.
 *
 * @example
 * const app = express();
 * initApp(app, { sessions: [Session] });
 * app.use(createRouter(queries, { style: 'classical', library: 'typeorm', engine }));
 */
export function createRouter(queries: Queries, options: RouterOptions): Router {
  const { style, library, engine } = options;
  const operations = [
    ...homeOperations({ style, library, engine: engine.dialect.name }),
    ...userOperations(queries),
    ...messageOperations(queries),
    ...statsOperations(queries),
    ...accountOperations(queries),
    ...healthOperations(engine),
  ];
  operations.push(documentOperation(operations, `Quartet: ${style}`)); // it describes itself as well

  const router = createExpressRouter({ caseSensitive: true });
  router.use(securityHeaders, refuseLongQuery, refuseMalformedQuery, refuseLargeBodies());
  register(router, operations);
  router.use('/docs', docsPage(`Quartet: ${style}`));
  router.use(notFound);
  router.use(
    noteErrors,
    errorHandler({ ...options, messages: { ...problemMessages, ...options.messages } }),
  );
  return router;
}

function documentOperation(described: readonly Operation[], title: string): Operation {
  let document: string | undefined;
  return operation({
    method: 'get',
    path: '/openapi.json',
    id: 'openapi',
    summary: 'This document',
    answers: { 200: { description: 'The OpenAPI document', type: 'application/json' } },
    handle(_input, _req, res) {
      document ??= JSON.stringify(openApiDocument(described, { title }));
      res.type('application/json').send(document);
    },
  });
}

/** No route takes more than four parameters; node itself refuses headers beyond 16 kB with 431. */
const MAX_PARAMETERS = 20;

const refuseLongQuery: RequestHandler = (req, _res, next) => {
  const parameters = req.originalUrl.split('&').length;
  if (parameters > MAX_PARAMETERS)
    throw new HttpProblem(400, `A query may have at most ${MAX_PARAMETERS} parameters.`);
  next();
};

/** Express decodes a broken `%` as it stands and broken UTF-8 as U+FFFD: neither is what was meant. */
const refuseMalformedQuery: RequestHandler = (req, _res, next) => {
  const query = req.originalUrl.split('?').slice(1).join('?');
  try {
    decodeURIComponent(query);
  } catch {
    throw new HttpProblem(400, 'The query string is not valid percent-encoding.');
  }
  next();
};
