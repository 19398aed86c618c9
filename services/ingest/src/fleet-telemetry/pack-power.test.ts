import { SIGNAL } from '@outrider/domain';
import { expect, test } from 'vitest';
import type { Frame } from '../format.ts';
import { createPackPower, POWER_WINDOW_MS } from './pack-power.ts';

const CAR = 'veh_aaaaaaaaaaaa';
const at = (observedAtMs: number, values: Frame['values']): Frame => ({
  ...{ observedAtMs, seq: 7, values, cleared: [], quality: {} },
});
const volts = (atMs: number, value: number) => at(atMs, { [SIGNAL.voltage]: value });
const amps = (atMs: number, value: number) => at(atMs, { [SIGNAL.current]: value });

test('volts and amps half a second apart are the power at the later of them, positive into the battery', () => {
  const power = createPackPower(10);
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
    const power = createPackPower(10);
    power.pair(CAR, volts(10_000, 360));
    expect(power.pair(CAR, amps(10_000 + apartMs, 10)) !== undefined).toBe(isPaired);
  });

test('both in one frame need nothing before', () => {
  const both = at(1_000, { [SIGNAL.voltage]: 400, [SIGNAL.current]: 2.5 });
  expect(createPackPower(10).pair(CAR, both)?.values).toEqual({ [SIGNAL.power]: 1_000 });
});

test('halves of two cars, what is no volts or amps, and a megawatt are no power', () => {
  const power = createPackPower(10);
  power.pair(CAR, volts(1_000, 360));
  expect(power.pair('veh_bbbbbbbbbbbb', amps(1_000, 10))).toBeUndefined();
  expect(power.pair(CAR, at(1_000, { [SIGNAL.speed]: 3 }))).toBeUndefined();
  expect(power.pair(CAR, amps(1_000, 2_999))).toBeUndefined();
});

test('the car longest silent is forgotten first', () => {
  const power = createPackPower(1);
  power.pair(CAR, volts(1_000, 360));
  power.pair('veh_bbbbbbbbbbbb', volts(1_000, 360));
  expect(power.pair(CAR, amps(1_000, 10))).toBeUndefined();
});
