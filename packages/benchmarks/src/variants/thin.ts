/** A library alone in an Express server written by hand, which shares nothing with ours. */
import type { Express } from 'express';
import { handWrittenApp } from './hand-written';
import type { Measured } from './plain';

export function thinApp(queries: Measured): Express {
  return handWrittenApp({
    findUser: (id) => queries.findUser(id),
    listUsers: (limit, offset) => queries.listUsers(pageOf(limit, offset), {}),
    async listMessages(limit, offset) {
      const { items, total } = await queries.listMessages(pageOf(limit, offset), {});
      const messages = items.map(({ id, body, createdAt, author }) => ({
        id,
        body,
        created_at: createdAt,
        author: { id: author.id, name: author.name },
      }));
      return { items: messages, total };
    },
    createUser: async (name, email) => (await queries.createUser({ name, email })).id,
    async createMessage(userId, body, tags) {
      const message = await queries.createMessage(userId, { body, tags: [...tags] });
      return message && { id: message.id, created_at: message.createdAt, author: message.author };
    },
  });
}

function pageOf(limit: number, offset: number): { page: number; perPage: number } {
  return { page: offset / limit + 1, perPage: limit };
}
