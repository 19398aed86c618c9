import { GEAR, SIGNAL } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { advanceCar, receive } from './car.ts';
import { emptyMemory } from './car-memory.ts';
import { HOUR_MS, liveCar, MINUTE_MS, NOW_MS, record, VEHICLE } from './predictor.fixture.ts';
import { kpaAt20C, lostKpa, type TyresAir, tyresAirAfter } from './tyre-air.ts';
import { emptyVehicleState, foldRecord, type OpenedRecord } from './vehicle-state.ts';

type Said = readonly [atMs: number, values: OpenedRecord['values']];

/** What is known of the tyres after these records. */
function airAfter(...said: readonly Said[]): TyresAir {
  let state = emptyVehicleState(VEHICLE);
  let memory: Parameters<typeof tyresAirAfter>[0] = emptyMemory;
  for (const [atMs, values] of said) {
    state = foldRecord(state, record(NOW_MS + atMs, values));
    const tyresAir = tyresAirAfter(memory, state, values);
    memory = { ...memory, ...(tyresAir && { tyresAir }) };
  }
  return memory.tyresAir ?? {};
}

const FRONT_LEFT = SIGNAL.tireFrontLeft;
const parked = { [SIGNAL.gear]: GEAR.park, [SIGNAL.airTemp]: 20 };
const driven = { [SIGNAL.gear]: GEAR.drive, [SIGNAL.airTemp]: 20 };
const four = (frontLeft: number, others = 250) => ({
  [FRONT_LEFT]: frontLeft,
  [SIGNAL.tireFrontRight]: others,
  [SIGNAL.tireRearLeft]: others,
  [SIGNAL.tireRearRight]: others,
});

describe('air at 20 °C', () => {
  test('pressure goes with absolute temperature', () => {
    expect(kpaAt20C(250, 20)).toBeCloseTo(250);
    // 290 kPa filled at 20 °C are 250 kPa at −10 °C, and 330 kPa at 50 °C.
    expect(kpaAt20C(249.9, -10)).toBeCloseTo(290, 0);
    expect(kpaAt20C(330.1, 50)).toBeCloseTo(290, 0);
  });

  test('the cold of a winter takes none', () => {
    const winter = airAfter([0, { ...parked, [SIGNAL.airTemp]: -10, [FRONT_LEFT]: 250 }]);
    expect(winter.frontLeft).toMatchObject({ kpaAt20C: expect.closeTo(290, 0), isTempKnown: true });
  });

  test('the warmth of driving adds none', () => {
    const warm = airAfter([0, driven], [2 * HOUR_MS, { ...driven, [FRONT_LEFT]: 274 }]);
    expect(Math.abs((warm.frontLeft?.kpaAt20C ?? 0) - 250)).toBeLessThan(1);
  });

  test('without the weather it says so', () => {
    const known = { ...parked, [FRONT_LEFT]: 250 };
    expect(airAfter([0, known], [HOUR_MS, { [FRONT_LEFT]: 240 }]).frontLeft?.isTempKnown).toBe(true);
    expect(airAfter([0, known], [HOUR_MS + 1, { [FRONT_LEFT]: 240 }]).frontLeft?.isTempKnown).toBe(false);
  });

  test('a sensor that sleeps says nothing, and another tyre nothing of this one', () => {
    const known = { ...parked, [FRONT_LEFT]: 250 };
    for (const values of [{ [FRONT_LEFT]: 0 }, { [SIGNAL.tireRearLeft]: 100 }])
      expect(airAfter([0, known], [1, values]).frontLeft).toMatchObject({
        kpaAt20C: expect.closeTo(250),
        atMs: NOW_MS,
      });
  });
});

describe('what a tyre lost', () => {
  const DAY_MS = 24 * HOUR_MS;
  const since = (...said: readonly Said[]) => {
    const airs = airAfter([0, { ...driven, ...four(250) }], ...said);
    return lostKpa(airs, 'frontLeft');
  };

  test('is counted from a drive days ago, of its own and beside the others', () => {
    expect(since([3 * DAY_MS, { ...parked, ...four(225) }])).toBeCloseTo(25);
  });

  test('is nothing where frost takes from all alike', () => {
    const cold = { ...parked, [SIGNAL.airTemp]: -10 };
    expect(since([DAY_MS, { ...cold, ...four(214, 214) }])).toBeLessThan(1);
    // Nor where nobody knew of the frost.
    expect(since([DAY_MS, { [SIGNAL.gear]: GEAR.park, ...four(214, 214) }])).toBe(0);
  });

  test('is too little to be told where the others were filled, however much', () => {
    expect(since([DAY_MS, { ...parked, ...four(250, 320) }])).toBeCloseTo(14);
  });

  test('is nothing where a side stood in the sun while parked', () => {
    const airs = airAfter(
      [0, { ...driven, ...four(250) }],
      [HOUR_MS, { ...parked, ...four(272) }],
      [5 * HOUR_MS, { ...parked, ...four(250) }],
    );
    expect(lostKpa(airs, 'frontLeft')).toBeCloseTo(0);
  });

  test('is not hidden by a drive that warms all of them more than was thought', () => {
    expect(since([HOUR_MS, { ...parked, ...four(235, 260) }])).toBeCloseTo(25);
  });

  test('is nothing after it was filled', () => {
    expect(since([DAY_MS, { ...parked, ...four(220) }], [2 * DAY_MS, { ...parked, ...four(251) }])).toBe(0);
  });

  test('is forgotten after eight days, and remembered up to then', () => {
    const at = (ms: number) => since([ms, { ...parked, ...four(225) }]);
    expect(at(8 * DAY_MS)).toBeCloseTo(25);
    expect(at(8 * DAY_MS + 1)).toBeUndefined();
  });

  test('is found however often the car is driven meanwhile', () => {
    const days = [1, 2, 3, 4, 5, 6, 7].map(
      (day): Said => [day * DAY_MS, { ...driven, ...four(250 - 5 * day) }],
    );
    expect(since(...days)).toBeGreaterThan(20);
  });

  test('is unknown without another tyre, or with none read near that time', () => {
    const alone = { ...driven, [FRONT_LEFT]: 250 };
    expect(lostKpa(airAfter([0, alone], [DAY_MS, { [FRONT_LEFT]: 200 }]), 'frontLeft')).toBeUndefined();
    expect(since([30 * MINUTE_MS, { [FRONT_LEFT]: 200 }])).toBeGreaterThan(20);
    expect(since([30 * MINUTE_MS + 1, { [FRONT_LEFT]: 200 }])).toBeUndefined();
  });

  test('is kept with the car, through a checkpoint', () => {
    const live = liveCar({ values: driven });
    const heard = receive(live, record(NOW_MS + MINUTE_MS, four(250)));
    const { car } = advanceCar(heard, NOW_MS + MINUTE_MS, []).live;
    const restored = JSON.parse(JSON.stringify({ ...live, car })) as typeof live;
    const later = receive(
      { ...live, car: restored.car },
      record(NOW_MS + DAY_MS, { ...parked, ...four(220) }),
    );
    const after = advanceCar(later, NOW_MS + DAY_MS, []).live.car.memory.tyresAir;
    expect(lostKpa(after ?? {}, 'frontLeft')).toBeCloseTo(30);
  });
});
