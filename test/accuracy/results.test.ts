import { describe, expect, test } from 'vitest';
import { gaussian, runBaselines } from './baselines.ts';
import type { Experiments } from './experiments/index.ts';
import { drawPlots } from './plots.ts';
import { reportResults } from './report.ts';
import { collectResults, describeResults } from './results.ts';
import type { Prediction } from './scores.ts';
import { makeTrip } from './trip.fixture.ts';
import { checkWinterRange } from './winter-range.ts';

const TRIPS = Array.from({ length: 12 }, (_, i) =>
  makeTrip({
    name: `T${i}`,
    kwhPerKm: 0.14 + i / 200,
    ambientC: i < 6 ? 25 : 0,
    startedAtMs: i * 86_400_000,
  }),
);
const predict = (changes: Partial<Prediction> = {}): readonly Prediction[] =>
  TRIPS.map(({ name }, i) => ({
    ...{
      trip: name,
      drivenKwh: 1.4 + i / 20,
      meanKwh: 1.5 + i / 20,
      distribution: gaussian(1.5 + i / 20, 0.1),
    },
    ...{ distanceKm: 10, drivenSocPct: 7, predictedSocPct: 7.5, ...changes },
  }));
const EXPERIMENTS: Experiments = {
  rows: [
    { key: 'planner', title: 'planner, 500 m speeds', predictions: predict() },
    { key: 'online', title: 'online', predictions: [], note: 'needs 20 trips' },
    { key: 'inTrip25', title: 'after 25 %', predictions: predict() },
    { key: 'inTrip.50', title: 'after 50 %', predictions: predict() },
  ],
  priors: [{ name: 'rolling', mean: 0.0179, sd: 0.004, unit: '', source: 'judgement' }],
  notes: ['as it is'],
};
const NOTHING: Experiments = { rows: [], priors: [], notes: [] };
const collect = (experiments: Experiments, trips = TRIPS) =>
  collectResults({ trips, dropped: [], problems: [] }, experiments, runBaselines(trips), checkWinterRange());

describe('the object of results', () => {
  const found = describeResults(collect(EXPERIMENTS)) as Record<string, Record<string, unknown>>;
  test('has every promised key, and what more was handed in', () => {
    expect(Object.keys(found)).toEqual(
      expect.arrayContaining([
        ...['trips', 'replay', 'planner', 'plannerNoisy', 'online', 'cold', 'winter', 'inTrip', 'baselines'],
        ...['plannerTripMean', 'replayAuxPredicted', 'priors', 'dropped', 'problems', 'missing', 'notes'],
      ]),
    );
  });
  test('scores a row and tells each of its trips', () => {
    expect(found['planner']).toMatchObject({ n: 12, socMae: 0.5, coverage: { 50: 0, 80: 1, 90: 1, 95: 1 } });
    const perTrip = found['planner']?.['perTrip'] as readonly Record<string, number>[];
    const first = perTrip[0];
    expect(first).toMatchObject({ trip: 'T0', predictedKwh: 1.5, drivenKwh: 1.4 });
    expect(first?.['p10']).toBeCloseTo(1.5 - 0.128, 3);
    expect(first?.['p90']).toBeCloseTo(1.5 + 0.128, 3);
  });
  test('has null where a row is missing, and says why', () => {
    expect([found['online'], found['cold']]).toEqual([null, null]);
    expect(found['missing']).toMatchObject({ online: 'needs 20 trips', cold: expect.any(String) });
  });
  test('holds the shares of the way under one key', () => {
    expect(Object.keys(found['inTrip'] ?? {})).toEqual(['25', '50']);
    expect(Object.keys(found)).not.toContain('inTrip25');
  });
  test('compares each baseline with its row, trip by trip', () => {
    const { constant, lastFive } = found['baselines'] as Record<string, { gain: { n: number } | null }>;
    expect(constant?.gain?.n).toBe(12);
    expect(lastFive?.gain).toBeNull();
  });
  test('tells the trips', () => {
    expect((found['trips'] as unknown as readonly unknown[])[1]).toMatchObject({
      ...{ trip: 'T1', season: 'summer', minutes: 10, startedAtLocal: '1970-01-02T00:00:00', cuts: [] },
    });
  });
});

describe('the table', () => {
  test('has a line per row and per baseline, and says what is missing', () => {
    const text = reportResults(collect(EXPERIMENTS));
    expect(text).toMatch(/^planner, 500 m speeds +12 +6\.0/m);
    expect(text).toMatch(/^online +– +needs 20 trips$/m);
    expect(text).toMatch(/^after 50 % of the way +12 /m);
    expect(text).toMatch(/^constant, other half +12 .* planner$/m);
    expect(text).toMatch(/^ {2}rolling +0\.0179 ± 0\.004 +judgement$/m);
  });
  test('tells every cut and every trip that was dropped', () => {
    const cuts = [{ rule: 'frozen', fromS: 20, toS: 90 }];
    const trips = [
      { ...TRIPS[0]!, cuts },
      { ...TRIPS[1]!, heights: 'profile' as const },
    ];
    const dropped = [{ name: 'T9', reason: 'only 3 s long', cuts: [] }];
    const text = reportResults(
      collectResults({ trips, dropped, problems: [] }, NOTHING, runBaselines(trips), checkWinterRange()),
    );
    expect(text).toContain('cleaned: T0 20–90 s frozen');
    expect(text).toContain('dropped: T9, only 3 s long');
    expect(text).toMatch(/start and end only: T0$/m);
  });
  test('is there for a single trip', () => {
    expect(reportResults(collect(NOTHING, TRIPS.slice(0, 1)))).toMatch(/^EPA label +1 +\S+ +– /m);
  });
});

describe('pictures', () => {
  test('are three, and the same each time', () => {
    const draw = () => drawPlots(TRIPS, EXPERIMENTS, runBaselines(TRIPS));
    expect([...draw().keys()]).toEqual(['reliability', 'predicted-driven', 'error-temperature']);
    for (const svg of draw().values()) expect(svg).toMatch(/^<svg [\s\S]*<\/svg>$/);
    expect([...draw()]).toEqual([...draw()]);
  });
  test('show a constant where there is no model', () => {
    expect(drawPlots(TRIPS, NOTHING, runBaselines(TRIPS)).get('predicted-driven')).toContain(
      'constant per season',
    );
  });
});
