import { GEAR, SIGNAL, type Trip } from '@outrider/domain';
import { CAR_VERSION, WORLD_SUFFIX } from '@outrider/energy';
import { START_MS, type Stores } from './api.fixture.ts';
import { conditionsRecord } from './road.fixture.ts';

/** A model that the energy model knows. */
export const MODELLED = 'tesla-model-s-85-2012';

const tripOf = (vehicleId: string): Trip => ({
  ...{ tripId: 'trip-1', vehicleId, revision: 1, source: 'driver', createdAtMs: START_MS },
  ...{ departAtMs: START_MS + 3_600_000, reserveSocPct: 8, origin: { name: 'home', lat: 60, lon: 24 } },
  stops: [{ stopId: 'cabin', name: 'Cabin', lat: 61, lon: 24, kind: 'destination' }],
});

const memory = {
  progress: { stretch: 0, alongM: 0, segment: 0, atStop: -1, isOffRoute: false },
  ...{ battery: null, drive: null, trip: null, tyres: null, setTempC: null, isTowing: false, learned: null },
};

export interface Kept {
  readonly socAtMs?: number;
  readonly version?: number;
  readonly progress?: object;
  readonly car?: object;
}

/** A car as the predictor's checkpoint has it: charged to 80 %, at home before its plan. */
export async function keepCar(
  it: Stores,
  vehicleId: string,
  { socAtMs = START_MS, version = CAR_VERSION, ...rest }: Kept = {},
): Promise<void> {
  const latest = {
    [SIGNAL.soc]: { value: 80, atMs: socAtMs },
    [SIGNAL.gear]: { value: GEAR.park, atMs: socAtMs },
  };
  const phase = { motion: 'standing', sinceMs: socAtMs, odometerM: null, socPct: 80 };
  const since = { pluggedSinceMs: null, chargingSinceMs: null, chargeEndedMs: null };
  const car = rest.car ?? {
    state: { vehicleId, latest, phase, ...since, observedToMs: socAtMs, lastRecordId: 'r' },
    memory: { ...memory, progress: { ...memory.progress, ...rest.progress } },
  };
  const conditions = conditionsRecord(vehicleId, { tripId: 'trip-1', tripRevision: 1 });
  const world = { conditions, drawnTrip: tripOf(vehicleId), trips: {} };
  await it.trust.prepare([vehicleId]);
  const blob = (id: string, value: object) => ({
    ...{ vehicleId: id, version },
    ...it.trust.seal(vehicleId, START_MS, Buffer.from(JSON.stringify(value))),
  });
  const previous = await it.state.predictor.readCheckpoint(0);
  const next = {
    partition: 0,
    generation: (previous?.generation ?? 0) + 1,
    offsets: new Map(),
    savedAtMs: 1,
  };
  const vehicles = [blob(vehicleId, car), blob(`${vehicleId}${WORLD_SUFFIX}`, world)];
  const nothing = { alerts: [], outbox: [], labels: [] };
  if (!(await it.state.predictor.writeCheckpoint({ partition: 0, previous, next, vehicles, ...nothing })))
    throw new Error('the checkpoint was not written');
}
