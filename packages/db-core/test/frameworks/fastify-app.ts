import { commitMode, initApp } from '@quartet/db-core/fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import type { Call, TestFramework } from './framework';
import { lastPart, nameOf, statusOf } from './framework';

export const fastifyApp: TestFramework = {
  name: 'Fastify',
  gaps: {
    hidesErrorsOfTakenOver: 'a reply that was hijacked is its handler’s own',
    failsBriefly: 'a reply that was hijacked is its handler’s own',
  },
  async app(routes, options, sorry) {
    const app = fastify({ forceCloseConnections: true });
    app.addHook('onRequest', (_request, reply, done) => {
      reply.raw.setHeader('X-Before', 'kept');
      done();
    });
    const scopes = initApp(app, options);
    app.setErrorHandler((error, _request, reply) =>
      sorry
        ? reply.redirect(sorry)
        : reply.status(statusOf(error)).send(JSON.stringify(nameOf(error))),
    );
    for (const { method = 'GET', path, mode, handler } of routes) {
      app.route({
        method,
        url: path,
        ...(mode && { preHandler: commitMode(mode) }),
        handler: async (request, reply) => {
          try {
            await handler(call(request, reply));
          } catch (error) {
            if (!reply.sent) throw error;
            reply.raw.destroy();
          }
          return reply;
        },
      });
    }
    await app.ready();
    return { server: app.server, scopes, close: () => app.close() };
  },
};

function call(request: FastifyRequest, reply: FastifyReply): Call {
  return {
    incoming: request.raw,
    outgoing: reply.raw,
    name: lastPart(request.url),
    header: (name, value) => reply.header(name, value),
    json: (status, body) =>
      reply.status(status).type('application/json').send(JSON.stringify(body)),
    text: (status, body) => reply.status(status).send(body),
    empty: (status) => reply.status(status).send(),
    redirect: (to) => reply.redirect(to, 303),
    stream: (parts) => reply.send(parts),
    takeOver: () => reply.hijack(),
  };
}
