import { request } from 'node:http';
import { withServer } from '@quartet/testing';
import express from 'express';
import { HttpProblem, sendProblem } from '../src';

describe('a problem', () => {
  it('is about:blank with the status phrase as its title when the status says it all', () => {
    expect(new HttpProblem(404, 'There is no such user.').toDocument('/users/7')).toEqual({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'There is no such user.',
      instance: '/users/7',
    });
  });

  it('carries the fields at fault and a type to compare when it is a validation problem', () => {
    const errors = [{ field: 'name', message: 'is required' }];
    const problem = new HttpProblem(400, 'Not valid.', {
      type: 'validation',
      title: 'Validation failed',
      errors,
    });
    const document = problem.toDocument('/users');
    expect(document).toMatchObject({
      type: 'urn:quartet:problem:validation',
      title: 'Validation failed',
      errors,
    });
  });

  it('may have a type of the app, which is a URI', () => {
    const problem = new HttpProblem(402, 'Top up first.', { type: 'https://shop.example/credit' });
    expect(problem.toDocument('/').type).toBe('https://shop.example/credit');
  });

  it('is answered as application/problem+json, uncached, with its headers and the path without its query', async () => {
    const app = express();
    app.use((req, res) =>
      sendProblem(req, res, new HttpProblem(503, 'Later.', { headers: { 'Retry-After': '5' } })),
    );
    await withServer(app, async (url) => {
      const answer = await fetch(`${url}/users?name=secret`);
      expect(answer.status).toBe(503);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('retry-after')).toBe('5');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('etag')).toBeNull();
      expect(await answer.json()).toMatchObject({ instance: '/users' });
    });
  });

  it('answers HEAD with the same headers and no body', async () => {
    const app = express();
    app.use((req, res) => sendProblem(req, res, new HttpProblem(404, 'Nothing here.')));
    await withServer(app, async (url) => {
      const lengthOf = (method: string) =>
        new Promise<[string | undefined, number]>((resolve, reject) => {
          request(url, { method }, (res) => {
            let received = 0;
            res.on('data', (chunk: Buffer) => (received += chunk.length));
            res.on('end', () => resolve([res.headers['content-length'], received]));
          })
            .on('error', reject)
            .end();
        });
      const [length, received] = await lengthOf('GET');
      expect(received).toBe(Number(length));
      expect(await lengthOf('HEAD')).toEqual([length, 0]);
    });
  });
});
