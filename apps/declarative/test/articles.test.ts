/** What the articles say of the declarative style, how its own tests leave nothing behind, and its library's own transactions. */
import {
  registerArticles,
  registerIsolation,
  registerNested,
  registerTenants,
} from '@quartet/conformance';
import type { Style } from '@quartet/conformance';
import type { Sequelize } from 'sequelize-typescript';
import { createApp } from '../src/app';
import { initDb } from '../src/database';
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
    (User.sequelize as Sequelize).transaction((transaction) =>
      work((user) => User.create(user, { transaction })),
    ),
  refusedCommit: /Committing transaction .* ran side by side in one session/s,
};

registerArticles(style);
registerIsolation(style);
registerNested(style);
registerTenants(style);
