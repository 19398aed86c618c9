import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Outcome, type RuleRestraint, type StretchLabel, summariseQuality } from '@outrider/domain';
import { manualClock, silentLog } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { expect, test } from 'vitest';
import { readQuality, tableOfQuality } from './alert-quality.ts';

const DAY_MS = 24 * 3_600_000;
const label = (outcome: Outcome, day: number, change: Partial<StretchLabel> = {}): StretchLabel => ({
  ...{ dayMs: day * DAY_MS, outcome, warnings: [], ...change },
});

const qualityOf = (labels: readonly StretchLabel[], held: readonly RuleRestraint[] = []) => ({
  ...summariseQuality(labels),
  ...{ held, notUseful: [], isSynthetic: false, leftOut: 0 },
});

const held: RuleRestraint = {
  ...{ restraintId: 'r', ruleId: 'nervous', ruleVersion: 'v1', kind: 'below-bar', sinceMs: 100 * DAY_MS },
  ...{ figures: { rightStretches: 9, judgedStretches: 20, days: 14 }, endedAtMs: null, answer: null },
};

test('nothing was judged: it says so, and why that may be', () => {
  const text = tableOfQuality(qualityOf([]), 14);
  expect(text).toMatch(/^No stretch of a planned trip was judged in the last 14 days\./);
  expect(text).toContain('service_quality_aggregate');
});

test('a table says how sure it is, and where there are too few cases to say anything', () => {
  const forecast = { belowReserveProbability: 0.8, isBelowReserve: true, isWithinBand: true };
  const warnings = [{ ruleId: 'arrival-below-reserve', times: 1, leadS: 1_500 }];
  const acted = Array.from({ length: 6 }, () => label('acted', 1, { warnings, forecast }));
  const rare = label('false-alarm', 1, { warnings: [{ ruleId: 'rare', times: 1, leadS: 60 }] });
  const lines = tableOfQuality(qualityOf([...acted, rare]), 1).split('\n');
  expect(lines).toContain('7 stretches of planned trips ended today.');
  expect(lines.find((line) => line.startsWith('arrival-below-reserve'))).toMatch(
    /6\s+100 % \(61-100, of 6\)\s+100 % .*\s25 min\s+-\s+0\.00$/,
  );
  expect(lines.find((line) => line.startsWith('rare'))?.match(/too few/g)).toHaveLength(4);
  expect(lines.find((line) => line.startsWith('6 forecasts'))).toContain('Brier 0.040');
  expect(lines).toContain('80-90 %   6          100 %');
  expect(lines.at(-2)).toBe('too few: fewer than 5 cases.');
});

test('how often a rule came as long before as it asks is shown', () => {
  const asking = (isLate: boolean, count: number) =>
    Array.from({ length: count }, () =>
      label('acted', 1, { warnings: [{ ruleId: 'punctual', times: 1, leadS: 900, isLate }] }),
    );
  const row = (onTime: number, late: number) =>
    tableOfQuality(qualityOf([...asking(false, onTime), ...asking(true, late)]), 14)
      .split('\n')
      .find((line) => line.startsWith('punctual'));
  expect(row(4, 1)).toMatch(/15 min\s+80 % \(\d+-\d+, of 5\)\s+0\.00$/);
  expect(row(3, 1)).toMatch(/too few\s+too few$/);
});

test('a rule that is wrong more often than right is named, with what to do', () => {
  const warned = (outcome: Outcome, count: number) =>
    Array.from({ length: count }, () =>
      label(outcome, 1, { warnings: [{ ruleId: 'nervous', times: 1, leadS: 60 }] }),
    );
  const text = (right: number, wrong: number) =>
    tableOfQuality(qualityOf([...warned('acted', right), ...warned('false-alarm', wrong)]), 14);
  expect(text(9, 11)).toContain('nervous is below its bar: fewer than 50 % of its warnings were right.');
  expect(text(10, 10)).not.toContain('below its bar');
});

test.each([
  ['also when nothing was judged', []],
  ['below the tables', [label('missed', 1)]],
])('a rule that is held is named, with since when, why and how it ends, %s', (_, labels) => {
  const text = tableOfQuality(qualityOf(labels, [held]), 14);
  expect(text).toContain(
    'nervous is held to silent cards since 1970-04-11 00:00 UTC (below-bar: rightStretches 9, judgedStretches 20, days 14; version v1).',
  );
  expect(text).toContain('outrider rules reinstate nervous');
  expect(tableOfQuality(qualityOf(labels), 14)).not.toContain('is held');
});

test.each([
  ['also when nothing was judged', []],
  ['below the tables', [label('missed', 1)]],
])('whose figures these are is said, %s', (_, labels) => {
  const text = (change: object) => tableOfQuality({ ...qualityOf(labels), ...change }, 14);
  expect(text({})).not.toMatch(/[Ss]ynthetic/);
  expect(text({ leftOut: 3 })).toContain('3 stretches of synthetic cars are not in it; --synthetic shows');
  expect(text({ isSynthetic: true })).toContain('Synthetic: a simulation made these cars up');
  expect(text({ isSynthetic: true, leftOut: 2 })).toContain('2 stretches of real cars are not in it.');
});

test('what people called not useful is told with the reason given most', () => {
  const said = { ruleId: 'nervous', notUseful: 9, mostly: { because: 'too-late', count: 6 } } as const;
  const rare = { ruleId: 'rare', notUseful: 2, mostly: null };
  const text = tableOfQuality({ ...qualityOf([]), notUseful: [said, rare] }, 14);
  expect(text).toContain(
    'nervous: 9 warnings were called not useful, mostly too-late (6): It came when nothing',
  );
  expect(text).toContain('rare: 2 warnings were called not useful.\n');
});

test('days are counted back from today, of the state that the URL names', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'outrider-quality-'));
  const stateUrl = `sqlite:${join(folder, 'state.db')}`;
  const clock = manualClock(100.5 * DAY_MS);
  try {
    const read = async (days: number) =>
      (await readQuality(stateUrl, { days, isSynthetic: false }, { clock, log: silentLog })).stretches;
    expect(await read(14)).toBe(0);
    const state = await openState(stateUrl, { log: silentLog });
    await state.predictor.writeCheckpoint({
      ...{ partition: 0, previous: undefined, vehicles: [], alerts: [], outbox: [] },
      next: { partition: 0, generation: 1, offsets: new Map(), savedAtMs: 1 },
      labels: [100, 99].map((day) => ({ labelId: `day-${day}`, label: label('missed', day) })),
    });
    await state.close();
    expect(await Promise.all([await read(1), await read(2)])).toEqual([1, 2]);
    const synthetic = { days: 2, isSynthetic: true };
    expect(await readQuality(stateUrl, synthetic, { clock, log: silentLog })).toMatchObject({
      ...{ stretches: 0, leftOut: 2, isSynthetic: true },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
