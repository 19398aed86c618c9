import type { Alert } from '@outrider/domain';
import { SIGNAL } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { forecastRecord } from './forecast-record.ts';
import { CHARGING, DRIVING, NOW_MS, PARKED, situation, stopAt, tripOf } from './predictor.fixture.ts';
import type { Situation } from './situation.ts';
import { beginWatch, moveWatch, type SaidStep, type StretchWatch } from './stretch-watch.ts';

const SPEED_MPS = 97 / 3.6;

const step = (change: Partial<Alert> = {}, isShadow = false): SaidStep => ({
  isShadow,
  alert: {
    ...{ alertId: 'alert-1', revision: 1, vehicleId: 'veh_milford0001', ruleId: 'rule', subject: 'there' },
    ...{ state: 'firing', severity: 'warning', startedAtMs: NOW_MS, changedAtMs: NOW_MS },
    ...{ expiresAtMs: NOW_MS + 1, tripId: 'trip-1', message: 'rule', facts: {} },
    remedies: [
      {
        ...{ kind: 'hold-speed', speedMps: SPEED_MPS - 2 },
        ...{ arrivalSocPct: { p10: 4, p50: 8, p90: 12 }, belowReserveProbability: 0.1 },
      },
    ],
    evidence: { inputs: [], modelVersion: 'm', ruleVersion: 'r' },
    ...change,
  },
});
const begun = (options: Parameters<typeof situation>[0] = { values: DRIVING }): StretchWatch => {
  const watch = beginWatch(situation(options), null);
  if (watch === null) throw new Error('nothing to watch');
  return watch;
};
const move = (watch: StretchWatch, now: Situation, ...said: SaidStep[]): StretchWatch =>
  moveWatch(watch, now, forecastRecord(now), said);
const driving = situation({ values: DRIVING });

describe('what is watched', () => {
  test('the stretch ahead of a plan, and nothing without one or on a guess', () => {
    expect(begun()).toMatchObject({ tripId: 'trip-1', stopId: 'there' });
    expect(beginWatch(situation({ trip: null }), null)).toBeNull();
    expect(beginWatch(situation({ trip: tripOf({ isGuess: true }) }), null)).toBeNull();
  });

  test('a warning that interrupts about a stop of this plan', () => {
    expect(move(begun(), driving, step()).warnings).toMatchObject([
      { ruleId: 'rule', times: 1, cameInTime: true, advisedMps: SPEED_MPS - 2 },
    ]);
    const others = [
      step({}, true),
      step({ severity: 'info' }),
      step({ state: 'resolved' }),
      step({ subject: 'vehicle' }),
      step({ tripId: 'trip-2' }),
      step({ tripId: undefined }),
    ];
    expect(move(begun(), driving, ...others).warnings).toEqual([]);
  });

  test('one that comes again counts as a repetition, a new revision of it does not', () => {
    const again = [step(), step({ revision: 2 }), step({ alertId: 'alert-2' })];
    expect(move(begun(), driving, ...again).warnings).toMatchObject([{ times: 2, alertId: 'alert-2' }]);
  });

  test.each([
    ['advice without a deadline', {}, true],
    ['a deadline ahead', { deadlineAtMs: NOW_MS + 1 }, true],
    ['a deadline that is now', { deadlineAtMs: NOW_MS }, false],
    ['no advice', { remedies: [] }, false],
  ])('came in time with %s: %s', (_, change, cameInTime) => {
    expect(move(begun(), driving, step(change)).warnings).toMatchObject([{ cameInTime }]);
  });

  test('who was slower than advised already has nothing to slow down for', () => {
    const slow = situation({ values: { ...DRIVING, [SIGNAL.speed]: 60 } });
    expect(move(begun(), slow, step()).warnings).toMatchObject([{ advisedMps: null }]);
  });
});

describe('time on the road since a warning', () => {
  const later = (minutes: number, speedKmh: number): Situation =>
    situation(
      { values: { ...DRIVING, [SIGNAL.speed]: speedKmh }, observedAtMs: NOW_MS + (minutes - 1) * 60_000 },
      NOW_MS + minutes * 60_000,
    );
  const warned = move(begun(), driving, step());

  test('is told apart by the advised speed', () => {
    expect(move(warned, later(4, 97)).warnings).toMatchObject([{ drivenMs: 240_000, fastMs: 240_000 }]);
    expect(move(warned, later(4, 90)).warnings).toMatchObject([{ drivenMs: 240_000, fastMs: 0 }]);
  });

  test('is not known over a gap', () => {
    expect(move(warned, later(10, 90))).toMatchObject({ hasGap: false, warnings: [{ drivenMs: 600_000 }] });
    expect(move(warned, later(11, 90))).toMatchObject({ hasGap: true, warnings: [{ drivenMs: 0 }] });
  });
});

describe('what is charged', () => {
  const at = (socPct: number, values: Record<string, number | boolean> = CHARGING) =>
    situation({ socPct, values });
  const warned = { ...move(begun(), situation({ values: DRIVING, socPct: 30 }), step()), plannedSocPct: 45 };

  test.each([
    [44, 0],
    [45, 0],
    [55, 10],
  ])('to %d %% where the plan says 45: %d points are an answer to a warning', (socPct, chargedPct) => {
    expect(move(warned, at(socPct)).chargedPct).toBe(chargedPct);
  });

  test('before anybody warned is none, and nor is what comes downhill or to a resting battery', () => {
    const unwarned = { ...warned, warnings: [], plannedSocPct: null };
    expect(move(unwarned, at(60)).chargedPct).toBe(0);
    const free = { ...warned, plannedSocPct: null };
    expect(move(free, at(32, PARKED)).chargedPct).toBe(0);
    expect(move(free, at(32.1, PARKED)).chargedPct).toBeCloseTo(2.1);
    expect(move(free, at(30.5)).chargedPct).toBeCloseTo(0.5);
  });

  test('spoils the forecast with which the drive began', () => {
    const driven = move(begun(), driving);
    expect(driven.forecast).toMatchObject({ isSpoilt: false });
    expect(move({ ...driven, socPct: 30 }, at(60)).forecast).toMatchObject({ isSpoilt: true });
    expect(move(driven, situation({ values: DRIVING, socPct: 50 })).forecast).toEqual(driven.forecast);
  });

  test('is planned where the stretch before ends on a plug', () => {
    const trip = tripOf({
      stops: [stopAt('plug', 0, { kind: 'charge', chargeToSocPct: 45 }), stopAt('there', 200_000)],
    });
    expect(begun({ trip, values: DRIVING }).plannedSocPct).toBeNull();
    const past = situation({ trip });
    const progress = past.memory.progress && { ...past.memory.progress, stretch: 1, atStop: 0 };
    const watch = beginWatch({ ...past, memory: { ...past.memory, progress } }, null);
    expect(watch).toMatchObject({ stopId: 'there', plannedSocPct: 45 });
  });
});
