import type { SignalValue } from '@outrider/domain';
import { SIGNAL } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { advanceCar, type Judged, type LiveCar, receive, rejudge } from './car.ts';
import { withConditions, withoutTrip, withTrip } from './car-world.ts';
import {
  CHARGING,
  charger,
  conditionsOf,
  DRIVING,
  HOUR_MS,
  liveCar,
  MINUTE_MS,
  NOW_MS,
  PARKED,
  placeOf,
  record,
  stopAt,
  tripOf,
} from './predictor.fixture.ts';
import { ruleOn } from './rule.fixture.ts';

// Whole drives through the judgement: 200 km in two hours, from home to a charger.

const rules = [ruleOn('belowReserveProbability', 'stop')];
const WAY_KM = 200;
const ON_ROAD = { ...DRIVING, [SIGNAL.isPlugged]: false, [SIGNAL.isCharging]: false };

interface Word {
  readonly minute: number;
  readonly km: number;
  readonly socPct: number | null;
  readonly values?: Readonly<Record<string, SignalValue>>;
}

/** Plays words; several records may be judged in one step, as batches come. */
function play(words: readonly Word[], start: LiveCar, inBatches = 1) {
  let live = start;
  const labels: Judged['labels'][number][] = [];
  const alertIds = new Set<string>();
  words.forEach(({ minute, km, socPct, values = ON_ROAD }, i) => {
    const atMs = NOW_MS + minute * MINUTE_MS;
    const charge = socPct === null ? {} : { [SIGNAL.soc]: socPct };
    live = receive(live, record(atMs, { ...placeOf(km * 1_000), [SIGNAL.airTemp]: 0, ...charge, ...values }));
    if ((i + 1) % inBatches !== 0 && i + 1 < words.length) return;
    const judged = advanceCar(live, atMs, rules);
    live = judged.live;
    labels.push(...judged.labels);
    for (const { alert } of judged.alerts) alertIds.add(alert.alertId);
  });
  return { live, labels, alertIds: [...alertIds], outcomes: labels.map(({ label }) => label.outcome) };
}

/** On the road a word every two minutes, losing charge evenly. */
const way = (
  fromKm: number,
  toKm: number,
  fromPct: number,
  toPct: number,
  fromMinute = fromKm * 0.6,
): Word[] => {
  const steps = Math.round(((toKm - fromKm) * 0.6) / 2);
  return Array.from({ length: steps }, (_, i) => ({
    minute: fromMinute + 2 * i,
    km: fromKm + ((toKm - fromKm) * i) / steps,
    socPct: fromPct + ((toPct - fromPct) * i) / steps,
  }));
};
const arrival = (socPct: number | null, minute = 120): Word => ({
  ...{ minute, km: WAY_KM, socPct, values: PARKED },
});
const chargers = [charger('halfway', 90_000)];
const start = (socPct: number) => liveCar({ socPct, chargers });
const LOW_PCT = 45;
const FULL_PCT = 100;

describe('a stretch driven to its end', () => {
  test('warned and below the reserve: in time, and not acted on', () => {
    const { outcomes, labels } = play([...way(0, WAY_KM, LOW_PCT, 4), arrival(4)], start(LOW_PCT));
    expect(outcomes).toEqual(['ignored']);
    expect(labels[0]?.heeded).toEqual([]);
    expect(labels[0]?.label.warnings).toMatchObject([{ ruleId: 'test-rule', times: 1 }]);
    expect(labels[0]?.label.forecast).toMatchObject({ isBelowReserve: true });
  });

  test('warned and above it, nothing done: a false alarm', () => {
    expect(play([...way(0, WAY_KM, LOW_PCT, 12), arrival(12)], start(LOW_PCT)).outcomes).toEqual([
      'false-alarm',
    ]);
  });

  test('warned and charged on the way: acted on', () => {
    const charging: Word[] = [20, 40, 60].map((socPct, i) => ({
      ...{ minute: 60 + 10 * i, km: 90, socPct, values: CHARGING },
    }));
    const words = [...way(0, 90, LOW_PCT, 20), ...charging, ...way(90, WAY_KM, 60, 20, 90), arrival(20, 160)];
    const { outcomes, labels, alertIds } = play(words, start(LOW_PCT));
    expect(outcomes).toEqual(['acted']);
    expect(alertIds).not.toEqual([]);
    expect(labels[0]?.heeded).toEqual(alertIds);
    expect(labels[0]?.label.forecast).toBeUndefined();
  });

  test('not warned: uneventful, or missed', () => {
    expect(play([...way(0, WAY_KM, FULL_PCT, 60), arrival(60)], start(FULL_PCT)).outcomes).toEqual([
      'uneventful',
    ]);
    expect(play([...way(0, WAY_KM, FULL_PCT, 60), arrival(3)], start(FULL_PCT)).outcomes).toEqual(['missed']);
  });

  test('is one case, whatever the batches and however often it is judged afterwards', () => {
    const words = [...way(0, WAY_KM, LOW_PCT, 4), arrival(4), arrival(4, 125), arrival(4, 180)];
    const single = play(words, start(LOW_PCT)).labels;
    expect(single).toHaveLength(1);
    expect(play(words, start(LOW_PCT), 7).labels).toEqual(single);
  });

  test('goes on after a restart in the middle of it', () => {
    const words = [...way(0, WAY_KM, LOW_PCT, 4), arrival(4)];
    const first = play(words.slice(0, 30), start(LOW_PCT));
    const stored = JSON.parse(JSON.stringify(first.live.car)) as LiveCar['car'];
    const second = play(words.slice(30), { ...first.live, car: stored });
    expect(second.labels.map(({ label }) => label)).toEqual(
      play(words, start(LOW_PCT)).labels.map(({ label }) => label),
    );
  });
});

describe('a stretch nobody can judge', () => {
  const half = way(0, 100, LOW_PCT, 25);
  test('silent on the road for more than ten minutes', () => {
    const rest = (gap: number) => way(100, WAY_KM, 25, 12, 58 + gap).concat(arrival(12, 120 + gap));
    expect(play([...half, ...rest(10)], start(LOW_PCT)).outcomes).toEqual(['false-alarm']);
    const { labels } = play([...half, ...rest(11)], start(LOW_PCT));
    expect(labels.map(({ label }) => label.censoredBecause)).toEqual(['data-gap']);
  });

  test('the plan is withdrawn, or leads elsewhere', () => {
    const { live } = play(half, start(LOW_PCT));
    const laterMs = NOW_MS + 61 * MINUTE_MS;
    const withdrawn = rejudge(withoutTrip(live, 'trip-1'), laterMs, rules);
    const elsewhere = tripOf({ revision: 2, stops: [stopAt('elsewhere', 150_000)] });
    const changed = rejudge(
      withConditions(
        withTrip(live, elsewhere),
        conditionsOf({ trip: elsewhere, change: { asOfMs: laterMs } }),
      ),
      laterMs,
      rules,
    );
    const said = [withdrawn, changed].map(({ labels }) => labels.map(({ label }) => label.censoredBecause));
    expect(said[1]).toEqual(['plan-changed']);
    // Without a plan there may be no view at all until the world has looked again.
    const seen = rejudge(
      withConditions(withdrawn.live, conditionsOf({ trip: null, change: { asOfMs: laterMs + 1 } })),
      laterMs + MINUTE_MS,
      rules,
    );
    expect([...withdrawn.labels, ...seen.labels].map(({ label }) => label.censoredBecause)).toEqual([
      'plan-changed',
    ]);
  });

  test('standing away from the road', () => {
    const away = (minute: number): Word => ({
      ...{ minute, km: 100, socPct: 25, values: { ...PARKED, ...placeOf(100_000, 5_000) } },
    });
    const off: Word = { ...away(62), values: { ...DRIVING, ...placeOf(100_000, 5_000) } };
    const stood = (minutes: number) => [...half, off, away(64), away(64 + minutes)];
    expect(play(stood(29), start(LOW_PCT)).labels).toEqual([]);
    const { labels } = play(stood(30), start(LOW_PCT));
    expect(labels.map(({ label }) => label.censoredBecause)).toEqual(['off-route']);
  });

  test('a plan that was never driven is no case', () => {
    const parked: Word[] = [0, 10, 20].map((minute) => ({ minute, km: 0, socPct: LOW_PCT, values: PARKED }));
    const { live, labels } = play(parked, start(LOW_PCT));
    expect(labels).toEqual([]);
    expect(rejudge(withoutTrip(live, 'trip-1'), NOW_MS + HOUR_MS, rules).labels).toEqual([]);
  });
});

test('a car that stands on the way below the reserve for half an hour did not arrive', () => {
  const stood = (minutes: number, values = PARKED): Word[] => [
    ...way(0, 150, LOW_PCT, 4),
    { minute: 92, km: 150, socPct: 4, values },
    { minute: 92 + minutes, km: 150, socPct: 4, values },
  ];
  expect(play(stood(29), start(LOW_PCT)).outcomes).toEqual([]);
  expect(play(stood(30), start(LOW_PCT)).outcomes).toEqual(['ignored']);
  // On a cable it goes on later.
  expect(play(stood(30, CHARGING as typeof PARKED), start(LOW_PCT)).outcomes).toEqual([]);
});
