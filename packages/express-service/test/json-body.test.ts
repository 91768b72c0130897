import { withServer } from '@quartet/testing';
import type { Express } from 'express';
import express from 'express';
import { errorHandler, jsonBody, refuseLargeBodies } from '../src';

function appOf(maxBytes?: number): Express {
  const options = maxBytes === undefined ? {} : { maxBytes };
  const app = express();
  app.post('/read', jsonBody(options), (req, res) => void res.json(req.body));
  app.post('/unread', refuseLargeBodies(options), (_req, res) => void res.json('not read'));
  return app.use(errorHandler());
}

async function post(
  url: string,
  body?: string | Uint8Array,
  type = 'application/json',
): Promise<[number, unknown]> {
  const given = body === undefined ? {} : { body, headers: { 'Content-Type': type } };
  const answer = await fetch(url, { method: 'POST', ...given });
  const json = (await answer.json()) as { detail?: string };
  return [answer.status, json.detail ?? json];
}

describe('a JSON body', () => {
  it('is whatever its JSON is', async () => {
    await withServer(appOf(), async (url) => {
      expect(await post(`${url}/read`, '{"a":1}')).toEqual([200, { a: 1 }]);
      expect(await post(`${url}/read`, '"text"')).toEqual([200, 'text']);
      expect(await post(`${url}/read`, '[1]', 'application/merge-patch+json')).toEqual([200, [1]]);
    });
  });

  it.each([
    ['is not there', undefined, undefined, 400, 'A JSON body is required.'],
    ['is not JSON', '{"a":', undefined, 400, 'The body is not valid JSON.'],
    [
      'is not UTF-8',
      Buffer.from('"\xff"', 'latin1'),
      undefined,
      400,
      'The body is not valid UTF-8.',
    ],
    ['is a form', 'a=1', 'application/x-www-form-urlencoded', 415, /must be JSON/],
    ['has an unknown charset', '{}', 'application/json; charset=latin9', 415, /cannot be read/],
    ['is too large', `"${'x'.repeat(102_400)}"`, undefined, 413, /at most 102400 bytes/],
  ])('that %s is refused', async (_what, body, type, status, detail) => {
    await withServer(appOf(), async (url) => {
      const [answered, text] = await post(`${url}/read`, body, type);
      expect(answered).toBe(status);
      expect(text).toEqual(
        detail instanceof RegExp ? (expect.stringMatching(detail) as unknown) : detail,
      );
    });
  });

  it('may be as large as the app says, also where it is not read', async () => {
    await withServer(appOf(10), async (url) => {
      const small = JSON.stringify('x'.repeat(8));
      const large = JSON.stringify('x'.repeat(9));
      expect(await post(`${url}/read`, small)).toEqual([200, 'xxxxxxxx']);
      expect(await post(`${url}/unread`, small)).toEqual([200, 'not read']);
      for (const path of ['/read', '/unread'])
        expect(await post(url + path, large)).toEqual([413, 'A body may have at most 10 bytes.']);
    });
  });
});
