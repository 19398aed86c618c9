import { SIGNAL } from '@outrider/domain';
import type { State } from '@outrider/state';
import type { TelemetryStore } from '@outrider/telemetry';
import { afterEach, expect, test } from 'vitest';
import { createRig, type Rig } from './app.fixture.ts';
import {
  charger,
  conditionsOf,
  DRIVING,
  HOUR_MS,
  NOW_MS,
  placeOf,
  tripOf,
  VEHICLE,
} from './predictor.fixture.ts';

// Engines that are down, and what comes after.

let rig: Rig;
afterEach(() => rig.close());

const low = { ...placeOf(2_000), ...DRIVING, [SIGNAL.soc]: 45, [SIGNAL.airTemp]: 0 };
const chargers = [charger('halfway', 90_000)];

/** Lets seconds pass while the predictor cannot come to rest. */
async function passBusily(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    rig.clock.advanceTo(rig.clock.nowMs() + 1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const readsOf = (telemetry: TelemetryStore): TelemetryStore => ({
  ping: () => telemetry.ping(),
  writeSignals: (rows) => telemetry.writeSignals(rows),
  writeForecasts: (rows) => telemetry.writeForecasts(rows),
  readSignals: (query) => telemetry.readSignals(query),
  downsample: (query) => telemetry.downsample(query),
  readForecasts: (query) => telemetry.readForecasts(query),
  prune: (beforeMs) => telemetry.prune(beforeMs),
  close: async () => undefined,
});

/** Checkpoints fail as long as `isDown` says so. */
const breakable = (state: State, isDown: () => boolean): State => ({
  ...state,
  predictor: {
    ...state.predictor,
    writeCheckpoint: async (write) => {
      if (isDown()) throw new Error('the database is down');
      return state.predictor.writeCheckpoint(write);
    },
  },
});

test('a state store that is down holds the alert, and nothing is lost', async () => {
  rig = await createRig();
  await rig.predictor.stop();
  let isDown = true;
  rig.predictor = rig.create({ state: breakable(rig.state, () => isDown) });
  await rig.predictor.start();
  await rig.trust.prepare([VEHICLE]);
  const telling = rig.tell(tripOf(), conditionsOf({ chargers }));
  await telling;
  await rig.say(low);
  await passBusily(90);
  expect(await rig.alerts()).toEqual([]);
  isDown = false;
  await rig.pass(60, 1);
  expect(await rig.alerts()).toHaveLength(1);
});

test('a series that is down holds no alert, and has every forecast afterwards', async () => {
  rig = await createRig();
  await rig.predictor.stop();
  let isDown = true;
  const { telemetry } = rig;
  rig.predictor = rig.create({
    telemetry: {
      ...readsOf(telemetry),
      writeForecasts: async (rows) => {
        if (isDown) throw new Error('the series is down');
        await telemetry.writeForecasts(rows);
      },
    },
  });
  await rig.predictor.start();
  await rig.tell(tripOf(), conditionsOf({ chargers }));
  await rig.say(low, { settles: false });
  await passBusily(90);
  expect(await rig.alerts()).toHaveLength(1);
  const query = { vehicleId: VEHICLE, fromMs: 0, toMs: NOW_MS + HOUR_MS, limit: 1_000 };
  expect(await telemetry.readForecasts(query)).toEqual([]);
  expect(await rig.forecasts()).toEqual([]);
  isDown = false;
  await rig.pass(60, 1);
  const stored = new Set((await telemetry.readForecasts(query)).map(({ forecastId }) => forecastId));
  const told = (await rig.forecasts()).filter(({ stops }) => stops.length > 0);
  expect(told.length).toBeGreaterThan(0);
  expect(told.filter(({ forecastId }) => !stored.has(forecastId))).toEqual([]);
  // From when it was down, too.
  expect(Math.min(...(await telemetry.readForecasts(query)).map(({ madeAtMs }) => madeAtMs))).toBe(NOW_MS);
});

test('what a killed process had saved and not published leaves with whoever takes its partitions', async () => {
  rig = await createRig();
  const other = rig.create();
  await other.start();
  await rig.settle();
  await rig.state.outbox.insert([
    {
      ...{ outboxId: 'left', writer: 'predictor', topic: 'alerts.v1', key: VEHICLE },
      ...{ value: new Uint8Array([1]), headers: {}, createdAtMs: NOW_MS },
    },
  ]);
  expect(await rig.state.outbox.pending('predictor', 10)).toHaveLength(1);
  await other.stop();
  await rig.settle();
  expect(await rig.state.outbox.pending('predictor', 10)).toEqual([]);
});
