import { GEAR, SIGNAL, type SignalRecord } from '@outrider/domain';
import { expect, test } from 'vitest';
import { countsAsMoving, drivingStateOf, foldMotion, type Motion } from './driving-state.ts';

const record = (observedAtMs: number, change: Partial<SignalRecord>): SignalRecord => ({
  recordId: 'r',
  vehicleId: 'veh_milford0001',
  observedAtMs,
  receivedAtMs: observedAtMs,
  source: 'vss-json',
  values: {},
  ...change,
});
const motionOf = (...records: readonly SignalRecord[]): Motion => records.reduce(foldMotion, {});
const said = (observedAtMs: number, values: SignalRecord['values']) => record(observedAtMs, { values });

const SPEED_AGE_MS = 5 * 60_000;
const GEAR_AGE_MS = 6 * 3_600_000;

for (const { name, motion, nowMs = 1_000, state } of [
  { name: 'a car never heard of', motion: undefined, state: { kind: 'unknown', lastGearIsPark: false } },
  {
    name: '3 km/h without a gear',
    motion: motionOf(said(0, { [SIGNAL.speed]: 3 })),
    state: { kind: 'unknown', lastGearIsPark: false },
  },
  { name: 'more than 3 km/h', motion: motionOf(said(0, { [SIGNAL.speed]: 3.1 })), state: { kind: 'moving' } },
  { name: 'rolling backwards', motion: motionOf(said(0, { [SIGNAL.speed]: -5 })), state: { kind: 'moving' } },
  {
    name: 'standing in Drive at a red light',
    motion: motionOf(said(0, { [SIGNAL.speed]: 0, [SIGNAL.gear]: GEAR.drive })),
    state: { kind: 'moving' },
  },
  {
    name: 'standing in Park',
    motion: motionOf(said(0, { [SIGNAL.speed]: 0, [SIGNAL.gear]: GEAR.park })),
    state: { kind: 'parked' },
  },
  {
    name: 'on a cable without a gear',
    motion: motionOf(said(0, { [SIGNAL.isPlugged]: true })),
    state: { kind: 'parked' },
  },
  {
    name: 'charging without a gear',
    motion: motionOf(said(0, { [SIGNAL.isCharging]: true })),
    state: { kind: 'parked' },
  },
  {
    name: 'fast although last in Park',
    motion: motionOf(said(0, { [SIGNAL.gear]: GEAR.park }), said(1, { [SIGNAL.speed]: 50 })),
    state: { kind: 'moving' },
  },
  {
    name: 'put in Park after it was fast',
    motion: motionOf(said(0, { [SIGNAL.speed]: 50 }), said(1, { [SIGNAL.gear]: GEAR.park })),
    state: { kind: 'parked' },
  },
  {
    name: 'Park from before a drive of which nothing more was heard',
    motion: motionOf(said(0, { [SIGNAL.gear]: GEAR.park }), said(1, { [SIGNAL.speed]: 90 })),
    nowMs: SPEED_AGE_MS + 2,
    state: { kind: 'unknown', lastGearIsPark: false },
  },
  {
    name: 'standing, with Park from before it was fast',
    motion: motionOf(
      said(0, { [SIGNAL.gear]: GEAR.park }),
      said(1, { [SIGNAL.speed]: 90 }),
      said(2, { [SIGNAL.speed]: 0 }),
    ),
    state: { kind: 'unknown', lastGearIsPark: false },
  },
  {
    name: 'put in Park in the very moment it was fast, by what was said last',
    motion: motionOf(
      said(1, { [SIGNAL.speed]: 90, [SIGNAL.gear]: GEAR.drive }),
      said(1, { [SIGNAL.speed]: 0, [SIGNAL.gear]: GEAR.park }),
    ),
    state: { kind: 'parked' },
  },
  {
    name: 'in Park and fast in one breath',
    motion: motionOf(said(1, { [SIGNAL.speed]: 90, [SIGNAL.gear]: GEAR.park })),
    state: { kind: 'moving' },
  },
  {
    name: 'rolling 3 km/h after Park',
    motion: motionOf(said(0, { [SIGNAL.gear]: GEAR.park }), said(1, { [SIGNAL.speed]: 3 })),
    state: { kind: 'parked' },
  },
  {
    name: 'in Drive after the cable was last heard of',
    motion: motionOf(said(0, { [SIGNAL.isPlugged]: true }), said(1, { [SIGNAL.gear]: GEAR.drive })),
    state: { kind: 'moving' },
  },
  {
    name: 'on a cable after it was in Drive',
    motion: motionOf(said(0, { [SIGNAL.gear]: GEAR.drive }), said(1, { [SIGNAL.isCharging]: true })),
    state: { kind: 'parked' },
  },
  {
    name: 'fast after the cable was last heard of, and silent since',
    motion: motionOf(said(0, { [SIGNAL.isPlugged]: true }), said(1, { [SIGNAL.speed]: 90 })),
    nowMs: SPEED_AGE_MS + 2,
    state: { kind: 'unknown', lastGearIsPark: false },
  },
  {
    name: 'a speed as old as it may be',
    motion: motionOf(said(0, { [SIGNAL.speed]: 90 })),
    nowMs: SPEED_AGE_MS,
    state: { kind: 'moving' },
  },
  {
    name: 'a speed older than that',
    motion: motionOf(said(0, { [SIGNAL.speed]: 90 })),
    nowMs: SPEED_AGE_MS + 1,
    state: { kind: 'unknown', lastGearIsPark: false },
  },
  {
    name: 'Park, as old as it may be',
    motion: motionOf(said(0, { [SIGNAL.gear]: GEAR.park })),
    nowMs: GEAR_AGE_MS,
    state: { kind: 'parked' },
  },
  {
    name: 'Park, older than that',
    motion: motionOf(said(0, { [SIGNAL.gear]: GEAR.park })),
    nowMs: GEAR_AGE_MS + 1,
    state: { kind: 'unknown', lastGearIsPark: true },
  },
])
  test(`${name} is ${state.kind}`, () => expect(drivingStateOf(motion, nowMs)).toEqual(state));

test('unknown counts as moving unless the last gear is Park', () => {
  expect(countsAsMoving({ kind: 'unknown', lastGearIsPark: false })).toBe(true);
  expect(countsAsMoving({ kind: 'unknown', lastGearIsPark: true })).toBe(false);
  expect(countsAsMoving({ kind: 'moving' })).toBe(true);
  expect(countsAsMoving({ kind: 'parked' })).toBe(false);
});

test('an older record that comes late changes nothing', () => {
  const motion = motionOf(said(10, { [SIGNAL.gear]: GEAR.park }), said(5, { [SIGNAL.gear]: GEAR.drive }));
  expect(motion.gear).toEqual({ value: GEAR.park, atMs: 10 });
});

test('a doubted value changes nothing, a withdrawn one is forgotten', () => {
  const known = said(0, { [SIGNAL.speed]: 50 });
  const doubted = record(1, { values: { [SIGNAL.speed]: 0 }, quality: { [SIGNAL.speed]: 'suspect' } });
  expect(motionOf(known, doubted).speedKmh?.value).toBe(50);
  expect(motionOf(known, record(1, { cleared: [SIGNAL.speed] })).speedKmh).toBeUndefined();
});

test('a value of another type than the catalogue says is not taken', () => {
  expect(motionOf(said(0, { [SIGNAL.gear]: 'P', [SIGNAL.isPlugged]: 1 }))).toEqual({});
});
