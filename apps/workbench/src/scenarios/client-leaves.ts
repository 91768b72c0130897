import type { Scenario } from './scenario';
import { countOwn } from './rows';
import { bad, good } from './scenario';

export const clientLeaves: Scenario = {
  id: 'client-leaves',
  title: 'The client goes away',
  group: 'When things go wrong',
  look: 'In the middle of an import the client hangs up. Its statements stop, everything is rolled back, the connection comes home.',
  inputs: [
    { name: 'rows', label: 'Rows', type: 'number', value: 120, min: 40, max: 400 },
    { name: 'after', label: 'Leaves after statements', type: 'number', value: 20, min: 1, max: 30 },
  ],
  concept: 'docs/concepts/teardown.md',
  workshop: 'docs/workshop/08-teardown.md',
  functions: ['importUsers'],
  models: ['User'],

  async run(stage) {
    const rows = Array.from({ length: stage.number('rows') }, (_, index) =>
      stage.ownUser(`row-${index}`),
    );
    const reply = await stage.request('Import, abandoned', 'POST', '/users/import', {
      body: rows,
      leaveAfter: stage.number('after'),
    });
    const left = await countOwn(stage);
    if (reply) return bad('It was done before the client left: try more rows.');
    if (left > 0) return bad(`${left} rows stayed.`);
    return good(`Of the ${stage.statements} rows written until then, none is left.`);
  },
};
