import { describe, expect, test } from 'vitest';
import type { Interruption } from '../demo/interruptions.ts';
import type { Judged } from '../demo/report.ts';
import { framesOf, truthAt } from '../scenario/index.ts';
import { published } from '../scenario/small-scenario.ts';
import { disturb, VICTIMS } from './disturbances.ts';

const scenario = published('2013-01-winter-i95');
const frames = framesOf(scenario);
const MINUTE_MS = 60_000;

const warning = (atMs: number, weatherSource: string): Interruption => ({
  ...{ alertId: `a${atMs}`, revision: 1, ruleId: 'r', severity: 'warning', title: '', body: '', spoken: '' },
  arrivals: [{ channel: 'feed', atMs, isNoticeable: true }],
  alert: { facts: { weatherSource } } as unknown as NonNullable<Interruption['alert']>,
});
/** A minute after the car has driven for half an hour. */
const drivingMs =
  frames.find(
    ({ atMs }) => truthAt(scenario, atMs - 30 * MINUTE_MS).isMoving && truthAt(scenario, atMs).isMoving,
  )?.atMs ?? 0;
const cleanWith = (interruptions: readonly Interruption[]): Judged =>
  ({ recording: { scenario, frames }, interruptions }) as unknown as Judged;
const clean = cleanWith([warning(drivingMs, 'forecast-file')]);

describe('what goes wrong', () => {
  test('the same seed gives the same, another one something else', () => {
    expect(disturb(clean, 7)).toEqual(disturb(clean, 7));
    expect(disturb(clean, 8)).not.toEqual(disturb(clean, 7));
  });

  test('every victim dies three times within the drive, and not for long', () => {
    const { kills } = disturb(clean, 1);
    for (const victim of VICTIMS) expect(kills.filter(({ service }) => service === victim)).toHaveLength(3);
    for (const { atMs, step, downMs } of kills) {
      expect(atMs).toBeGreaterThanOrEqual(frames[0]?.atMs ?? 0);
      expect(atMs).toBeLessThanOrEqual(frames.at(-1)?.atMs ?? 0);
      expect(step).toBeGreaterThanOrEqual(1);
      expect(downMs).toBeGreaterThanOrEqual(20_000);
      expect(downMs).toBeLessThanOrEqual(120_000);
    }
  });

  test('those that make warnings die while one is made', () => {
    const { kills } = disturb(clean, 1);
    for (const victim of ['predictor', 'notifier'])
      expect(kills.some(({ service, atMs }) => service === victim && atMs === drivingMs)).toBe(true);
  });

  test('the weather is away for 20 minutes of which a warning is one', () => {
    const { weatherAway, isWeatherMissed } = disturb(clean, 1);
    expect(weatherAway.toMs - weatherAway.fromMs).toBe(20 * MINUTE_MS);
    expect(weatherAway.fromMs).toBeLessThan(drivingMs);
    expect(weatherAway.toMs).toBeGreaterThan(drivingMs);
    expect(isWeatherMissed).toBe(true);
  });

  test('a warning that rests on no forecast would not miss it', () => {
    expect(disturb(cleanWith([warning(drivingMs, 'car-thermometer')]), 1).isWeatherMissed).toBe(false);
    expect(disturb(cleanWith([]), 1).isWeatherMissed).toBe(false);
  });

  test('frames come twice and out of order, and none is left out', () => {
    const { frames: delivered, doubled, shuffled } = disturb(clean, 1);
    expect(delivered).toHaveLength(frames.length + doubled);
    expect(new Set(delivered.map(({ atMs }) => atMs))).toEqual(new Set(frames.map(({ atMs }) => atMs)));
    for (const count of [doubled, shuffled]) {
      expect(count).toBeGreaterThan(frames.length * 0.02);
      expect(count).toBeLessThan(frames.length * 0.1);
    }
    const order = delivered.map(({ atMs }) => atMs);
    expect(order).not.toEqual(order.toSorted((a, b) => a - b));
    const times = delivered.map(({ deliveredAtMs = 0 }) => deliveredAtMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    for (const { atMs, deliveredAtMs = 0 } of delivered) expect(deliveredAtMs).toBeGreaterThanOrEqual(atMs);
  });
});
