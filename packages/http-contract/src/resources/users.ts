/** `/users`: list, create, read, change, delete; import many; merge two. */
import { HttpProblem } from '@quartet/express-service';
import type { Queries } from '../queries';
import type { Operation } from '../operation';
import { operation } from '../operation';
import { PAGE_LINKS, requestedPage, sendPage } from '../paging';
import { idParams, importRows, mergeInto, newUser, userChanges, userPageQuery } from '../schemas';
import { importReportJson, toImportReport, toUser, userJson, userPageJson } from '../views';

export function userOperations(queries: Queries): Operation[] {
  return [
    operation({
      method: 'get',
      path: '/users',
      id: 'listUsers',
      summary: 'Users by id, a page at a time; `name` finds the one who bears exactly that name',
      query: userPageQuery,
      answers: {
        200: { description: 'A page of users', schema: userPageJson, headers: PAGE_LINKS },
      },
      async handle({ query }, _req, res) {
        const page = requestedPage(query);
        const filter = query.name === undefined ? {} : { name: query.name };
        sendPage(res, await queries.listUsers(page, filter), page, toUser);
      },
    }),

    operation({
      method: 'post',
      path: '/users',
      id: 'createUser',
      summary: 'Create a user; 409 when the name or the e-mail is taken',
      body: newUser,
      answers: {
        201: {
          description: 'The new user',
          schema: userJson,
          headers: { Location: "The user's path" },
        },
      },
      async handle({ body }, req, res) {
        const user = await queries.createUser(body);
        res.status(201).location(`${req.baseUrl}/users/${user.id}`).json(toUser(user));
      },
    }),

    operation({
      method: 'post',
      path: '/users/import',
      id: 'importUsers',
      summary: 'Create many users in one transaction; taken rows are reported, the others kept',
      body: importRows,
      answers: { 200: { description: 'What became of the rows', schema: importReportJson } },
      async handle({ body }, _req, res) {
        res.json(toImportReport(await queries.importUsers(body)));
      },
    }),

    operation({
      method: 'get',
      path: '/users/:id',
      id: 'findUser',
      summary: 'One user',
      params: idParams,
      answers: { 200: { description: 'The user', schema: userJson } },
      async handle({ params }, _req, res) {
        res.json(toUser(known(await queries.findUser(params.id))));
      },
    }),

    operation({
      method: 'patch',
      path: '/users/:id',
      id: 'updateUser',
      summary: 'Change the name, the e-mail or both; 409 when taken',
      params: idParams,
      body: userChanges,
      answers: { 200: { description: 'The user as it is now', schema: userJson } },
      async handle({ params, body }, _req, res) {
        res.json(toUser(known(await queries.updateUser(params.id, body))));
      },
    }),

    operation({
      method: 'delete',
      path: '/users/:id',
      id: 'deleteUser',
      summary: 'Delete a user and their messages',
      params: idParams,
      answers: { 204: { description: 'Deleted' } },
      async handle({ params }, _req, res) {
        known((await queries.deleteUser(params.id)) || undefined);
        res.status(204).end();
      },
    }),

    operation({
      method: 'post',
      path: '/users/:id/merge',
      id: 'mergeUsers',
      summary: 'Give all messages of a user to another, then delete the first, in one transaction',
      params: idParams,
      body: mergeInto,
      answers: { 200: { description: 'The user who has the messages now', schema: userJson } },
      async handle({ params, body }, _req, res) {
        if (params.id === body.into) {
          throw new HttpProblem(400, 'The body of the request is not valid.', {
            type: 'validation',
            title: 'Validation failed',
            errors: [{ field: 'into', message: 'must be another user' }],
          });
        }
        res.json(toUser(known(await queries.mergeUsers(params.id, body.into))));
      },
    }),
  ];
}

function known<T>(user: T | undefined): T {
  if (user === undefined) throw new HttpProblem(404, 'There is no such user.');
  return user;
}
