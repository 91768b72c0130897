/** One request in which all four styles write, each with its own library, and one of them commits for all. */
import { Session } from '@quartet/app-classical/session';
import { initApp } from '@quartet/db-core/express';
import { errorHandler } from '@quartet/express-service';
import type { NewUser } from '@quartet/http-contract';
import { problemMessages } from '@quartet/http-contract';
import type { Express } from 'express';
import express from 'express';
import { variants as classical } from './classical';
import { variants as declarative } from './declarative';
import { variants as extension } from './extension';
import { variants as sqlBuilder } from './sql-builder';

export function createTogetherApp(): Express {
  const app = express();
  initApp(app);
  app.disable('x-powered-by');
  app.use(express.json());
  app.post('/users', async (req, res) => {
    const [first, second, third, fourth] = req.body as [NewUser, NewUser, NewUser, NewUser];
    await extension.addUser(first);
    await declarative.addUser(second);
    await classical.addUser(third);
    await sqlBuilder.addUser(fourth);
    if (req.query['then'] === 'fail')
      throw new Error('Something failed after all four had written.');
    await Session.commit();
    res.status(201).end();
  });
  app.use(errorHandler({ messages: problemMessages, onError: () => undefined }));
  return app;
}
