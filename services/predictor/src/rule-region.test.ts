import { SIGNAL } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { advanceCar, type LiveCar, receive } from './car.ts';
import { wantsAt } from './car-times.ts';
import { at, DRIVING, HOUR_MS, liveCar, MINUTE_MS, NOW_MS, placeOf, record } from './predictor.fixture.ts';
import { ruleOn } from './rule.fixture.ts';
import type { LoadedRule, Region, UnknownPolicy } from './rule.ts';
import { isInside, whetherInside } from './rule-region.ts';

const box = (change: Partial<Region> = {}): Region => ({
  ...{ name: 'box', south: 45, west: 6, north: 48, east: 14 },
  ...change,
});

describe('a region', () => {
  test.each([
    ['its middle', { lat: 46, lon: 10 }, true],
    ['its corner', { lat: 45, lon: 6 }, true],
    ['its other corner', { lat: 48, lon: 14 }, true],
    ['south of it', { lat: 44.999, lon: 10 }, false],
    ['north of it', { lat: 48.001, lon: 10 }, false],
    ['west of it', { lat: 46, lon: 5.999 }, false],
    ['east of it', { lat: 46, lon: 14.001 }, false],
  ])('%s', (_, position, expected) => {
    expect(isInside(position, box())).toBe(expected);
  });

  test.each([
    [179, true],
    [-179, true],
    [180, true],
    [-180, true],
    [170, true],
    [-170, true],
    [169.9, false],
    [-169.9, false],
    [0, false],
  ])('over the 180th meridian, at %s', (lon, expected) => {
    expect(isInside({ lat: 46, lon }, box({ west: 170, east: -170 }))).toBe(expected);
  });
});

/** Around home; the car drives east, out of it after 5 km. */
const HOME: Region = {
  ...{ name: 'home', south: at(0, -5_000).lat, west: at(-5_000).lon, north: at(0, 5_000).lat },
  east: at(5_000).lon,
};
const LOST_MS = 6 * HOUR_MS;
const START_MS = NOW_MS;

const forHome = (unknown: UnknownPolicy = 'hold', change: Partial<LoadedRule> = {}): LoadedRule => ({
  ...ruleOn('socPct', 'vehicle', { unknown, expiresAfterS: 86_400, regions: [HOME], ...change }),
});

/** What a car says, minutes after the start; `x` in metres east of home, absent: it does not say where it is. */
interface Word {
  readonly min: number;
  readonly soc: number;
  readonly x?: number;
}

function play(words: readonly Word[], untilMin: number, rule: LoadedRule) {
  let live: LiveCar = liveCar({ trip: null, values: {}, observedAtMs: START_MS - MINUTE_MS });
  live = { ...live, car: { ...live.car, state: { ...live.car.state, latest: {} }, episodes: {} } };
  const said: string[] = [];
  const advance = (toMs: number) => {
    const judged = advanceCar(live, toMs, [rule]);
    live = judged.live;
    // Not its card, as it is brought up to date.
    for (const { alert } of judged.alerts.filter(
      ({ alert: { state, revision } }) => state === 'resolved' || revision === 1,
    ))
      said.push(`${(alert.changedAtMs - START_MS) / MINUTE_MS}: ${alert.state}`);
  };
  for (const [index, { min, soc, x }] of words.entries()) {
    const atMs = START_MS + min * MINUTE_MS;
    const values = { ...DRIVING, [SIGNAL.soc]: soc, ...(x !== undefined && placeOf(x)) };
    live = receive(live, record(atMs, values, { recordId: `record-${index}` }));
    advance(atMs);
  }
  advance(START_MS + untilMin * MINUTE_MS);
  return { said, live };
}
const told = (...given: Parameters<typeof play>) => play(...given).said;

/** Every half minute, as a car on the road. */
const words = (fromMin: number, toMin: number, word: Omit<Word, 'min'>): Word[] =>
  Array.from({ length: (toMin - fromMin) * 2 }, (_, index) => ({ min: fromMin + index / 2, ...word }));

describe('a rule for a region', () => {
  test('speaks of a car inside, and not of one outside or nobody knows where', () => {
    expect(told(words(0, 3, { soc: 50, x: 1_000 }), 3, forHome())).toEqual(['1: firing']);
    expect(told(words(0, 3, { soc: 50, x: 6_000 }), 3, forHome())).toEqual([]);
    expect(told(words(0, 3, { soc: 50 }), 3, forHome())).toEqual([]);
  });

  test('is over outside after the time its end asks for, so that a border makes nothing flap', () => {
    const out = [...words(0, 3, { soc: 50, x: 1_000 }), ...words(3, 6, { soc: 50, x: 6_000 })];
    expect(told(out, 6, forHome())).toEqual(['1: firing', '4: resolved']);
    const backAtOnce = [
      ...words(0, 3, { soc: 50, x: 4_990 }),
      { min: 3, soc: 50, x: 5_010 },
      ...words(3.5, 6, { soc: 50, x: 4_990 }),
    ];
    expect(told(backAtOnce, 6, forHome())).toEqual(['1: firing']);
  });

  test.each(['hold', 'clear', 'stale'] as const)(
    'with `unknown: %s` is neither raised nor withdrawn while the position is too old',
    (unknown) => {
      const fired = words(0, 2, { soc: 50, x: 1_000 });
      const lostMin = LOST_MS / MINUTE_MS + 5;
      const blind = words(lostMin, lostMin + 3, { soc: 50 });
      // The rule’s own word goes on all the time.
      const between = words(2, lostMin, { soc: 50 }).filter((_, index) => index % 8 === 0);
      expect(told([...fired, ...between, ...blind], lostMin + 10, forHome(unknown))).toEqual(['1: firing']);
    },
  );

  test('what its own facts end is over anywhere', () => {
    const lostMin = LOST_MS / MINUTE_MS + 5;
    const all = [
      ...words(0, 2, { soc: 50, x: 1_000 }),
      ...words(2, lostMin, { soc: 50 }).filter((_, index) => index % 8 === 0),
      ...words(lostMin, lostMin + 3, { soc: 0 }),
    ];
    expect(told(all, lostMin + 5, forHome('clear'))).toEqual(['1: firing', `${lostMin + 1}: resolved`]);
  });

  test('counts its `for` only up to the moment the position is too old: that moment is a due time', () => {
    const rule = forHome('hold', { forS: 600 });
    const lostMin = LOST_MS / MINUTE_MS;
    // The condition begins 5 minutes before the position is too old, which the car says no more.
    const first: Word[] = [{ min: 0, soc: 0, x: 1_000 }, ...words(lostMin - 5, lostMin - 4.5, { soc: 50 })];
    const { live, said } = play(first, lostMin - 4, rule);
    expect(said).toEqual([]);
    expect(wantsAt(live, [rule])).toBe(START_MS + LOST_MS + 1);
    // 20 minutes later it is heard again, in the region: 5 of 10 minutes have passed, not 25.
    const again = words(lostMin + 20, lostMin + 30, { soc: 50, x: 1_000 });
    const [fired] = told([...first, ...again], lostMin + 30, rule);
    expect(Number(fired?.split(':')[0])).toBeCloseTo(lostMin + 25, 1);
  });

  test('has no due time of its own while nothing has begun', () => {
    const { live } = play([{ min: 0, soc: 0, x: 1_000 }], 1, forHome());
    expect(Object.keys(live.car.episodes)).toEqual([]);
    expect(wantsAt(live, [forHome()]) ?? 0).not.toBe(START_MS + LOST_MS + 1);
  });
});

test('a position is old one millisecond after its greatest age', () => {
  const { live } = play([{ min: 0, soc: 0, x: 0 }], 0, forHome());
  const { state } = live.car;
  expect(whetherInside([HOME], { state, nowMs: START_MS + LOST_MS })).toBe('true');
  expect(whetherInside([HOME], { state, nowMs: START_MS + LOST_MS + 1 })).toBe('unknown');
  expect(whetherInside([box()], { state, nowMs: START_MS })).toBe('false');
  expect(whetherInside([box(), HOME], { state, nowMs: START_MS })).toBe('true');
});
