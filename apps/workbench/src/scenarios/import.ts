import { count } from '@quartet/debug-panel/drawing';
import { worded } from '../conclusion';
import { jsonOf } from '../client';
import type { Scenario } from './scenario';
import { bad, good } from './scenario';

export const importUsers: Scenario = {
  id: 'import',
  title: 'Import with savepoints',
  group: 'Transactions',
  look: 'Every third row is a duplicate. Each row has its savepoint: the bad ones are undone alone, one COMMIT keeps the rest.',
  inputs: [{ name: 'rows', label: 'Rows', type: 'number', value: 9, min: 1, max: 200 }],
  concept: 'docs/concepts/transactions.md',
  workshop: '08',
  functions: ['importUsers'],
  models: ['User'],

  async run(context) {
    const rows = Array.from({ length: context.number('rows') }, (_, index) =>
      context.uniqueUser(index % 3 === 2 ? 'row-0' : `row-${index}`),
    );
    const reply = await context.request('Import', 'POST', '/users/import', { body: rows });
    if (reply?.status !== 200) return bad(`It answered ${reply?.status}.`);
    const report = jsonOf<{ imported: number; rejected: unknown[] }>(reply);
    return good(
      `${report.imported} rows kept, ${report.rejected.length} undone by their savepoints.`,
    );
  },

  conclude: (styles) =>
    `Savepoints undid the bad rows alone and one COMMIT kept the rest: ${worded(styles, ({ metrics }) => count(metrics.roundTrips, 'round trip'))}`,
};
