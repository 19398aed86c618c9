import { encodeRecord, openBus, TOPICS } from '@outrider/bus';
import {
  type Alert,
  type ChargingLocation,
  type Conditions,
  type Forecast,
  GEAR,
  mpsToKmh,
  type Position,
  SIGNAL,
  type Trip,
} from '@outrider/domain';
import { createIngest, ingestSettings } from '@outrider/ingest';
import { createPredictor, predictorSettings } from '@outrider/predictor';
import { forecastFile } from '@outrider/providers';
import { createMetrics, manualClock, readSettings, silentLog } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { openTelemetry } from '@outrider/telemetry';
import { createTrust } from '@outrider/trust';
import { createWorld, type RoadSources } from '@outrider/world';
import { readAll, register, START_MS, VEHICLE } from '../pipeline/pipeline.fixture.ts';
import { PLACES } from './self-made-map.ts';

export interface Drive {
  readonly to: Position;
  readonly roads: RoadSources;
  /** From the north: both roads lead there. */
  readonly headwindMps: number;
  /** When it leaves the town. */
  readonly socPct: number;
}

export interface DriveOutcome {
  readonly alerts: readonly Alert[];
  readonly forecast: Forecast;
  readonly conditions: Conditions;
}

const HOUR_MS = 3_600_000;
const FRAMES = 12;
const FRAME_MS = 30_000;

/**
 * A car leaves the town for a place 117 km away: ingest, world and predictor on the memory engines, its plan
 * without a road of its own. What is asked of the road goes to the real server, weather is of one kind everywhere.
 */
export async function drive(options: Drive): Promise<DriveOutcome> {
  const clock = manualClock(START_MS);
  const state = await openState('memory:', { log: silentLog });
  const bus = await openBus('memory:', { clock, realClock: clock, log: silentLog, partitions: 2 });
  const telemetry = await openTelemetry('memory:', { log: silentLog });
  const trust = createTrust({ ...state, eventClock: clock, realClock: clock });
  const runtime = { eventClock: clock, realClock: clock, log: silentLog, metrics: createMetrics() };
  await register(state, trust);
  const deps = { bus, state, telemetry, trust, runtime };
  const apps = [
    createPredictor({ ...deps, settings: readSettings(predictorSettings, {}) }),
    createWorld({
      ...{ ...deps, ...options.roads, weather: [weatherOf(options.headwindMps)], locations: [CHARGER] },
      ...{ plugsOf: () => new Set(['TESLA_S'] as const), snapshotTimeoutMs: 10_000 },
    }),
    createIngest({ ...deps, settings: readSettings(ingestSettings, {}) }),
  ];
  for (const app of apps) await app.start();
  const settle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 3; ) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = apps.every((app) => app.isIdle()) ? quiet + 1 : 0;
    }
  };
  await trust.prepare([VEHICLE]);
  await bus.publish([encodeRecord(TOPICS.trips, VEHICLE, tripTo(options.to), START_MS, trust)]);
  await settle();
  for (let i = 0; i < FRAMES; i++) {
    clock.advanceTo(START_MS + (i + 1) * FRAME_MS);
    await settle();
    const bytes = Buffer.from(JSON.stringify({ observedAt: clock.nowMs(), signals: signalsOf(options, i) }));
    const { keyId, box } = trust.seal(VEHICLE, clock.nowMs(), bytes);
    const headers = { format: 'vss-json', receivedAtMs: String(clock.nowMs()), keyId };
    await bus.publish([{ topic: TOPICS.raw.name, key: VEHICLE, value: box, headers }]);
    await settle();
  }
  clock.advanceTo(clock.nowMs() + 2 * FRAME_MS);
  await settle();
  const alerts = await readAll(bus, trust, TOPICS.alerts);
  const forecast = (await readAll(bus, trust, TOPICS.forecasts)).at(-1);
  const conditions = (await readAll(bus, trust, TOPICS.conditions)).at(-1);
  for (const app of apps.toReversed()) await app.stop();
  await bus.close();
  await telemetry.close();
  await state.close();
  if (forecast === undefined || conditions === undefined) throw new Error('nothing was forecast');
  return { alerts, forecast, conditions };
}

/** Along the street that leads out of the town, west to the hill or east to the plain. */
function signalsOf({ to, socPct }: Drive, i: number): Readonly<Record<string, number>> {
  const alongM = ((i * FRAME_MS) / 1000) * SPEED_MPS;
  return {
    [SIGNAL.soc]: socPct - i * SOC_PER_FRAME,
    [SIGNAL.gear]: GEAR.drive,
    [SIGNAL.speed]: mpsToKmh(SPEED_MPS),
    [SIGNAL.latitude]: PLACES.town.lat,
    [SIGNAL.longitude]: PLACES.town.lon + (Math.sign(to.lon - PLACES.town.lon) * alongM) / METRES_PER_DEGREE,
    [SIGNAL.airTemp]: AIR_C,
  };
}

const SPEED_MPS = 12;
const SOC_PER_FRAME = 0.1;
const AIR_C = 15;
/** Of longitude, in the town. */
const METRES_PER_DEGREE = 83_860;

const tripTo = (to: Position): Trip => ({
  ...{ tripId: 'trip-1', vehicleId: VEHICLE, revision: 1, source: 'driver', createdAtMs: START_MS },
  ...{ departAtMs: START_MS, reserveSocPct: 5, origin: { name: 'Town', ...PLACES.town } },
  stops: [{ stopId: 'stop-1', name: 'North', ...to, kind: 'destination', plugged: true }],
});

const weatherOf = (headwindMps: number) =>
  forecastFile([
    {
      ...{ issuedAtMs: START_MS - HOUR_MS, fromMs: START_MS - HOUR_MS, toMs: START_MS + 48 * HOUR_MS },
      ...{ tempC: AIR_C, sigmaK: 1, windMps: headwindMps, windFromDeg: 0, pressureHpa: 1_013, isWet: false },
    },
  ]);

const CHARGER: ChargingLocation = {
  ...{ locationId: 'lane', name: 'Lane', ...PLACES.charger, source: 'self-made', lastUpdatedAtMs: START_MS },
  evses: [
    {
      ...{ uid: 'lane-1', status: 'AVAILABLE', lastUpdatedAtMs: START_MS },
      connectors: [{ standard: 'TESLA_S', powerType: 'DC', maxPowerKw: 90 }],
    },
  ],
};
