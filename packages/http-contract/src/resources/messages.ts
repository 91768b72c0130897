/** `/messages` and the messages of one user: list, create, read, delete; export everything. */
import { HttpProblem, sendNdjson } from '@quartet/express-service';
import type { Operation } from '../operation';
import { operation } from '../operation';
import { PAGE_LINKS, requestedPage, sendPage } from '../paging';
import type { Queries } from '../queries';
import { idParams, messagePageQuery, newMessage, pageQuery } from '../schemas';
import { messageDetailJson, messagePageJson, toMessage, toMessageDetail } from '../views';

export function messageOperations(queries: Queries): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/users/:id/messages',
      id: 'listUserMessages',
      summary: 'The messages of one user, newest first',
      params: idParams,
      query: pageQuery,
      answers: {
        200: { description: 'A page of messages', schema: messagePageJson, headers: PAGE_LINKS },
      },
      async handle({ params, query }, _req, res) {
        const page = requestedPage(query);
        const result = await queries.listUserMessages(params.id, page);
        sendPage(res, known(result, 'user'), page, toMessage);
      },
    }),

    operation({
      method: 'post',
      path: '/users/:id/messages',
      id: 'createMessage',
      summary: 'Write a message; tags that do not exist yet are created',
      params: idParams,
      body: newMessage,
      answers: {
        201: {
          description: 'The new message',
          schema: messageDetailJson,
          headers: { Location: "The message's path" },
        },
      },
      async handle({ params, body }, req, res) {
        const message = known(await queries.createMessage(params.id, body), 'user');
        res.status(201).location(`${req.baseUrl}/messages/${message.id}`);
        res.json(toMessageDetail(message));
      },
    }),

    operation({
      method: 'get',
      path: '/messages',
      id: 'listMessages',
      summary: 'Messages with their authors, newest first; `tag` keeps those that bear it',
      query: messagePageQuery,
      answers: {
        200: { description: 'A page of messages', schema: messagePageJson, headers: PAGE_LINKS },
      },
      async handle({ query }, _req, res) {
        const page = requestedPage(query);
        const filter = query.tag === undefined ? {} : { tag: query.tag };
        sendPage(res, await queries.listMessages(page, filter), page, toMessage);
      },
    }),

    operation({
      method: 'get',
      path: '/messages/export',
      id: 'exportMessages',
      summary: 'Every message by id, one JSON object (a Message) a line, streamed',
      answers: { 200: { description: 'All messages', type: 'application/x-ndjson' } },
      async handle(_input, req, res) {
        // Without this, HEAD would read the whole table and throw it away.
        if (req.method === 'HEAD') res.type('application/x-ndjson').end();
        else await sendNdjson(res, queries.exportMessages(), toMessage);
      },
    }),

    operation({
      method: 'get',
      path: '/messages/:id',
      id: 'findMessage',
      summary: 'One message with its author and tags',
      params: idParams,
      answers: { 200: { description: 'The message', schema: messageDetailJson } },
      async handle({ params }, _req, res) {
        res.json(toMessageDetail(known(await queries.findMessage(params.id), 'message')));
      },
    }),

    operation({
      method: 'delete',
      path: '/messages/:id',
      id: 'deleteMessage',
      summary: 'Delete a message; its tags stay',
      params: idParams,
      answers: { 204: { description: 'Deleted' } },
      async handle({ params }, _req, res) {
        known((await queries.deleteMessage(params.id)) || undefined, 'message');
        res.status(204).end();
      },
    }),
  ];
}

function known<T>(found: T | undefined, what: 'user' | 'message'): T {
  if (found === undefined) throw new HttpProblem(404, `There is no such ${what}.`);
  return found;
}
