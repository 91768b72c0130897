import type { Measured } from '../conclusion';
import { worded } from '../conclusion';
import { jsonOf } from '../client';
import { Drain } from '../drain';
import type { Scenario } from './scenario';
import { bad, good } from './scenario';

/** How long a request waits for a connection of the pool before it is answered. */
const ACQUIRE_TIMEOUT_MS = 300;

export const withoutTeardown: Scenario = {
  id: 'without-teardown',
  title: 'Teardown switched off',
  group: 'When things go wrong',
  look: 'The same requests twice on a small pool of its own. Without teardown every answer keeps its connection, until there is none: watch the pool drain.',
  inputs: [
    { name: 'poolSize', label: 'Pool size', type: 'number', value: 3, min: 1, max: 8 },
    { name: 'requests', label: 'Requests', type: 'number', value: 5, min: 1, max: 12 },
  ],
  concept: 'docs/concepts/scope-and-teardown.md',
  workshop: '05',
  paced: true,
  functions: ['findUser'],
  models: ['User'],

  async run(context) {
    const [poolSize, requests] = [context.number('poolSize'), context.number('requests')];
    const { style, engine } = context;
    context.progress(0, 'apps of their own are starting');
    const drain = await context.shared('drain', () =>
      Drain.start(engine, { poolSize, acquireTimeoutMs: ACQUIRE_TIMEOUT_MS }),
    );
    const [kept, leaking] = [drain.endpoint(style, 'kept'), drain.endpoint(style, 'leaking')];
    const made = await context.ask('POST', '/users', context.uniqueUser('ana'), kept);
    const path = `/users/${jsonOf<{ id: number }>(made).id}`;
    const answered = { with: 0, without: 0 };
    for (const how of ['with', 'without'] as const) {
      for (let n = 1; n <= requests; n++) {
        const done = how === 'with' ? n - 1 : n - 1 + requests;
        context.progress(done / (2 * requests), `${style}, ${how} teardown`);
        const label = `${n}, ${how} teardown`;
        const [at, untilRemoved] = how === 'with' ? [kept, true] : [leaking, false];
        const reply = await context.request(label, 'GET', path, { at, untilRemoved });
        if (reply?.status === 200) answered[how] += 1;
      }
    }
    const text = `With teardown ${answered.with} of ${requests} requests were answered, without it ${answered.without}.`;
    const asExpected =
      answered.with === requests && answered.without === Math.min(poolSize, requests);
    return asExpected ? good(text) : bad(text);
  },

  conclude(styles) {
    const answered = ({ requests }: Measured, how: string): string => {
      const those = requests.filter(({ label }) => label.endsWith(`, ${how} teardown`));
      return `${those.filter(({ status }) => status === 200).length} of ${those.length}`;
    };
    const both = (style: Measured): string =>
      `${answered(style, 'with')} requests answered with it and ${answered(style, 'without')} without it`;
    return `Teardown keeps the pool alive whatever the style: ${worded(styles, both)}`;
  },
};
