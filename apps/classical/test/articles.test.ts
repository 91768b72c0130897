/** What the articles say of the classical style, how its own tests leave nothing behind, and its library's own transactions. */
import {
  registerArticles,
  registerIsolation,
  registerNested,
  registerTenants,
} from '@quartet/conformance';
import type { Style } from '@quartet/conformance';
import { createApp } from '../src/app';
import { dataSource, initDb } from '../src/database';
import { User } from '../src/models';
import { queries } from '../src/queries';
import { Session } from '../src/session';

const style: Style = {
  createApp,
  initDb,
  queries,
  Session,
  User,
  add: (user) => Session.add(new User(user)),
  transaction: (work) =>
    dataSource.transaction((manager) => work((user) => manager.save(new User(user)))),
};

registerArticles(style);
registerIsolation(style);
registerNested(style);
registerTenants(style);
