import { GEAR, SIGNAL } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { advanceCar, dueMs, type LiveCar, receive, rejudge } from './car.ts';
import { withConditions, withoutTrip, withTrip } from './car-world.ts';
import {
  at,
  CHARGING,
  charger,
  conditionsOf,
  DRIVING,
  HOUR_MS,
  liveCar,
  MINUTE_MS,
  NOW_MS,
  placeOf,
  record,
  segmentsBetween,
  stopAt,
  tripOf,
} from './predictor.fixture.ts';
import { ruleOn } from './rule.fixture.ts';

const rules = [ruleOn('belowReserveProbability', 'stop')];

describe('plans', () => {
  const two = [stopAt('a', 100_000, { kind: 'via' }), stopAt('b', 200_000, { kind: 'charge' })];
  const trip = tripOf({ stops: two });
  const driving = (eastM: number): LiveCar =>
    advanceCar(
      receive(
        liveCar({ trip, values: DRIVING }),
        record(NOW_MS + HOUR_MS, { ...placeOf(eastM), ...DRIVING }),
      ),
      NOW_MS + HOUR_MS,
      rules,
    ).live;
  const progressOf = (live: LiveCar) => live.car.memory.progress;

  test('a revision made under way goes on where the car is', () => {
    const revised = tripOf({ revision: 2, stops: [...two, stopAt('c', 300_000)] });
    const waiting = withTrip(driving(130_000), revised);
    expect(waiting.view?.trip?.revision).toBe(1);
    const drawn = withConditions(
      waiting,
      conditionsOf({ trip: revised, change: { asOfMs: NOW_MS + HOUR_MS } }),
    );
    expect(drawn.view?.trip?.revision).toBe(2);
    expect(progressOf(drawn)).toMatchObject({
      stretch: 1,
      isOffRoute: false,
      alongM: expect.closeTo(30_000, -2),
    });
  });

  test('a newer look at the same road changes nothing of where the car is', () => {
    const before = driving(60_000);
    const again = withConditions(
      before,
      conditionsOf({ trip, segment: { tempC: -9 }, change: { asOfMs: NOW_MS + HOUR_MS } }),
    );
    expect(progressOf(again)).toBe(progressOf(before));
    expect(again.car.memory.drive).toBe(before.car.memory.drive);
  });

  test('a road drawn anew begins where the car is, and the forecast is back', () => {
    const before = driving(60_000);
    const lost = advanceCar(
      receive(before, record(NOW_MS + HOUR_MS + MINUTE_MS, { ...placeOf(61_000, 3_000), ...DRIVING })),
      NOW_MS + HOUR_MS + MINUTE_MS,
      rules,
    ).live;
    expect(progressOf(lost)?.isOffRoute).toBe(true);
    expect(lost.car.forecast?.unknown).toBe('the car is off the planned road');
    const planned = conditionsOf({ trip, change: { asOfMs: NOW_MS + HOUR_MS + MINUTE_MS } });
    const [, second] = planned.stretches;
    const detour = segmentsBetween(61_000, 100_000).map((segment, i, all) => ({
      ...segment,
      lat: at(0, 3_000 * (1 - i / all.length)).lat,
    }));
    const stretches = [
      { stopId: 'a', segments: detour, chargers: [], routeSource: 'great-circle' as const },
      ...(second === undefined ? [] : [second]),
    ];
    const redrawn = withConditions(lost, { ...planned, stretches });
    expect(progressOf(redrawn)).toMatchObject({
      stretch: 0,
      isOffRoute: false,
      alongM: expect.closeTo(0, -2),
    });
    const on = advanceCar(
      receive(redrawn, record(NOW_MS + HOUR_MS + 2 * MINUTE_MS, { ...placeOf(62_600, 2_870), ...DRIVING })),
      NOW_MS + HOUR_MS + 2 * MINUTE_MS,
      rules,
    ).live;
    expect(on.car.forecast?.unknown).toBeUndefined();
    expect(on.car.forecast?.stops[0]?.distanceM).toBeCloseTo(37_400, -3);
  });

  test('a plan taken back ends what it said', () => {
    const low = receive(liveCar({ values: DRIVING }), record(NOW_MS, { ...DRIVING, [SIGNAL.soc]: 40 }));
    const firing = advanceCar(low, NOW_MS + MINUTE_MS, rules);
    expect(firing.alerts).toHaveLength(1);
    const withdrawn = withTrip(firing.live, tripOf({ revision: 2, withdrawn: true }));
    const [resolved] = rejudge(withdrawn, NOW_MS + 2 * MINUTE_MS, rules).alerts;
    expect(resolved?.alert).toMatchObject({ state: 'resolved', facts: { because: 'subject-gone' } });
    expect(withoutTrip(firing.live, undefined).view).toBeNull();
  });

  test('an older revision, and an older look, change nothing', () => {
    const live = liveCar({ trip: tripOf({ revision: 2 }) });
    expect(withTrip(live, tripOf({ revision: 1 }))).toBe(live);
    expect(withTrip(live, tripOf({ revision: 2 }))).toBe(live);
    const older = conditionsOf({ trip: tripOf({ revision: 2 }), change: { asOfMs: NOW_MS - HOUR_MS } });
    expect(withConditions(live, older)).toBe(live);
  });

  test('another plan for another day does not take the road away', () => {
    const live = driving(60_000);
    const tomorrow = withTrip(live, tripOf({ tripId: 'trip-2', departAtMs: NOW_MS + 24 * HOUR_MS }));
    expect(tomorrow.view?.trip?.tripId).toBe('trip-1');
    expect(progressOf(tomorrow)).toBe(progressOf(live));
    const takenBack = withTrip(tomorrow, tripOf({ tripId: 'trip-2', revision: 2, withdrawn: true }));
    expect(takenBack.view?.trip?.tripId).toBe('trip-1');
    expect(Object.keys(withoutTrip(tomorrow, 'trip-2').world.trips)).toEqual(['trip-1']);
    expect(withoutTrip(tomorrow, 'trip-2').view).toBe(tomorrow.view);
    const forgotten = withoutTrip(tomorrow, 'trip-1');
    expect(Object.keys(forgotten.world.trips)).toEqual(['trip-2']);
    expect(forgotten.view).toBeNull();
  });

  test('the stop is left with the first record of a drive, also without a place', () => {
    const parked = liveCar({ socPct: 80 });
    const left = advanceCar(receive(parked, record(NOW_MS, { ...DRIVING })), NOW_MS, rules).live;
    expect(left.car.memory.progress?.atStop).toBe(-1);
    // Nothing but that it may fall silent.
    expect(dueMs(left)).toBe(NOW_MS + 10 * MINUTE_MS + 1);
  });
});

describe('what cannot be judged', () => {
  test('counts as unknown, holds its alerts and is told', () => {
    const low = receive(liveCar({ values: DRIVING }), record(NOW_MS, { ...DRIVING, [SIGNAL.soc]: 40 }));
    const firing = advanceCar(low, NOW_MS + MINUTE_MS, rules).live;
    const broken = { ...firing, vehicle: { ...firing.vehicle, usableKwh: Number.NaN } };
    const judged = rejudge(broken, NOW_MS + 2 * MINUTE_MS, rules);
    expect(judged.failures).toHaveLength(1);
    expect(judged.alerts).toEqual([]);
    expect(judged.live.car.forecast?.unknown).toBeDefined();
  });

  test('a car that never spoke is not judged', () => {
    const silent = liveCar({});
    const mute = { ...silent, car: { ...silent.car, state: { ...silent.car.state, observedToMs: 0 } } };
    expect(rejudge(mute, NOW_MS, rules)).toMatchObject({ alerts: [], forecasts: [] });
  });
});

test('out and back on the same road is two ways', () => {
  const trip = tripOf({
    departAtMs: NOW_MS,
    stops: [
      stopAt('turn', 50_000, {
        kind: 'stay',
        arriveAtMs: NOW_MS + HOUR_MS,
        departAtMs: NOW_MS + 2 * HOUR_MS,
      }),
      stopAt('back', 0, { plugged: true }),
    ],
  });
  let live = liveCar({ trip, values: DRIVING });
  const drivenTo = (eastM: number, minutes: number, values: object = DRIVING) => {
    const nowMs = NOW_MS + minutes * MINUTE_MS;
    live = advanceCar(receive(live, record(nowMs, { ...placeOf(eastM), ...values })), nowMs, rules).live;
    return live.car.memory.progress;
  };
  for (let minute = 1; minute <= 30; minute++) drivenTo(minute * 1_600, minute);
  expect(drivenTo(49_800, 32, { [SIGNAL.gear]: GEAR.park, [SIGNAL.speed]: 0 })).toMatchObject({
    atStop: 0,
    stretch: 1,
  });
  expect(drivenTo(48_000, 125)).toMatchObject({ stretch: 1, atStop: null, isOffRoute: false });
  expect(drivenTo(25_000, 145)?.alongM).toBeCloseTo(25_000, -3);
  expect(drivenTo(100, 170, CHARGING)).toMatchObject({ atStop: 1, stretch: 2 });
});

test('a car is plain JSON: written and read again it is the same', () => {
  const low = receive(
    liveCar({ values: DRIVING, chargers: [charger('halfway', 90_000)] }),
    record(NOW_MS, { ...DRIVING, [SIGNAL.soc]: 40 }),
  );
  const { live } = advanceCar(
    receive(low, record(NOW_MS + HOUR_MS, { ...DRIVING })),
    NOW_MS + MINUTE_MS,
    rules,
  );
  expect(JSON.parse(JSON.stringify(live.car))).toEqual(live.car);
  expect(JSON.parse(JSON.stringify(live.world))).toEqual(live.world);
  expect(live.car.buffer).toHaveLength(1);
});
