import { type StretchLabel, stretchLabel } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { labelOf, type StretchEnd } from './stretch-label.ts';
import type { StretchWatch, WatchedWarning } from './stretch-watch.ts';

const NOON_MS = Date.UTC(2026, 0, 15, 12);
const MINUTE_MS = 60_000;

const warning = (change: Partial<WatchedWarning> = {}): WatchedWarning => ({
  ruleId: 'arrival-below-reserve',
  stopId: 'there',
  alertId: 'alert-1',
  times: 1,
  firstAtMs: NOON_MS - 60 * MINUTE_MS,
  deadlineAtMs: NOON_MS - 30 * MINUTE_MS,
  cameInTime: true,
  expectedSocPct: 2,
  advisedMps: null,
  drivenMs: 0,
  fastMs: 0,
  ...change,
});
const watchOf = (change: Partial<StretchWatch> = {}): StretchWatch => ({
  tripId: 'trip-1',
  stopId: 'there',
  hasDriven: true,
  heardMs: NOON_MS,
  wasDriving: true,
  hasGap: false,
  socPct: 20,
  plannedSocPct: null,
  chargedPct: 0,
  forecast: null,
  warnings: [warning()],
  ...change,
});
function judge(watch: Partial<StretchWatch>, end: Partial<StretchEnd> = {}): StretchLabel {
  const at = { atMs: NOON_MS, socPct: 20, reserveSocPct: 5, ...end };
  return stretchLabel.parse(labelOf(watchOf(watch), at));
}

describe('the lead that a rule asks for', () => {
  const isLate = (change: Partial<WatchedWarning>) =>
    judge({ warnings: [warning(change)] }).warnings[0]?.isLate;

  test.each<[string, Partial<WatchedWarning>, boolean | undefined]>([
    ['is none: nothing is said', {}, undefined],
    ['is what there was to the last moment its advice worked', { leadTimeS: 1_800 }, false],
    ['is a second more', { leadTimeS: 1_801 }, true],
    [
      'is what there was to the end, where no moment is known',
      { leadTimeS: 3_600, deadlineAtMs: null },
      false,
    ],
    ['is a second more than that', { leadTimeS: 3_601, deadlineAtMs: null }, true],
    ['was there, but nothing worked', { leadTimeS: 60, cameInTime: false }, true],
    ['is short, and the moment was over', { leadTimeS: 1, deadlineAtMs: NOON_MS - 61 * MINUTE_MS }, true],
  ])('%s', (_, change, expected) => {
    expect(isLate(change)).toBe(expected);
  });

  test('changes nothing of what came of the warning', () => {
    for (const end of [{ socPct: 4 }, { socPct: 20 }]) {
      const [without, late] = [{}, { leadTimeS: 86_400 }].map((change) =>
        judge({ warnings: [warning(change)] }, end),
      );
      expect(late?.warnings[0]?.isLate).toBe(true);
      expect(late?.outcome).toBe(without?.outcome);
    }
  });
});

describe('what came of it', () => {
  const slowed = { advisedMps: 25, drivenMs: 20 * MINUTE_MS, fastMs: 2 * MINUTE_MS };
  test.each<[string, Partial<StretchWatch>, Partial<StretchEnd>]>([
    ['uneventful', { warnings: [] }, {}],
    ['uneventful', { warnings: [] }, { socPct: 5 }],
    ['missed', { warnings: [] }, { socPct: 4.9 }],
    ['ignored', {}, { socPct: 4.9 }],
    ['late', { warnings: [warning({ cameInTime: false })] }, { socPct: 4.9 }],
    ['ignored', { warnings: [warning({ cameInTime: false }), warning({ ruleId: 'b' })] }, { socPct: 4.9 }],
    ['false-alarm', {}, { socPct: 5 }],
    // Charged 15 points: without them 5 would have been left, or less than that.
    ['false-alarm', { chargedPct: 15 }, {}],
    ['acted', { chargedPct: 15.1 }, {}],
    ['false-alarm', { chargedPct: 0.9 }, { socPct: 5 }],
    ['acted', { chargedPct: 1 }, { socPct: 5 }],
    ['false-alarm', { chargedPct: 40, warnings: [warning({ cameInTime: false })] }, {}],
    ['acted', { warnings: [warning(slowed)] }, {}],
    ['false-alarm', { warnings: [warning({ ...slowed, fastMs: 2.1 * MINUTE_MS })] }, {}],
    ['false-alarm', { warnings: [warning({ ...slowed, drivenMs: 4.9 * MINUTE_MS, fastMs: 0 })] }, {}],
    ['acted', { warnings: [warning({ ...slowed, drivenMs: 5 * MINUTE_MS, fastMs: 0 })] }, {}],
    ['false-alarm', { warnings: [warning({ ...slowed, expectedSocPct: 5 })] }, {}],
    ['uneventful', { warnings: [warning({ stopId: 'a later stop' })] }, {}],
  ])('%s', (outcome, watch, end) => {
    expect(judge(watch, end).outcome).toBe(outcome);
  });

  test.each<[string, Partial<StretchWatch>, Partial<StretchEnd>]>([
    ['charge-unknown', {}, { socPct: null }],
    ['data-gap', { hasGap: true }, {}],
    ['plan-changed', { hasGap: true }, { censoredBecause: 'plan-changed' }],
  ])('nobody can say: %s', (because, watch, end) => {
    expect(judge(watch, end)).toMatchObject({ outcome: 'censored', censoredBecause: because });
  });
});

test('a label knows the day, and no hour, car, plan or place', () => {
  const text = JSON.stringify(judge({}));
  expect(judge({}).dayMs).toBe(Date.UTC(2026, 0, 15));
  for (const told of ['trip-1', 'there', 'alert-1', String(NOON_MS)]) expect(text).not.toContain(told);
});

test('lead is from the first warning to the last moment its advice worked, else to the end', () => {
  expect(judge({}).warnings).toEqual([{ ruleId: 'arrival-below-reserve', times: 1, leadS: 1_800 }]);
  expect(judge({ warnings: [warning({ deadlineAtMs: null, times: 3 })] }).warnings).toEqual([
    { ruleId: 'arrival-below-reserve', times: 3, leadS: 3_600 },
  ]);
});

describe('the forecast', () => {
  const forecast = { p10: 10, p90: 30, belowReserveProbability: 0.1, isSpoilt: false };
  test.each([
    [9.9, false, false],
    [10, true, false],
    [30, true, false],
    [30.1, false, false],
    [4, false, true],
  ])('%d %% on arrival: within the band %s, below the reserve %s', (socPct, isWithinBand, isBelowReserve) => {
    expect(judge({ forecast }, { socPct }).forecast).toEqual({
      ...{ belowReserveProbability: 0.1, isWithinBand, isBelowReserve },
    });
  });

  test.each<[string, Partial<StretchWatch>, Partial<StretchEnd>]>([
    ['none was made', { forecast: null }, {}],
    ['the car was charged since', { forecast: { ...forecast, isSpoilt: true } }, {}],
    ['the charge is not known', { forecast }, { socPct: null }],
    ['the stretch was not seen to its end', { forecast, hasGap: true }, {}],
  ])('is not scored where %s', (_, watch, end) => {
    expect(judge(watch, end).forecast).toBeUndefined();
  });
});
