/** All suites, in the order in which they run and in which the published table lists them. */
import type { Suite } from '../support/suite';
import { anyText } from './any-text';
import { articles } from './articles';
import { badInput } from './bad-input';
import { concurrency } from './concurrency';
import { databaseAway } from './database-away';
import { existingDatabase } from './existing-database';
import { exporting } from './export';
import { heap } from './heap';
import { importing } from './import';
import { isolation } from './isolation';
import { merge } from './merge';
import { messages } from './messages';
import { metrics } from './metrics';
import { pagination } from './pagination';
import { processes } from './process';
import { schema } from './schema';
import { scope } from './scope';
import { limits, secrets } from './secrets';
import { statements } from './statements';
import { stats } from './stats';
import { tags } from './tags';
import { teardown } from './teardown';
import { teardownOnTheWire } from './teardown-on-the-wire';
import { transactions } from './transactions';
import { users } from './users';

export const suites: readonly Suite[] = [
  schema,
  users,
  importing,
  merge,
  messages,
  tags,
  exporting,
  stats,
  articles,
  pagination,
  badInput,
  anyText,
  limits,
  statements,
  scope,
  metrics,
  transactions,
  teardown,
  teardownOnTheWire,
  concurrency,
  isolation,
  existingDatabase,
  databaseAway,
  processes,
  secrets,
  heap,
];
