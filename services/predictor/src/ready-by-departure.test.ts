import { type Alert, SIGNAL } from '@outrider/domain';
import { expect, test } from 'vitest';
import { situationOf } from './car.ts';
import { factCatalogue } from './facts/index.ts';
import { type Episodes, judge } from './judge.ts';
import {
  type CarOptions,
  CHARGING,
  charger,
  HOUR_MS,
  liveCar,
  MINUTE_MS,
  NOW_MS,
  record,
  tripOf,
} from './predictor.fixture.ts';
import { loadRules, OWN_RULES } from './rule-files.ts';
import { foldRecord } from './vehicle-state.ts';

// Evenings at home with a drive of 200 km in the morning, judged by all rules that come with it.

const rules = await loadRules(OWN_RULES, factCatalogue);
const wallBox = [charger('home', 0, { detourM: 0, maxPowerKw: 7, powerType: 'AC_1_PHASE' })];

/** Plugged in at minute 0, heard every minute of the first twenty. */
function evening(values: Readonly<Record<string, number | boolean>>, hoursToDeparture: number): Alert[] {
  const options: CarOptions = {
    socPct: 40,
    nearby: wallBox,
    trip: tripOf({ departAtMs: NOW_MS + hoursToDeparture * HOUR_MS }),
    observedAtMs: NOW_MS,
    values: { ...CHARGING, [SIGNAL.power]: 7_000, ...values },
  };
  const live = liveCar(options);
  let { state } = live.car;
  let episodes: Episodes = {};
  const alerts: Alert[] = [];
  for (let minute = 1; minute <= 20; minute++) {
    const nowMs = NOW_MS + minute * MINUTE_MS;
    state = foldRecord(state, record(nowMs, { [SIGNAL.soc]: 40, ...options.values }));
    const judged = judge(situationOf({ ...live, car: { ...live.car, state } }, nowMs), rules, episodes);
    episodes = judged.episodes;
    alerts.push(...judged.alerts.map(({ alert }) => alert));
  }
  return alerts;
}

const minuteOf = ({ changedAtMs }: Alert) => (changedAtMs - NOW_MS) / MINUTE_MS;

test('ten minutes after plugging in, a limit that is too low is told with the one that is enough', () => {
  const alerts = evening({ [SIGNAL.chargeLimit]: 60 }, 12);
  expect(alerts.map(({ ruleId, severity }) => `${ruleId} ${severity}`)).toEqual([
    'will-not-be-ready warning',
  ]);
  const [alert] = alerts;
  if (alert === undefined) throw new Error('no alert');
  expect(minuteOf(alert)).toBe(10);
  expect(alert.facts.limitNeededPct).toBeGreaterThan(60);
  expect(alert.remedies[0]?.kind).toBe('charge-longer');
  expect(alert.remedies[0]).toMatchObject({ untilSocPct: alert.facts.limitNeededPct });
  expect(evening({ [SIGNAL.chargeLimit]: Number(alert.facts.limitNeededPct) }, 12)).toEqual([]);
});

test('with time and a limit that are enough nothing is said', () => {
  expect(evening({ [SIGNAL.chargeLimit]: 100 }, 12)).toEqual([]);
  expect(evening({}, 12)).toEqual([]);
});

test('a plug too slow for the time left is told with how long it takes', () => {
  const [alert] = evening({ [SIGNAL.chargeLimit]: 100 }, 2.25);
  expect(alert).toMatchObject({ ruleId: 'will-not-be-ready', severity: 'warning' });
  expect(alert?.facts.minutesNeeded).toBeGreaterThan(Number(alert?.facts.minutesToPlannedDeparture));
});

test('a car that may wait for cheaper hours is a card, and interrupts when it has to begin', () => {
  const waiting = { [SIGNAL.isCharging]: false, [SIGNAL.power]: 0, [SIGNAL.chargeLimit]: 100 };
  expect(evening(waiting, 14).map(({ ruleId, severity }) => `${ruleId} ${severity}`)).toEqual([
    'will-not-be-ready info',
  ]);
  const needed = Number(evening(waiting, 14)[0]?.facts.minutesNeeded);
  const late = evening(waiting, needed / 60 + 1);
  expect(late.map(({ severity }) => severity)).toEqual(['warning']);
});
