/**
 * The third article's two routes, with its exact texts. A username is a user's name, a contact its e-mail
 * (any text: the article does not ask for an address). Where the article always answers 200, the status
 * says the same as the text: see docs/decisions.
 */
import type { Response } from 'express';
import type { Operation } from '../operation';
import { operation } from '../operation';
import type { Queries } from '../queries';
import { accountParams, usernameParams } from '../schemas';

const text = { type: 'text/plain' };

export function accountOperations(queries: Queries): Operation[] {
  return [
    operation({
      method: 'post',
      path: '/create/:username/:contact',
      id: 'createAccount',
      summary: 'Create an account; `Creation failed` when the name or the contact is taken',
      params: accountParams,
      paramsProblem: 400,
      answers: {
        201: { description: '`Created account for X`', ...text },
        409: { description: '`Creation failed`', ...text },
      },
      async handle({ params: { username, contact } }, _req, res) {
        const created = await queries.createAccount(username, contact);
        if (created) sendText(res, 201, `Created account for ${username}`);
        else sendText(res, 409, 'Creation failed');
      },
    }),

    operation({
      method: 'get',
      path: '/find/:username',
      id: 'findAccount',
      summary: 'Find an account by its exact username',
      params: usernameParams,
      paramsProblem: 400,
      answers: {
        200: { description: '`Found: X`', ...text },
        404: { description: '`Not found`', ...text },
      },
      async handle({ params: { username } }, _req, res) {
        const account = await queries.findAccount(username);
        if (account) sendText(res, 200, `Found: ${account.name}`);
        else sendText(res, 404, 'Not found');
      },
    }),
  ];
}

function sendText(res: Response, status: number, text: string): void {
  res.status(status).type('text/plain').send(text);
}
