import { type Forecast, WATCHING } from '@outrider/domain';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRig, DRIVER, HOUR_MS, MINUTE_MS, type Rig, START_MS, VEHICLE } from './notifier.fixture.ts';
import { addPerson, assign } from './shifts.fixture.ts';

const stopOf = (p50: number): Forecast['stops'][number] => ({
  ...{ stopId: 'stop-1', name: 'Cabin', distanceM: 40_000, arriveAtMs: START_MS + HOUR_MS },
  ...{ arrivalSocPct: { p10: p50 - 7, p50, p90: p50 + 7 }, belowReserveProbability: 0.07 },
});

const ANN = 'per_ann00000001';

describe('whether a trip is watched', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig({ person: { units: 'metric' } });
  });
  afterEach(() => rig.close());

  const forecast = (p50 = 19, change: Partial<Forecast> = {}) => {
    const nowMs = rig.runtime.eventClock.nowMs();
    return rig.publishForecast({
      ...{ forecastId: `forecast-${nowMs}-${p50}`, vehicleId: VEHICLE, tripId: 'trip-1', madeAtMs: nowMs },
      ...{ socPct: 41, reserveSocPct: 5, stops: [stopOf(p50)], curve: [], modelVersion: 'model-1' },
      ...{ isUnderWay: true, validUntilMs: nowMs + 10 * MINUTE_MS },
      ...change,
    });
  };
  const unknown = (change: Partial<Forecast> = {}) =>
    forecast(19, {
      ...{ stops: [], unknown: 'the car fell silent on the road', unknownSinceMs: START_MS },
      lastKnown: { madeAtMs: START_MS, socPct: 41, stop: stopOf(19) },
      ...change,
    });
  const titles = () => rig.published().map(({ title }) => title);
  const WATCHED = 'Watching: 93 % sure, arrival 19 % (12–26 %)';
  const SILENT = 'Not watching since 9:00, last known 19 % at arrival';

  test('is one silent line on the feed, replaced in place', async () => {
    await forecast();
    await rig.passEventTime(MINUTE_MS);
    await forecast(15);
    const [first, second] = rig.published();
    expect(first).toMatchObject({
      ...{ ruleId: WATCHING, revision: 1, channel: 'feed', state: 'sent', purpose: 'alert' },
      ...{ interrupts: false, severity: 'info', title: WATCHED },
      body: 'Watching this trip: 93 % sure to reach Cabin with 5 % or more, 19 % (12–26 %) expected on arrival.',
      spoken: 'Watching: 93 percent sure to reach Cabin, 19 percent on arrival.',
      at: { expiresMs: START_MS + 12 * MINUTE_MS },
    });
    expect(second).toMatchObject({ alertId: first?.alertId, revision: 2, purpose: 'update' });
    expect(titles()).toEqual([WATCHED, 'Watching: 93 % sure, arrival 15 % (8–22 %)']);
    expect(rig.email.messages).toEqual([]);
    expect(await rig.rows()).toEqual([]);
  });

  test('is said once, not with every record, and a restart says nothing again', async () => {
    await forecast();
    for (const p50 of [18.5, 19, 17.5]) await forecast(p50);
    await rig.restart();
    await forecast(19);
    expect(titles()).toEqual([WATCHED]);
  });

  test('becomes not watching, and watching again', async () => {
    await forecast();
    await rig.passEventTime(5 * MINUTE_MS);
    await unknown();
    await unknown();
    await forecast();
    expect(titles()).toEqual([WATCHED, SILENT, WATCHED]);
    expect(rig.published()[1]).toMatchObject({
      body: 'Not watching since 9:00: this trip cannot be judged now. At 9:00 it was 19 % (12–26 %) at Cabin. Check the charge in the car.',
      spoken: 'Not watching since 9:00, last known 19 percent at Cabin. Check the charge.',
      purpose: 'update',
    });
  });

  test('is withdrawn at the end of the trip, once', async () => {
    await forecast();
    await forecast(19, { stops: [], isUnderWay: false });
    await forecast(19, { stops: [], isUnderWay: false });
    expect(titles()).toEqual([WATCHED, 'No longer watching']);
    expect(rig.published()[1]).toMatchObject({ purpose: 'resolve', revision: 2 });
  });

  test('of the next trip is another line', async () => {
    await forecast();
    await forecast(19, { tripId: 'trip-2' });
    const [first, over, next] = rig.published();
    expect(titles()).toEqual([WATCHED, 'No longer watching', WATCHED]);
    expect(over?.alertId).toBe(first?.alertId);
    expect(next).toMatchObject({ purpose: 'alert', revision: 1 });
    expect(next?.alertId).not.toBe(first?.alertId);
  });

  test('is told as not watched when no forecast comes in its time, by the notifier itself', async () => {
    await forecast();
    await rig.passEventTime(12 * MINUTE_MS);
    expect(titles()).toEqual([WATCHED]);
    await rig.passEventTime(10_000);
    expect(titles()).toEqual([WATCHED, 'Not watching since 9:10, last known 19 % at arrival']);
    await rig.passEventTime(HOUR_MS);
    expect(titles()).toHaveLength(2);
  });

  test('is told so too when the notifier was away meanwhile', async () => {
    await forecast();
    await rig.stop();
    await rig.passEventTime(HOUR_MS);
    await rig.restart();
    await rig.passEventTime(10_000);
    expect(titles()).toEqual([WATCHED, 'Not watching since 9:10, last known 19 % at arrival']);
  });

  test('goes with the car: who hands it over is told no longer, who takes it is told from then on', async () => {
    await addPerson(rig, ANN);
    await forecast();
    await rig.passEventTime(MINUTE_MS);
    await assign(rig, ANN, 'driver', START_MS + MINUTE_MS);
    await rig.passEventTime(MINUTE_MS);
    await rig.restart();
    await rig.passEventTime(MINUTE_MS);
    expect(rig.published().map(({ personId, title }) => [personId, title])).toEqual([
      [DRIVER, WATCHED],
      [DRIVER, 'No longer watching'],
      [ANN, expect.stringContaining('Watching: 93 % sure')],
    ]);
    const [first, over, taken] = rig.published();
    expect([first, over, taken].map((one) => one?.alertId)).toEqual(Array(3).fill(first?.alertId));
    expect([first, over, taken].map((one) => one?.revision)).toEqual([1, 2, 3]);
  });

  test('of a car that is sold ends with it, and is looked at no more', async () => {
    await forecast();
    await rig.trust.endOwnership({
      ...{ vehicleId: VEHICLE, personId: DRIVER, actor: 'test', toMs: START_MS + MINUTE_MS },
    });
    await rig.passEventTime(13 * MINUTE_MS);
    expect(titles()).toEqual([WATCHED]);
    expect(await rig.state.watchLines.find(VEHICLE)).toMatchObject({ state: 'ended', validUntilMs: null });
  });

  test('is told to nobody without consent, and taken back with it', async () => {
    await forecast();
    await rig.trust.recordConsent({
      ...{ vehicleId: VEHICLE, personId: DRIVER, actor: 'test', purpose: 'alert_driver', isGranted: false },
      ...{ textVersion: '1' },
    });
    await forecast(9);
    await rig.passEventTime(13 * MINUTE_MS);
    await forecast(9);
    expect(titles()).toEqual([WATCHED, 'No longer watching']);
  });
});
