/** Article 4, `app`: the same for both mappings, which differ in what stands for `database` and `models`. */
import type { ScopedSession } from '@quartet/db-core';
import { initApp } from '@quartet/db-core/express';
import type { Query } from '@quartet/db-core/orm';
import type { Express } from 'express';
import express from 'express';

/** What the article's app imports. */
export interface Mapped {
  readonly dbSession: ScopedSession;
  readonly Account: AccountClass;
}

interface AccountClass {
  new (values: { username: string; contact: string }): { username: string | null };
  readonly query: Query<{ username: string | null }>;
}

export function createApp({ dbSession, Account }: Mapped): Express {
  const app = express();

  // @app.teardown_appcontext
  // def close_db(error): db_session.remove()
  initApp(app);

  // #region routes
  // [4] @app.route('/')
  app.get('/', (_req, res) => {
    // [2, 3, 4] return 'Flask + SQLAlchemy'
    // => a handler's returned text is not its answer: the request would wait for one
    res.send('Flask + SQLAlchemy');
  });

  // [4] @app.route('/create/<username>/<contact>')
  // => `<username>` is `:username`; in our four apps a POST, since a GET that writes is run by every crawler
  app.get('/create/:username/:contact', async (req, res) => {
    // [4] def create_user(username, contact):
    const { username, contact } = req.params;

    // [4] new_account = Account(username=username, contact=contact)
    const newAccount = new Account({ username, contact });

    try {
      // [4] db_session.add(new_account)
      // => sends nothing, so there is nothing to await
      dbSession.add(newAccount);

      // [4] db_session.commit()
      await dbSession.commit();

      // [4] return f'Created account for {username}'
      res.send(`Created account for ${username}`);
    } catch {
      // [4] except Exception: db_session.rollback()
      // => the session is usable again
      await dbSession.rollback();

      // [4] return 'Creation failed'
      res.send('Creation failed');
    }
  });

  // [4] @app.route('/find/<username>')
  app.get('/find/:username', async (req, res) => {
    // [4] def find_user(username):
    const { username } = req.params;

    // [4] account = Account.query.filter_by(username=username).first()
    const account = await Account.query.filterBy({ username }).first();

    if (account) {
      // [4] return f'Found: {account.username}'
      res.send(`Found: ${account.username}`);
    } else {
      // [4] return 'Not found'
      res.send('Not found');
    }
  });
  // #endregion

  return app;
}
