import { type CarUse, GEAR, SIGNAL } from '@outrider/domain';
import { carStateOf, forecastCar, noLearning, toldHealthPct, usualSigmas, usualUse } from '@outrider/energy';
import { describe, expect, test } from 'vitest';
import { advanceCar, type LiveCar, receive, situationOf } from './car.ts';
import { emptyMemory } from './car-memory.ts';
import {
  HOUR_MS,
  liveCar,
  modelOf,
  NOW_MS,
  PARKED,
  placeOf,
  record,
  situation,
  tripOf,
} from './predictor.fixture.ts';
import { rememberDrive, restoreMemory, withoutLearning } from './trip-learning.ts';
import type { OpenedRecord } from './vehicle-state.ts';

const vehicle = modelOf();
const said = (atS: number, values: object) => record(NOW_MS + atS * 1000, { [SIGNAL.airTemp]: 5, ...values });

function tell(from: LiveCar, records: readonly OpenedRecord[]): { live: LiveCar; trips: readonly string[] } {
  let live = from;
  const trips: string[] = [];
  for (const one of records) {
    const judged = advanceCar(receive(live, one), one.observedAtMs, []);
    expect(judged.failures).toEqual([]);
    live = judged.live;
    trips.push(...judged.trips);
  }
  return { live, trips };
}

/** Half an hour at 72 km/h that takes `usedPct`, and the stop after it. */
const drive = (usedPct: number, values: object = {}): OpenedRecord[] => [
  said(0, PARKED),
  ...Array.from({ length: 181 }, (_, i) =>
    said(10 + i * 10, {
      ...{ [SIGNAL.gear]: GEAR.drive, [SIGNAL.speed]: 72, [SIGNAL.soc]: 80 - (usedPct * i) / 180 },
      ...values,
    }),
  ),
  said(1_820, { ...PARKED, [SIGNAL.soc]: 80 - usedPct }),
  said(1_940, PARKED),
];
const driven = (usedPct: number, values?: object) => tell(liveCar({ trip: null }), drive(usedPct, values));

describe('a drive that ended', () => {
  test('teaches: forecasts of a thirsty car rise, of a thrifty one fall', () => {
    const rolling = (usedPct: number) => {
      const { live, trips } = driven(usedPct);
      expect(trips).toEqual(['learned']);
      const car = forecastCar(vehicle, live.car.memory, null);
      expect(car.posterior.trips).toBe(1);
      return car.posterior.theta[0] ?? 0;
    };
    const prior = noLearning(vehicle).posterior.theta[0] ?? 0;
    expect(rolling(12)).toBeGreaterThan(prior);
    expect(rolling(6)).toBeLessThan(prior);
  });

  test('that says nothing is counted, and leaves the car as its model', () => {
    const { live, trips } = driven(0.5, { [SIGNAL.soc]: 80 });
    expect(trips).toEqual(['charge-barely-moved']);
    expect(live.car.memory.learned).toBeNull();
  });

  test('counts once: what was learned is not today’s difference from the model as well', () => {
    const onPlan = (usedPct: number) =>
      drive(usedPct).map((one, i) => ({ ...one, values: { ...one.values, ...placeOf(i * 200) } }));
    const thirsty = onPlan(20);
    const underWay = tell(liveCar(), thirsty.slice(0, -2)).live.car.memory;
    expect(underWay.drive?.live.factor).toBeGreaterThan(1);
    const ended = tell(liveCar(), thirsty).live.car.memory;
    expect(ended.learned).not.toBeNull();
    expect(forecastCar(vehicle, ended, null).liveFactor).toBe(1);
  });

  test('leaves warm tyres, which cool while the car stands', () => {
    const { live } = driven(9);
    expect(live.car.memory.tyres).toMatchObject({ coldRatio: expect.closeTo(Math.exp(-1820 / 480), 5) });
    const { memory, state } = live.car;
    const coldAfter = (laterS: number) =>
      carStateOf({ ...situation({ trip: null }), memory, state, nowMs: NOW_MS + (1_820 + laterS) * 1000 })
        .tyreColdRatio;
    expect(coldAfter(0)).toBeCloseTo(0.02, 2);
    expect(coldAfter(3 * 3_600)).toBeGreaterThan(0.95);
  });

  test('leaves the cabin temperature the driver asked for, and roads are drawn for it', () => {
    const { live } = tell(liveCar(), drive(9, { [SIGNAL.cabinSetTemp]: 18 }));
    expect(live.car.memory.setTempC).toBe(18);
    expect(live.view?.stretches[0]?.road.setTempC).toBe(18);
    expect(live.view?.stretches[0]?.prefix.setTempC).toBe(18);
    expect(tell(liveCar(), drive(9)).live.view?.stretches[0]?.prefix.setTempC).toBe(22);
  });

  test('with a figure nobody thought of is lost, and the car goes on', () => {
    const meter = tell(liveCar({ trip: null }), drive(9).slice(0, 20)).live.car;
    const broken = { ...vehicle, drivelineEfficiency: Number.NaN };
    const memory = { ...meter.memory, learned: noLearning(vehicle) };
    const state = { ...meter.state, observedToMs: NOW_MS + 3_600_000 };
    const { outcome, memory: after } = rememberDrive(memory, meter.state, state, broken, null);
    expect(outcome).not.toBe('learned');
    expect(after).toMatchObject({ trip: null, learned: memory.learned });
  });
});

describe('load and tyres of a plan', () => {
  const trip = (hours: number, use: CarUse) => tripOf({ departAtMs: NOW_MS + hours * HOUR_MS, use });
  const used = (hours: number, use: CarUse) => {
    const { live, trips } = tell(liveCar({ trip: trip(hours, use) }), drive(9).slice(0, 50));
    expect(trips).toEqual([]);
    return live.car.memory.trip?.use;
  };

  test('count for the drive that begins near the planned departure, and not for another day', () => {
    expect(used(3, { roofBox: true })).toMatchObject({ extraDragAreaM2: 0.15 });
    expect(used(3.1, { roofBox: true })).toEqual(usualUse);
  });

  test('with a trailer nothing is learned: nobody knows it well enough', () => {
    const { live, trips } = tell(liveCar({ trip: trip(0, { trailerKg: 900 }) }), drive(18));
    expect(trips).toEqual(['with-trailer']);
    expect(live.car.memory.learned).toBeNull();
    expect(live.car.memory.tyres).not.toBeNull();
    const felt = tell(liveCar(), drive(18, { [SIGNAL.isTrailerConnected]: true }));
    expect(felt.trips).toEqual(['with-trailer']);
  });

  test('a trailer that the car feels is in the forecast at once, and out of it again', () => {
    const dragOf = (records: OpenedRecord[]) => tell(liveCar(), records).live.view?.use.extraDragAreaM2;
    const on = said(0, { ...PARKED, [SIGNAL.isTrailerConnected]: true });
    expect(dragOf([on])).toBe(1);
    expect(dragOf([on, said(60, { ...PARKED, [SIGNAL.isTrailerConnected]: false })])).toBe(0);
  });
});

describe('what is stored', () => {
  const learned = driven(9).live.car.memory;
  const underWay = tell(liveCar({ trip: null }), drive(9).slice(0, 50)).live.car.memory;

  test('is gone on with as it was', () => {
    expect(restoreMemory(JSON.parse(JSON.stringify(learned)), vehicle)).toEqual(learned);
    expect(restoreMemory(JSON.parse(JSON.stringify(underWay)), vehicle)).toEqual(underWay);
  });

  test.each<[string, object]>([
    ['nothing at all', {}],
    ['of a time before learning', { progress: null, battery: null, drive: null, posterior: null }],
    ['by another method', { ...learned, learned: { ...learned.learned, version: 99 } }],
    ['of another model', { ...learned, learned: noLearning(modelOf('bmw-i3-60ah')) }],
    ['that is no state', { ...learned, learned: 'much' }],
  ])('%s: the model’s prior', (_name, stored) => {
    expect(restoreMemory(stored, vehicle).learned).toBeNull();
  });

  test.each<[string, object]>([
    ['of another version', { ...underWay.trip, version: 99 }],
    ['of other features', { ...underWay.trip, road: { ...underWay.trip?.road, columns: [1, 2, 3] } }],
    ['of no road', { version: underWay.trip?.version }],
  ])('a drive under way %s is dropped', (_name, trip) => {
    expect(restoreMemory({ ...underWay, trip: trip as typeof underWay.trip }, vehicle)).toMatchObject({
      trip: null,
    });
  });
});

test('forgotten is as if nobody had watched the car', () => {
  const live = withoutLearning(driven(9).live);
  const fresh = forecastCar(vehicle, emptyMemory, null);
  expect(forecastCar(vehicle, live.car.memory, null)).toEqual(fresh);
  expect(fresh).toMatchObject({ sohRatio: 1, liveFactor: 1 });
  expect(fresh.sigmas).toEqual({ ...usualSigmas, capacityRatio: fresh.sigmas?.capacityRatio });
});

describe('a car that says what is left of its battery', () => {
  const withHealth = (healthPct: number) =>
    tell(liveCar(), [said(0, PARKED), said(10, { ...PARKED, [SIGNAL.stateOfHealth]: healthPct })]).live;
  const forecastOf = ({ car }: LiveCar) =>
    forecastCar(vehicle, car.memory, null, toldHealthPct(car.state, NOW_MS + 20_000));

  test('is forecast with that, before any drive was watched; without a word as if it were new', () => {
    expect(forecastOf(withHealth(84)).sohRatio).toBeCloseTo(0.88, 2);
    expect(forecastOf(tell(liveCar(), [said(0, PARKED)]).live).sohRatio).toBe(1);
    expect(situationOf(withHealth(84), NOW_MS + 20_000).car.sohRatio).toBeCloseTo(0.88, 2);
  });

  test('teaches nothing by saying it: once the word is too old it is as before', () => {
    const live = withHealth(84);
    expect(live.car.memory.learned).toBeNull();
    expect(situationOf(live, NOW_MS + 366 * 24 * HOUR_MS).car.sohRatio).toBe(1);
  });
});
