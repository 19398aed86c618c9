import { SIGNAL } from '@outrider/domain';
import { afterEach, describe, expect, test } from 'vitest';
import { createRig, endOwnership, PARTITIONS, type Rig } from './app.fixture.ts';
import {
  charger,
  conditionsOf,
  DRIVING,
  HOUR_MS,
  MINUTE_MS,
  NOW_MS,
  PARKED,
  placeOf,
  stopAt,
  tripOf,
  VEHICLE,
} from './predictor.fixture.ts';

let rig: Rig;
afterEach(() => rig.close());

const low = { ...placeOf(2_000), ...DRIVING, [SIGNAL.soc]: 45, [SIGNAL.airTemp]: 0 };
const chargers = [charger('halfway', 90_000)];

/** Plan, road, and a car on its way with too little charge. */
async function begin(): Promise<void> {
  await rig.tell(tripOf(), conditionsOf({ chargers }));
  await rig.say(low);
}
const ids = (alerts: readonly { readonly alertId: string; readonly revision: number }[]) =>
  alerts.map(({ alertId, revision }) => `${alertId}/${revision}`);

describe('from signals to alerts', () => {
  test('plan, road and charge become one alert with its advice, and forecasts', async () => {
    rig = await createRig();
    await begin();
    await rig.pass(120);
    const alerts = await rig.alerts();
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toMatchObject({
      vehicleId: VEHICLE,
      ruleId: 'arrival-below-reserve',
      state: 'firing',
      subject: 'there',
      revision: 1,
    });
    expect(alerts[0]?.remedies[0]).toMatchObject({ kind: 'charge-at', locationId: 'halfway' });
    const forecasts = await rig.forecasts();
    expect(forecasts.length).toBeGreaterThan(0);
    expect(forecasts.at(-1)).toMatchObject({ tripId: 'trip-1', stops: [{ stopId: 'there' }] });
    const query = { vehicleId: VEHICLE, fromMs: 0, toMs: NOW_MS + HOUR_MS, limit: 100 };
    expect((await rig.telemetry.readForecasts(query)).length).toBeGreaterThan(0);
  });

  test('enough charge says nothing', async () => {
    rig = await createRig();
    await rig.tell(tripOf(), conditionsOf({ chargers }));
    await rig.say({ ...low, [SIGNAL.soc]: 100 });
    await rig.pass(300);
    expect(await rig.alerts()).toEqual([]);
  });

  test('repeats of a record change nothing', async () => {
    rig = await createRig();
    await begin();
    for (let i = 0; i < 5; i++) {
      await rig.say(low, { observedAtMs: NOW_MS, recordId: 'record-1' });
      await rig.pass(30);
    }
    expect(await rig.alerts()).toHaveLength(1);
  });

  test('a timer fires without new telemetry, also while another partition is busy', async () => {
    const other = 'veh_another00001';
    rig = await createRig([VEHICLE, other]);
    await begin();
    for (let second = 0; second < 80; second++) {
      await rig.say({ [SIGNAL.soc]: 80 }, { vehicleId: other });
      await rig.pass(1);
    }
    expect(await rig.alerts()).toHaveLength(1);
  });

  test('it wakes for a car that is due, and never while none is', async () => {
    rig = await createRig();
    const wakeUps = async () => {
      const before = await rig.wakeUps();
      await rig.pass(3_600, 1);
      return (await rig.wakeUps()) - before;
    };
    await rig.say({ ...placeOf(0), ...PARKED, [SIGNAL.soc]: 45, [SIGNAL.airTemp]: 0 });
    expect(await wakeUps()).toBeGreaterThan(0);
    // What is stored at intervals is stored, what is silent has been told.
    await rig.pass(48 * 3_600, 600);
    expect(await wakeUps()).toBe(0);
    await rig.say({ ...placeOf(0), ...PARKED, [SIGNAL.soc]: 44, [SIGNAL.airTemp]: 0 });
    expect(await wakeUps()).toBeGreaterThan(0);
  });

  test('a plan taken back takes its alert back', async () => {
    rig = await createRig();
    await begin();
    await rig.pass(120);
    await rig.tell(
      tripOf({ revision: 2, withdrawn: true }),
      conditionsOf({ trip: null, change: { asOfMs: rig.clock.nowMs() } }),
    );
    expect((await rig.alerts()).map(({ state }) => state)).toEqual(['firing', 'resolved']);
  });

  test('a sleeping car is warned of its departure', async () => {
    rig = await createRig();
    const trip = tripOf({ departAtMs: NOW_MS + 4 * HOUR_MS });
    await rig.tell(trip, conditionsOf({ trip }));
    await rig.say({ ...placeOf(0), ...PARKED, [SIGNAL.soc]: 45, [SIGNAL.airTemp]: 0 });
    await rig.pass(3 * 3600, 60);
    const departures = (await rig.alerts()).filter(({ ruleId }) => ruleId === 'departure-below-reserve');
    expect(departures[0]?.state).toBe('firing');
    expect((departures[0]?.changedAtMs ?? 0) - NOW_MS).toBeLessThan(2.2 * HOUR_MS);
  });
});

describe('restarts', () => {
  test.each([1, 30, 59, 75])('after %i s changes nothing', async (afterS) => {
    const run = async (restartsAt: number | undefined) => {
      const one = await createRig();
      rig = one;
      await begin();
      await one.pass(restartsAt ?? 200);
      if (restartsAt !== undefined) {
        await one.restart();
        await one.pass(200 - restartsAt);
      }
      await one.say({ ...low, [SIGNAL.soc]: 100 });
      await one.pass(200);
      return ids(await one.alerts());
    };
    const kept = await run(undefined);
    await rig.close();
    expect(await run(afterS)).toEqual(kept);
    expect(kept.length).toBeGreaterThanOrEqual(2);
  });

  test('a crash before anything was saved brings the same alert, once', async () => {
    rig = await createRig();
    await begin();
    await rig.pass(4);
    const crashed = rig.predictor;
    rig.predictor = rig.create();
    await rig.predictor.start();
    await rig.settle();
    await rig.pass(200);
    const alerts = await rig.alerts();
    expect(new Set(ids(alerts)).size).toBe(1);
    await crashed.stop();
  });

  test('the group’s offsets follow the checkpoint', async () => {
    rig = await createRig();
    await begin();
    await rig.pass(20);
    const lag = await rig.bus.lag('predictor');
    expect(lag.every(({ next, end }) => next === end)).toBe(true);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const checkpoint = await rig.state.predictor.readCheckpoint(partition);
      for (const one of lag.filter((of) => of.partition === partition && of.next > 0))
        expect(checkpoint?.offsets.get(one.topic)).toBe(one.next);
    }
  });
});

describe('trouble', () => {
  test('when somebody else moved the checkpoint the memory is read again, and the log from where it ends', async () => {
    rig = await createRig();
    await rig.tell(tripOf(), conditionsOf({ chargers }));
    await rig.say({ ...placeOf(0), ...DRIVING });
    await rig.pass(20);
    await rig.say({ [SIGNAL.airTemp]: 1 });
    // A checkpoint was just written: this one is in memory only. Then another owner saves what it knew before.
    await rig.say(low);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const previous = await rig.state.predictor.readCheckpoint(partition);
      if (previous === undefined) continue;
      const next = { ...previous, generation: previous.generation + 50 };
      const nothing = { vehicles: [], alerts: [], outbox: [], labels: [] };
      await rig.state.predictor.writeCheckpoint({ partition, previous, next, ...nothing });
    }
    rig.clock.advanceTo(rig.clock.nowMs() + 6_000);
    await rig.say({ [SIGNAL.airTemp]: 0 }, { settles: false });
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    await rig.pass(120, 1);
    expect((await rig.alerts())[0]?.ruleId).toBe('arrival-below-reserve');
    const alerts = ids(await rig.alerts());
    expect(new Set(alerts).size).toBe(alerts.length);
  });

  test('telemetry from before the registration stops nobody', async () => {
    rig = await createRig();
    await rig.say({ [SIGNAL.soc]: 70 }, { observedAtMs: NOW_MS - 3 * 24 * HOUR_MS });
    await begin();
    await rig.pass(120);
    expect(await rig.alerts()).toHaveLength(1);
  });

  test('a car sold on its way stops nobody', async () => {
    const other = 'veh_another00001';
    rig = await createRig([other, VEHICLE]);
    await begin();
    await rig.say({ ...PARKED, [SIGNAL.soc]: 70 }, { vehicleId: other });
    await rig.pass(5);
    await endOwnership(rig.trust, other, rig.clock.nowMs());
    await rig.say({ ...PARKED, [SIGNAL.soc]: 60 }, { vehicleId: other });
    await rig.pass(120);
    expect(await rig.alerts()).toHaveLength(1);
    expect((await rig.bus.lag('predictor')).every(({ next, end }) => next === end)).toBe(true);
  });

  test('a plan of 1,500 km without a charge is warned of, not stumbled over', async () => {
    rig = await createRig();
    const stops = [
      stopAt('hotel', 900_000, {
        kind: 'stay',
        arriveAtMs: NOW_MS + 10 * HOUR_MS,
        departAtMs: NOW_MS + 12 * HOUR_MS,
      }),
      stopAt('end', 1_500_000),
    ];
    const trip = tripOf({ departAtMs: NOW_MS, stops });
    await rig.tell(trip, conditionsOf({ trip }));
    await rig.say({ ...low, [SIGNAL.soc]: 100 });
    await rig.pass(120);
    expect((await rig.alerts()).map(({ severity }) => severity)).toContain('critical');
  });
});

test('stopping twice is stopping once, and says so', async () => {
  rig = await createRig();
  expect(rig.predictor.readiness()).toEqual({ ready: true });
  await rig.predictor.stop();
  await rig.predictor.stop();
  expect(rig.predictor.readiness()).toMatchObject({ ready: false });
  rig.clock.advanceTo(rig.clock.nowMs() + MINUTE_MS);
});
