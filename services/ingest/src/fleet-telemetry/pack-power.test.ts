import { SIGNAL } from '@outrider/domain';
import { expect, test } from 'vitest';
import type { Frame } from '../format.ts';
import { createPackPowers, POWER_WINDOW_MS } from './pack-power.ts';

const CAR = 'veh_aaaaaaaaaaaa';
const at = (observedAtMs: number, values: Frame['values']): Frame => ({
  ...{ observedAtMs, seq: 7, values, cleared: [], quality: {} },
});
const volts = (atMs: number, value: number) => at(atMs, { [SIGNAL.voltage]: value });
const amps = (atMs: number, value: number) => at(atMs, { [SIGNAL.current]: value });

test('volts and amps half a second apart are the power at the later of them, positive into the battery', () => {
  const power = createPackPowers(10).begin();
  expect(power.pair(CAR, volts(1_000, 360))).toBeUndefined();
  expect(power.pair(CAR, amps(1_500, -50))).toEqual(at(1_500, { [SIGNAL.power]: -18_000 }));
  expect(power.pair(CAR, amps(2_000, 0))).toEqual(at(2_000, { [SIGNAL.power]: 0 }));
});

for (const { name, apartMs, isPaired } of [
  { name: 'at the end of the window', apartMs: POWER_WINDOW_MS, isPaired: true },
  { name: 'just outside the window', apartMs: POWER_WINDOW_MS + 1, isPaired: false },
  { name: 'delivered in the wrong order', apartMs: -500, isPaired: true },
])
  test(`a pair ${name}: ${isPaired ? 'a power' : 'none'}`, () => {
    const power = createPackPowers(10).begin();
    power.pair(CAR, volts(10_000, 360));
    expect(power.pair(CAR, amps(10_000 + apartMs, 10)) !== undefined).toBe(isPaired);
  });

test('both in one frame need nothing before', () => {
  const both = at(1_000, { [SIGNAL.voltage]: 400, [SIGNAL.current]: 2.5 });
  expect(createPackPowers(10).begin().pair(CAR, both)?.values).toEqual({ [SIGNAL.power]: 1_000 });
});

test('halves of two cars, what is no volts or amps, and a megawatt are no power', () => {
  const power = createPackPowers(10).begin();
  power.pair(CAR, volts(1_000, 360));
  expect(power.pair('veh_bbbbbbbbbbbb', amps(1_000, 10))).toBeUndefined();
  expect(power.pair(CAR, at(1_000, { [SIGNAL.speed]: 3 }))).toBeUndefined();
  expect(power.pair(CAR, amps(1_000, 2_999))).toBeUndefined();
});

test('what failed and comes again meets the same halves', () => {
  const powers = createPackPowers(10);
  const before = powers.begin();
  before.pair(CAR, volts(1_000, 360));
  before.keep();
  const failed = powers.begin();
  const all = [amps(1_500, 10), volts(2_000, 350), amps(8_000, 20)];
  const first = all.map((frame) => failed.pair(CAR, frame));
  const again = powers.begin();
  expect(all.map((frame) => again.pair(CAR, frame))).toEqual(first);
  expect(first.map((frame) => frame?.values[SIGNAL.power])).toEqual([3_600, 3_500, undefined]);
});

test('the car longest silent is forgotten first', () => {
  const powers = createPackPowers(1);
  for (const vehicleId of [CAR, 'veh_bbbbbbbbbbbb']) {
    const power = powers.begin();
    power.pair(vehicleId, volts(1_000, 360));
    power.keep();
  }
  expect(powers.begin().pair(CAR, amps(1_000, 10))).toBeUndefined();
  expect(powers.begin().pair('veh_bbbbbbbbbbbb', amps(1_000, 10))).toBeDefined();
});
