import { type Bus, encodeRecord, type OutgoingRecord, openBus, TOPICS } from '@outrider/bus';
import { type Conditions, GEAR, SIGNAL, type Trip } from '@outrider/domain';
import {
  type Clock,
  hashSecret,
  type ManualClock,
  manualClock,
  silentLog,
  systemClock,
} from '@outrider/runtime';
import { openState, type State } from '@outrider/state';
import { openTelemetry, type TelemetryStore } from '@outrider/telemetry';
import { createTrust, type FullTrust } from '@outrider/trust';

// Engines with registered cars, their plans and their frames, as every measurement here needs them.

export const START_MS = Date.UTC(2026, 0, 15, 8);
const OWNED_SINCE_MS = START_MS - 30 * 86_400_000;
const SEGMENT_M = 500;
const ROAD = { lat: 55, lon: 25 } as const;
const METRES_PER_DEGREE = 111_195;
const SPEED_MPS = 20;

export interface Rig {
  readonly bus: Bus;
  readonly state: State;
  readonly telemetry: TelemetryStore;
  readonly trust: FullTrust;
  readonly eventClock: ManualClock;
  readonly realClock: Clock;
  close(): Promise<void>;
}

/** `folder` undefined keeps state and series in memory; the log is on disk all the same. */
export async function openRig(folder: string, inMemory = false): Promise<Rig> {
  const eventClock = manualClock(START_MS);
  const realClock = systemClock;
  const url = (name: string): string => `sqlite:${folder}/${name}.db`;
  const bus = await openBus(url('bus'), { clock: eventClock, realClock, log: silentLog });
  const state = await openState(inMemory ? 'memory:' : url('state'), { log: silentLog, realClock });
  const telemetry = await openTelemetry(inMemory ? 'memory:' : url('telemetry'), { log: silentLog });
  const trust = createTrust({ ...state, eventClock, realClock });
  return {
    ...{ bus, state, telemetry, trust, eventClock, realClock },
    async close() {
      await bus.close();
      await telemetry.close();
      await state.close();
    },
  };
}

export const vehicleIdOf = (index: number): string => `veh_${String(index).padStart(12, '0')}`;
export const tokenOf = (index: number): string => `dev_bench_${index}`;

export async function registerCars({ state, trust }: Rig, from: number, to: number): Promise<void> {
  const personId = 'per_aaaaaaaaaaaa';
  await state.transaction(async () => {
    if (from === 0)
      await state.people.insert({
        ...{ personId, name: 'Driver', email: null, phone: null, webhookUrl: null, webhookSecret: null },
        ...{ language: 'en', units: 'metric', timeZone: 'UTC', quietFromMinute: null, quietToMinute: null },
        ...{ channels: [], createdAtMs: OWNED_SINCE_MS },
      });
    for (let index = from; index < to; index++) {
      const vehicleId = vehicleIdOf(index);
      await state.vehicles.insert({
        ...{ vehicleId, label: 'Car', modelId: 'tesla-model-s-85-2012', vin: null, homeSealed: null },
        ...{ reserveSocPct: 5, createdAtMs: OWNED_SINCE_MS },
      });
      await trust.registerOwnership({
        ...{ vehicleId, personId, actor: 'bench', fromMs: OWNED_SINCE_MS },
        ...{ consents: { alert_driver: true }, textVersion: '1' },
      });
      await state.tokens.insert({
        ...{ kind: 'device', vehicleId, createdAtMs: START_MS, revokedAtMs: null },
        tokenHash: hashSecret(tokenOf(index)),
      });
    }
  });
}

/** Plans and roads of `roadM` for these cars, into the log. */
export async function publishPlans(rig: Rig, from: number, to: number, roadM: number): Promise<void> {
  const { bus, trust } = rig;
  for (let index = from; index < to; index++) {
    const vehicleId = vehicleIdOf(index);
    await trust.prepare([vehicleId]);
    await bus.publish([
      encodeRecord(TOPICS.trips, vehicleId, tripOf(vehicleId, roadM), START_MS, trust),
      encodeRecord(TOPICS.conditions, vehicleId, conditionsOf(vehicleId, roadM), START_MS, trust),
    ]);
  }
}

const northOf = (alongM: number) => ({ lat: ROAD.lat + alongM / METRES_PER_DEGREE, lon: ROAD.lon });

const tripOf = (vehicleId: string, roadM: number): Trip => ({
  ...{ tripId: `trip-${vehicleId}`, vehicleId, revision: 1, source: 'driver', createdAtMs: START_MS },
  ...{ departAtMs: START_MS, reserveSocPct: 5, origin: { name: 'Start', ...ROAD } },
  stops: [{ stopId: 'stop-1', name: 'Far', ...northOf(roadM), kind: 'destination' }],
});

const conditionsOf = (vehicleId: string, roadM: number): Conditions => ({
  ...{ snapshotId: `snapshot-${vehicleId}`, vehicleId, asOfMs: START_MS },
  ...{ tripId: `trip-${vehicleId}`, tripRevision: 1 },
  stretches: [
    {
      stopId: 'stop-1',
      segments: segmentsOf(roadM),
      chargers: [],
      routeSource: 'planner-route',
    },
  ],
  nearby: [],
  standing: [],
  sigma: { tempK: 1, windMps: 1, speedRatio: 0.05, climbM: 20 },
  weatherSource: 'forecast-file',
  weatherAgeS: 0,
});

export const segmentsOf = (roadM: number): Conditions['stretches'][number]['segments'] =>
  Array.from({ length: Math.round(roadM / SEGMENT_M) }, (_, index) => ({
    ...northOf(index * SEGMENT_M),
    ...{ distanceM: SEGMENT_M, speedMps: SPEED_MPS, climbM: 5 * Math.sin(index), bearingDeg: 0, tempC: 3 },
    ...{ pressureHpa: 1_010, windMps: 3, windFromDeg: 40, isWet: false },
  }));

/** What a car under way says, about as long as real frames are. */
export function frameOf(observedAtMs: number): Readonly<Record<string, unknown>> {
  const drivenS = (observedAtMs - START_MS) / 1000;
  return {
    observedAt: observedAtMs,
    signals: {
      [SIGNAL.soc]: 92 - drivenS * 0.004,
      [SIGNAL.gear]: GEAR.drive,
      [SIGNAL.speed]: SPEED_MPS * 3.6,
      ...{ [SIGNAL.latitude]: northOf(drivenS * SPEED_MPS).lat, [SIGNAL.longitude]: ROAD.lon },
      [SIGNAL.odometer]: 12_000 + (drivenS * SPEED_MPS) / 1000,
      [SIGNAL.power]: -15_000 - (drivenS % 7) * 300,
      [SIGNAL.airTemp]: 3,
      [SIGNAL.batteryTemp]: 18,
    },
  };
}

/** Raw records of one frame per car, sealed as the gateway seals them. */
export async function rawRecords(rig: Rig, cars: number, observedAtMs: number): Promise<OutgoingRecord[]> {
  const ids = Array.from({ length: cars }, (_, index) => vehicleIdOf(index));
  await rig.trust.prepare(ids);
  const bytes = Buffer.from(JSON.stringify(frameOf(observedAtMs)));
  return ids.map((vehicleId) => {
    const { keyId, box } = rig.trust.seal(vehicleId, observedAtMs, bytes);
    const headers = { format: 'vss-json', receivedAtMs: String(observedAtMs), keyId };
    return { topic: TOPICS.raw.name, key: vehicleId, value: box, headers };
  });
}

/** Splits into pieces of `size`. */
export const piecesOf = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
