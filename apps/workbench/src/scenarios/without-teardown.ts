import { jsonOf } from '../client';
import { startDrain } from '../drain';
import type { Scenario } from './scenario';
import { bad, good } from './scenario';

/** The client's patience is the pool's: how long a request waits for a connection. */
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
  workshop: 'docs/workshop/08-teardown.md',
  functions: ['findUser'],
  models: ['User'],

  async run(stage) {
    const [poolSize, requests] = [stage.number('poolSize'), stage.number('requests')];
    const { style, engine } = stage;
    stage.progress(0, `${style}: an app of its own is starting`);
    const drain = await startDrain(engine, {
      style,
      poolSize,
      acquireTimeoutMs: ACQUIRE_TIMEOUT_MS,
    });
    try {
      const made = await stage.ask('POST', '/users', stage.ownUser('ana'), drain.kept);
      const path = `/users/${jsonOf<{ id: number }>(made).id}`;
      const ask = async (name: string, at: typeof drain.kept): Promise<number> => {
        let answered = 0;
        for (let n = 1; n <= requests; n++) {
          stage.progress((name === 'with' ? n : n + requests) / (2 * requests + 1), style);
          const untilRemoved = at === drain.kept;
          const label = `${n}, ${name} teardown`;
          const reply = await stage.request(label, 'GET', path, { at, untilRemoved });
          if (reply?.status === 200) answered += 1;
        }
        return answered;
      };
      const kept = await ask('with', drain.kept);
      const leaking = await ask('without', drain.leaking);
      const expected = Math.min(poolSize, requests);
      const text = `With teardown ${kept} of ${requests} requests were answered, without it ${leaking}.`;
      return kept === requests && leaking === expected ? good(text) : bad(text);
    } finally {
      await drain.stop();
    }
  },
};
