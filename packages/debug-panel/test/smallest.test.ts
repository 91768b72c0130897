import { createEngine } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import { debugPanel } from '@quartet/debug-panel';
import { withServer } from '@quartet/testing';
import express from 'express';

test('the panel lists the requests of the app', async () => {
  const engine = createEngine('sqlite://');
  // #region smallest
  const app = express();
  initApp(app);
  app.use(debugPanel(engine)); // http://localhost:3000/__quartet
  // #endregion
  app.get('/hello', (_req, res) => void res.send('hello'));
  await withServer(app, async (url) => {
    await fetch(`${url}/hello`);
    const answer = await fetch(`${url}/__quartet/requests.json`);
    expect(await answer.json()).toMatchObject({ requests: [{ url: '/hello', status: 200 }] });
  });
  await engine.dispose();
});
