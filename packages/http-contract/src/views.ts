/** What an answer says: the JSON of users, messages, reports and problems, and the schemas that describe it. */
import { z } from 'zod';
import type { Page, PageRequest } from './queries';
import type { ImportReport, MessageDetail, MessageView, TopAuthor, UserView } from './queries';
import { component } from './schemas';

const id = z.int().min(1);
const count = z.int().min(0);
/** ISO 8601, UTC, always with milliseconds. */
const instant = z.iso.datetime({ precision: 3 });
const author = component('Author', z.strictObject({ id, name: z.string() }));
const messageFields = { id, body: z.string(), created_at: instant, author };

export const userJson = component(
  'User',
  z.strictObject({ id, name: z.string(), email: z.string() }),
);
export const messageJson = component('Message', z.strictObject(messageFields));
export const messageDetailJson = component(
  'MessageDetail',
  z.strictObject({ ...messageFields, tags: z.array(z.string()) }),
);
export const userPageJson = component('UserPage', pageOf(userJson));
export const messagePageJson = component('MessagePage', pageOf(messageJson));
export const importReportJson = component(
  'ImportReport',
  z.strictObject({
    imported: count,
    rejected: z.array(z.strictObject({ index: count, reason: z.string() })),
  }),
);
export const topAuthorsJson = component(
  'TopAuthors',
  z.array(z.strictObject({ author, messages: z.int().min(1), last_message_at: instant })),
);

export const problemJson = component(
  'Problem',
  z.strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    instance: z.string(),
    errors: z.array(z.strictObject({ field: z.string(), message: z.string() })).optional(),
  }),
);

export function toUser({ id, name, email }: UserView): z.infer<typeof userJson> {
  return { id, name, email };
}

export function toMessage(message: MessageView): z.infer<typeof messageJson> {
  const { id, body, createdAt, author } = message;
  return {
    id,
    body,
    created_at: createdAt.toISOString(),
    author: { id: author.id, name: author.name },
  };
}

/** Tags are sorted here, by code unit: each database's collation would sort them its own way. */
export function toMessageDetail(message: MessageDetail): z.infer<typeof messageDetailJson> {
  return { ...toMessage(message), tags: [...message.tags].sort() };
}

export function toImportReport({
  imported,
  rejected,
}: ImportReport): z.infer<typeof importReportJson> {
  return { imported, rejected: rejected.map(({ index, reason }) => ({ index, reason })) };
}

export function toTopAuthor({
  author,
  messages,
  lastMessageAt,
}: TopAuthor): z.infer<typeof topAuthorsJson>[number] {
  return {
    author: { id: author.id, name: author.name },
    messages,
    last_message_at: lastMessageAt.toISOString(),
  };
}

export interface PageJson<T> {
  items: T[];
  page: number;
  per_page: number;
  total: number;
  pages: number;
}

/** A page with its numbers; `pages` is 0 when there is nothing at all. */
export function toPage<T, J>(
  result: Page<T>,
  request: PageRequest,
  toJson: (item: T) => J,
): PageJson<J> {
  return {
    items: result.items.map(toJson),
    page: request.page,
    per_page: request.perPage,
    total: result.total,
    pages: Math.ceil(result.total / request.perPage),
  };
}

function pageOf<T extends z.ZodType>(item: T) {
  return z.strictObject({
    items: z.array(item),
    page: z.int().min(1),
    per_page: z.int().min(1),
    total: count,
    pages: count,
  });
}
