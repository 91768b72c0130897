import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  HookHandlerDoneFunction,
} from 'fastify';
import { assertCommitMode, setCommitMode } from '../http/commit-mode';
import type { CommitMode } from '../http/current-request';
import { assertFirst } from '../http/one-app';
import { answerBriefly } from '../http/request-listener';
import type { RequestScopeOptions } from '../http/request-scope-options';
import { assertRequestScopeOptions } from '../http/request-scope-options';
import type { Exchange, Framework } from '../http/request-scopes';
import { RequestScopes } from '../http/request-scopes';

/** Options of `initApp`. */
export type FastifyScopeOptions = RequestScopeOptions<FastifyRequest, FastifyReply>;
/** The scopes of an app: what `initApp` gives. */
export type FastifyScopes = RequestScopes<FastifyRequest, FastifyReply>;
type Hook = (request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction) => void;

const FASTIFY: Framework<FastifyRequest, FastifyReply> = {
  pathOf: ({ routeOptions }) => routeOptions.url,
  answer(error, exchange) {
    const { res: reply } = exchange;
    if (reply.sent) return answerBriefly(error, undefined, reply.raw); // hijacked: Fastify answers nothing
    forgetHeaders(exchange);
    void reply.send(
      error instanceof Error ? error : new Error('The commit failed.', { cause: error }),
    );
  },
};

/** What the answer that was thrown away had in its head, and Fastify keeps beside Node's. */
function forgetHeaders({ res: reply }: Exchange<FastifyRequest, FastifyReply>): void {
  for (const name of Object.keys(reply.getHeaders()))
    if (!reply.raw.hasHeader(name)) void reply.removeHeader(name);
}

/**
 * Gives the requests of `app`, or of the plugin that `app` is the instance of, their scopes. Handlers and hooks behind
 * `onRequest` have the session; `settings`, hooks and the like are given Fastify's own request and reply.
 *
 * @throws ArgumentError for an unknown option; InvalidRequestError when called twice for one instance.
 * @example
 * const app = fastify();
 * initApp(app, { commit: 'on-success' });
 * app.get('/users', () => User.query.all());
 */
export function initApp(app: FastifyInstance, options: FastifyScopeOptions = {}): FastifyScopes {
  assertRequestScopeOptions('initApp', options);
  assertFirst(app);
  const scopes = new RequestScopes(FASTIFY, options);
  app.addHook('onRequest', (req, res, done) =>
    // Fastify keeps the async context over the body's parser.
    scopes.begin({ incoming: req.raw, outgoing: res.raw, req, res }, done),
  );
  app.addHook('onError', (_req, res, error, done) => {
    scopes.noteError(res.raw, error);
    done();
  });
  return scopes;
}

/**
 * A hook for a route that differs from what `initApp` was told with `commit`.
 *
 * @throws ArgumentError for anything but a mode; NoActiveScopeError where `initApp` was not called before.
 * @example
 * app.post('/imports', { preHandler: commitMode('manual') }, async (_request, reply) => { … });
 */
export function commitMode(mode: CommitMode): Hook {
  assertCommitMode(mode);
  return (_request, _reply, done) => {
    setCommitMode(mode);
    done();
  };
}
