import { type Conditions, SIGNAL } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { advanceCar, type LiveCar, receive, rejudge, takeConditions } from './car.ts';
import { withConditions, withTrip } from './car-world.ts';
import {
  conditionsOf,
  DRIVING,
  liveCar,
  MINUTE_MS,
  modelOf,
  NOW_MS,
  placeOf,
  record,
  tripOf,
} from './predictor.fixture.ts';
import { ruleOn } from './rule.fixture.ts';
import { restoreMemory } from './trip-learning.ts';

// The weather of another provider says nearly the same, and is more or less sure of it. That alone is no news.

const rules = [ruleOn('belowReserveProbability', 'stop', { remedies: [] })];
const SIGMA = { tempK: 1, windMps: 1.5, speedRatio: 0.07, climbM: 0 };
type World = Pick<Parameters<typeof conditionsOf>[0] & object, 'change' | 'segment'>;
const FRESH: World = { change: { weatherSource: 'open-meteo', weatherAgeS: 600, sigma: SIGMA } };
/** What a provider that was asked second, and one kept for six hours, differ in at most. */
const DOUBTFUL: Conditions['sigma'] = { ...SIGMA, tempK: 2.4, windMps: 2.9 };
const SWITCHED: World = {
  segment: { tempC: -1.2, windMps: 1, windFromDeg: 90 },
  change: { weatherSource: 'met-norway', weatherAgeS: 6 * 3_600, sigma: DOUBTFUL },
};
const EACH_MS = 3 * MINUTE_MS;

interface Drive {
  readonly socPct: number;
  readonly worlds: readonly World[];
  /** How a snapshot is taken up. */
  readonly take?: (live: LiveCar, conditions: Conditions, nowMs: number) => LiveCar;
  /** Between two worlds. */
  readonly restart?: (live: LiveCar) => LiveCar;
  /** Points of charge used in each minute. */
  readonly usedPct?: number;
}

/** A car at the beginning of its drive, three minutes in each world; what was said, and when, in minutes. */
function driven({ socPct, worlds, take = takeConditions, restart = (live) => live, usedPct = 0 }: Drive) {
  let live = liveCar({ values: DRIVING, socPct, eastM: 2_000, ...FRESH });
  const said: string[] = [];
  const hear = (judged: ReturnType<typeof rejudge>) => {
    live = judged.live;
    for (const { alert } of judged.alerts)
      said.push(`${(alert.changedAtMs - NOW_MS) / MINUTE_MS} ${alert.state} ${alert.severity}`);
  };
  worlds.forEach((world, i) => {
    const fromMs = NOW_MS + i * EACH_MS;
    live = take(live, conditionsOf({ ...world, change: { ...world.change, asOfMs: fromMs } }), fromMs);
    hear(rejudge(live, fromMs, rules));
    live = restart(live);
    for (let atMs = fromMs + MINUTE_MS; atMs < fromMs + EACH_MS; atMs += MINUTE_MS) {
      const soc = socPct - (usedPct * (atMs - NOW_MS)) / MINUTE_MS;
      const values = { ...placeOf(2_000), ...DRIVING, [SIGNAL.airTemp]: 0, [SIGNAL.soc]: soc };
      hear(advanceCar(receive(live, record(atMs, values)), atMs, rules));
    }
  });
  return { said, live };
}

const restarted = (live: LiveCar): LiveCar => {
  const car = JSON.parse(JSON.stringify(live.car)) as LiveCar['car'];
  return { ...live, car: { ...car, memory: restoreMemory(car.memory, modelOf()) } };
};

const there = [FRESH, SWITCHED, SWITCHED];
const andBack = [FRESH, SWITCHED, FRESH, SWITCHED];
const fromTheOther = [SWITCHED, FRESH, FRESH];
const staying = (worlds: readonly World[]) => worlds.map(() => worlds[0] ?? FRESH);
/** From a card to none: the threshold of the card lies between. */
const CHARGES = Array.from({ length: 81 }, (_, i) => 60 + i / 4);

describe('another provider of weather', () => {
  const tippedBy = (worlds: readonly World[], how: Partial<Drive> = {}) =>
    CHARGES.filter((socPct) => {
      const { said } = driven({ socPct, worlds, ...how });
      return said.join() !== driven({ socPct, worlds: staying(worlds) }).said.join();
    });

  test.each([
    ['raises and clears nothing', there],
    ['raises and clears nothing when it is left again', andBack],
    ['raises and clears nothing when it is surer than the one before', fromTheOther],
  ])('%s, whatever the charge', (_, worlds) => {
    expect(tippedBy(worlds)).toEqual([]);
  });

  test('would tip some of these, were nothing carried', () => {
    expect(tippedBy(there, { take: withConditions })).not.toEqual([]);
    expect(tippedBy(fromTheOther, { take: withConditions })).not.toEqual([]);
  });

  test('raises and clears nothing with a restart in each of them', () => {
    expect(tippedBy(andBack, { restart: restarted })).toEqual([]);
  });

  test('tips nothing in ten changes to and fro', () => {
    const worlds = Array.from({ length: 11 }, (_, i) => (i % 2 === 0 ? FRESH : SWITCHED));
    const near = CHARGES.filter((socPct) => socPct >= 67 && socPct <= 75);
    const tipped = near.filter(
      (socPct) =>
        driven({ socPct, worlds }).said.join() !== driven({ socPct, worlds: staying(worlds) }).said.join(),
    );
    expect(tipped).toEqual([]);
  });

  test('leaves nothing behind when it is left again at once', () => {
    const before = liveCar({ values: DRIVING, socPct: 70, eastM: 2_000, ...FRESH });
    const look = (live: LiveCar, world: World) =>
      takeConditions(live, conditionsOf({ ...world, change: { ...world.change, asOfMs: NOW_MS } }), NOW_MS);
    const there_ = look(before, SWITCHED);
    expect(Object.keys(there_.car.memory.carried)).toContain('stop there belowReserveProbability');
    expect(look(there_, FRESH).car.memory.carried).toEqual({});
  });
});

describe('what is due', () => {
  test('by the weather itself is said at once, whoever tells it', () => {
    const cold = { ...SWITCHED, segment: { tempC: -20, windMps: 12, windFromDeg: 90 } };
    expect(driven({ socPct: 80, worlds: [FRESH, FRESH, FRESH] }).said).toEqual([]);
    expect(driven({ socPct: 80, worlds: [FRESH, cold, cold] }).said).toEqual(['4 firing warning']);
  });

  test('by the drive itself is said, also after a change of providers', () => {
    const worlds = [FRESH, SWITCHED, SWITCHED, SWITCHED];
    const { said, live } = driven({ socPct: 78, usedPct: 1, worlds });
    expect(said[0]).toMatch(/firing info$/);
    const minuteOf = (lines: readonly string[]) => Number(lines[0]?.split(' ')[0]);
    const alone = driven({ socPct: 78, usedPct: 1, worlds, take: withConditions }).said;
    expect(Math.abs(minuteOf(said) - minuteOf(alone))).toBeLessThanOrEqual(2);
    expect(live.car.memory.carried).toEqual({});
  });
});

describe('what is carried', () => {
  const carried = (): LiveCar => driven({ socPct: 70, worlds: there }).live;

  test('ends with the plan', () => {
    expect(carried().car.memory.carried).not.toEqual({});
    const revised = tripOf({ revision: 2 });
    const later = { change: { ...FRESH.change, asOfMs: NOW_MS + 10 * EACH_MS } };
    const drawn = takeConditions(
      withTrip(carried(), revised),
      conditionsOf({ trip: revised, ...later }),
      NOW_MS + 10 * EACH_MS,
    );
    expect(drawn.view?.trip?.revision).toBe(2);
    expect(drawn.car.memory.carried).toEqual({});
    expect(withTrip(carried(), tripOf({ revision: 2, withdrawn: true })).car.memory.carried).toEqual({});
  });

  test('is nothing in a checkpoint from before', () => {
    const { carried: _unheardOf, ...older } = carried().car.memory;
    expect(restoreMemory(older, modelOf()).carried).toEqual({});
  });

  test('moves neither the forecast nor what an alert says of the risk', () => {
    const plain = driven({ socPct: 65, worlds: there, take: withConditions }).live;
    const smooth = driven({ socPct: 65, worlds: there }).live;
    expect(smooth.car.forecast).toEqual(plain.car.forecast);
    const atOnce = [ruleOn('belowReserveProbability', 'stop', { id: 'at-once', forS: 0, remedies: [] })];
    const [said, alone] = [smooth, plain].map(
      (live) => rejudge(live, NOW_MS + 3 * EACH_MS, atOnce).alerts[0],
    );
    expect(Object.keys(smooth.car.memory.carried)).not.toEqual([]);
    expect(said?.alert.probability).toBeGreaterThan(0.1);
    expect(said?.alert).toEqual(alone?.alert);
  });

  test('is the same however records were displaced within the window', () => {
    const orders = [
      [1, 2, 3, 4],
      [3, 1, 4, 2],
    ].map((order) => {
      let live = liveCar({ values: DRIVING, socPct: 70, eastM: 2_000, ...FRESH });
      for (const second of order) {
        const values = { ...placeOf(2_000 + second), ...DRIVING, [SIGNAL.soc]: 70 - second / 10 };
        live = receive(live, record(NOW_MS + second * 1_000, values, { recordId: `record-${second}` }));
      }
      const before = advanceCar(live, NOW_MS + 5_000, rules).live;
      const change = { ...SWITCHED.change, asOfMs: NOW_MS + 5_000 };
      const taken = takeConditions(before, conditionsOf({ ...SWITCHED, change }), NOW_MS + 5_000);
      return advanceCar(rejudge(taken, NOW_MS + 5_000, rules).live, NOW_MS + EACH_MS, rules).live.car;
    });
    expect(orders[1]).toEqual(orders[0]);
    expect(orders[0]?.memory.carried).not.toEqual({});
  });
});
