/** `/stats`: who writes most. */
import type { Operation } from '../operation';
import { operation } from '../operation';
import type { Queries } from '../queries';
import { limitQuery } from '../schemas';
import { topAuthorsJson, toTopAuthor } from '../views';

export function statsOperations(queries: Queries): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/stats/top-authors',
      id: 'topAuthors',
      summary: 'Authors by number of messages, most first; those without messages are left out',
      query: limitQuery,
      answers: { 200: { description: 'At most `limit` authors', schema: topAuthorsJson } },
      async handle({ query }, _req, res) {
        res.json((await queries.topAuthors(query.limit)).map(toTopAuthor));
      },
    }),
  ];
}
