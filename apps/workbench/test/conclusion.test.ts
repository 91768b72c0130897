import type { Lesson, Measured } from '../src/conclusion';
import { conclude, worded } from '../src/conclusion';
import type { Metrics, StyleId } from '../src/protocol';
import { STYLE_IDS } from '../src/protocol';
import { bad, good } from '../src/scenarios/scenario';
import { speak, spreadOf } from '../src/times';

const scenario: Lesson = {};

function four(
  metrics: (style: StyleId) => Partial<Metrics> = () => ({}),
  outcome: (style: StyleId) => Measured['outcome'] = () => good('Done.'),
): Measured[] {
  return STYLE_IDS.map((style) => ({
    style,
    outcome: outcome(style),
    requests: [],
    metrics: {
      statements: 2,
      ownStatements: 0,
      roundTrips: 4,
      rows: 1,
      heldMs: 1,
      ...metrics(style),
    },
  }));
}

describe('the conclusion', () => {
  test('says that all cost the same, or what each costs', () => {
    expect(conclude(scenario, four())).toBe(
      'All four end alike at the same cost, and what differs is the code: 2 statements in 4 round trips in all four styles.',
    );
    expect(
      conclude(
        scenario,
        four((style) => (style === 'classical' ? { statements: 1 } : {})),
      ),
    ).toBe(
      'All four end alike at different costs: 2 statements in 4 round trips in extension, declarative and sql-builder, 1 statement in 4 round trips in classical.',
    );
  });

  test('counts what libraries send for themselves apart', () => {
    const own = four((style) =>
      style === 'extension'
        ? { ownStatements: 3 }
        : style === 'declarative'
          ? { ownStatements: 5 }
          : {},
    );
    expect(conclude(scenario, own)).toMatch(
      / \(extension and declarative also send up to 5 for themselves, to read the schema\)\.$/,
    );
    const one = four((style) => (style === 'extension' ? { ownStatements: 3 } : {}));
    expect(conclude(scenario, one)).toMatch(
      / \(extension also sends 3 for itself, to read the schema\)\.$/,
    );
  });

  test('is the scenario’s own, unless a style ended otherwise', () => {
    const own: Lesson = { conclude: () => 'Look' };
    expect(conclude(own, four())).toBe('Look.');
    const failed = (style: StyleId) => (style === 'classical' ? bad('No.') : good('Done.'));
    expect(conclude(own, four(undefined, failed))).toBe('Not all end alike: look at classical.');
    expect(
      conclude(
        own,
        four(undefined, () => bad('No.')),
      ),
    ).toBe('All four failed: look at the answers.');
    expect(
      conclude(
        { ...own, mistake: true },
        four(undefined, () => bad('No.')),
      ),
    ).toBe('Look.');
  });

  test('groups the styles by their values', () => {
    expect(worded(four(), ({ style }) => (style === 'sql-builder' ? 'one' : 'two'))).toBe(
      'two in extension, declarative and classical, one in sql-builder',
    );
  });
});

describe('times', () => {
  test('are a median and the middle half', () => {
    expect(spreadOf([40, 10, 30, 20, 50])).toEqual({ medianMs: 30, lowMs: 20, highMs: 40 });
    expect(spreadOf([10, 20])).toEqual({ medianMs: 15, lowMs: 12.5, highMs: 17.5 });
  });

  const times = (...medians: number[]) =>
    Object.fromEntries(
      STYLE_IDS.map((style, index) => {
        const medianMs = medians[index] ?? 0;
        return [style, { medianMs, lowMs: medianMs - 2, highMs: medianMs + 2 }];
      }),
    ) as Record<StyleId, { medianMs: number; lowMs: number; highMs: number }>;

  test.each([
    [[10, 11, 12, 13], 'No style is faster here: their spreads overlap.'],
    [
      [30, 20, 10, 11],
      'Fastest here: classical and sql-builder (their spreads overlap); declarative takes 2.0×, extension takes 3.0× as long.',
    ],
    [
      [10, 20, 30, 40],
      'Fastest here: extension; declarative takes 2.0×, classical takes 3.0×, sql-builder takes 4.0× as long.',
    ],
  ])('%j: a style is faster only where the spreads do not overlap', (medians, text) => {
    expect(speak(times(...medians))).toBe(text);
  });
});
