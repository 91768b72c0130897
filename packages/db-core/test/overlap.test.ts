/**
 * Nested transactions that overlap: whichever way they are begun, in whichever order they go on and whichever of them
 * fails, `commit()` never resolves with a row of a fulfilled call missing or one of a failed call there.
 */
import fc from 'fast-check';
import type { Outcome, Owner, Schedule, Way } from './overlapping';
import { follow, interleavings } from './overlapping';
import { onEachEngine } from './support';

const WAYS = ['nested', 'library', 'savepoint'] as const;
const ENDS = ['commit', 'rollback'] as const;

/** `way` with one write or several. */
function* owners(ways: readonly Way[], writes = 1): Generator<Owner> {
  for (const way of ways)
    for (const end of way === 'plain' ? (['commit'] as const) : ENDS)
      yield { way, end, moves: Array.from({ length: writes }, () => 'write' as const) };
}

/** How often each owner has its turn. */
function counts(of: readonly Owner[]): number[] {
  return of.map(({ way, moves }) => moves.length + (way === 'plain' ? 0 : 2));
}

/** The same owner beside the first, and in its beginNested if it has one. */
function placed(owner: Owner, first: Owner): Owner[] {
  return first.way === 'nested' ? [owner, { ...owner, inside: 0 }] : [owner];
}

function* pairs(): Generator<Schedule> {
  for (const a of owners(WAYS, 2))
    for (const b of owners([...WAYS, 'plain']))
      for (const second of placed(b, a))
        for (const before of [true, false])
          for (const turns of interleavings(counts([a, b])))
            yield { owners: [a, second], turns, before };
}

function* triples(): Generator<Schedule> {
  const orders = interleavings([3, 3, 3]);
  let i = 0;
  // Another stretch of the orders for each, since all would be a million.
  for (const a of owners(WAYS))
    for (const b of owners(WAYS))
      for (const c of owners(WAYS))
        for (const second of placed(b, a))
          for (const third of placed(c, a))
            for (let k = 0; k < 42; k++)
              yield {
                owners: [a, second, third],
                turns: orders[(i++ * 41) % orders.length] ?? [],
                before: i % 2 === 0,
              };
}

const anyOwner = fc.record({
  way: fc.constantFrom<Way[]>('nested', 'nested', 'library', 'library', 'savepoint', 'plain'),
  end: fc.constantFrom(...ENDS),
  moves: fc.array(fc.constantFrom('write', 'write', 'write', 'read', 'duplicate', 'failing read'), {
    maxLength: 3,
  }),
  inside: fc.option(fc.nat(2), { nil: undefined, freq: 2 }),
});

const anySchedule: fc.Arbitrary<Schedule> = fc
  .array(anyOwner, { minLength: 2, maxLength: 4 })
  .chain((given) => {
    const all: Owner[] = given.map(({ inside, ...owner }, i) =>
      inside !== undefined && inside < i && given[inside]?.way === 'nested'
        ? { ...owner, inside }
        : owner,
    );
    const turns = counts(all).flatMap((count, i) => Array.from({ length: count }, () => i));
    const length = { minLength: turns.length, maxLength: turns.length };
    return fc.record({
      owners: fc.constant(all),
      turns: fc.shuffledSubarray(turns, length),
      together: fc.array(fc.boolean(), length),
      before: fc.boolean(),
    });
  });

onEachEngine((fixture) => {
  const isServer = fixture.name !== 'sqlite';

  function expectLawful(schedule: Schedule, { faults, log, refusal }: Outcome): void {
    if (faults.length === 0) return;
    const lines = [JSON.stringify(schedule), ...log, refusal?.message, ...faults];
    throw new Error(lines.join('\n'));
  }

  /** Every `step`th of them; on a server, where each takes longer, every `stepOnServer`th. */
  async function expectEachToBeLawful(
    schedules: Iterable<Schedule>,
    step: number,
    stepOnServer: number,
  ) {
    const every = isServer ? stepOnServer : step;
    const tried = { kept: 0, refused: 0 };
    let i = 0;
    for (const schedule of schedules) {
      if (i++ % every !== 0) continue;
      const outcome = await follow(fixture.engine, schedule);
      expectLawful(schedule, outcome);
      tried[outcome.committed ? 'kept' : 'refused']++;
    }
    expect(tried.kept).toBeGreaterThan(tried.refused);
    expect(tried.refused).toBeGreaterThan(0);
  }

  test('two owners, in every other order', () => expectEachToBeLawful(pairs(), 2, 19));

  test('three owners, in some orders', () => expectEachToBeLawful(triples(), 17, 293));

  test('any owners, at once and with failing statements too', () => expectAnyToBeLawful());

  const expectAnyToBeLawful = (): Promise<void> =>
    fc.assert(
      fc.asyncProperty(anySchedule, async (schedule) =>
        expectLawful(schedule, await follow(fixture.engine, schedule)),
      ),
      { numRuns: isServer ? 150 : 600, seed: 20261126 },
    );

  test('one after the other they are never refused', async () => {
    for (const a of owners(WAYS, 2))
      for (const b of owners([...WAYS, 'plain']))
        for (const before of [true, false]) {
          const all = [a, b];
          const turns = counts(all).flatMap((count, i) => Array.from({ length: count }, () => i));
          const outcome = await follow(fixture.engine, { owners: all, turns, before });
          expect([outcome.refusal, outcome.errors, outcome.faults]).toEqual([undefined, [], []]);
        }
  });
});
