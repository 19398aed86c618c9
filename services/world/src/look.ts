import { encodeRecord, type OutgoingRecord, TOPICS } from '@outrider/bus';
import {
  type Conditions,
  type ConnectorStandard,
  type Position,
  type ProgressStretch,
  position,
  type Trip,
} from '@outrider/domain';
import type { ChargerIndex, WeatherProvider } from '@outrider/providers';
import type { State } from '@outrider/state';
import type { Reader, Trust } from '@outrider/trust';
import type { RoadSources } from './ask-road.ts';
import { drawing } from './drawn-roads.ts';
import { needsSnapshot, revisionOf, type SnapshotReason } from './needs-snapshot.ts';
import { rerouteOf } from './reroute.ts';
import { takeSnapshot } from './snapshot.ts';
import { rememberHome, type WorldVehicle, withDueTrip, withSnapshot } from './vehicle.ts';

export interface LookDeps extends RoadSources {
  readonly state: State;
  readonly trust: Trust;
  readonly reader: Reader;
  readonly weather: readonly WeatherProvider[];
  readonly chargers: ChargerIndex;
  readonly plugsOf: (modelId: string) => ReadonlySet<ConnectorStandard>;
  readonly snapshotTimeoutMs: number;
}

export interface Look {
  /** As it is once `record` is published. */
  readonly vehicle: WorldVehicle;
  readonly record: OutgoingRecord;
  readonly reason: SnapshotReason;
  /** Charging places that the car is told of. */
  readonly places: ReadonlySet<string>;
}

/**
 * Looks at the world for one car if that is worth it now.
 * @param isOutdated a charging place that it was told of works otherwise by now
 * @throws UnknownSubject when nobody owns the car (any more)
 */
export async function lookFor(
  before: WorldVehicle,
  deps: LookDeps,
  nowMs: number,
  isOutdated: boolean,
): Promise<Look | undefined> {
  const known = withDueTrip(before, nowMs);
  const reason = needsSnapshot(known, nowMs, isOutdated);
  const registered = reason === undefined ? undefined : await registeredCar(known.vehicleId, deps);
  if (reason === undefined || registered === undefined) return undefined;
  const reroute = rerouteOf(known);
  const isDrawnAnew = reroute !== known.reroute;
  const vehicle = { ...rememberHome(known, registered.home), reroute };
  const signal = AbortSignal.timeout(deps.snapshotTimeoutMs);
  const drawn = drawing(known.roads);
  const snapshot = await takeSnapshot(vehicle, { ...deps, ...registered, signal, drawing: drawn }, nowMs);
  const looked = withSnapshot(vehicle, stretchesOf(snapshot, vehicle.trip), {
    asOfMs: nowMs,
    tripRevision: revisionOf(vehicle),
    reroutedAtMs: isDrawnAnew ? nowMs : (known.snapshot?.reroutedAtMs ?? null),
  });
  return {
    vehicle: { ...looked, roads: drawn.drawn },
    record: encodeRecord(TOPICS.conditions, vehicle.vehicleId, snapshot, nowMs, deps.trust),
    reason,
    places: placesIn(snapshot),
  };
}

/** Home and plugs come with registration; read when a look is due, not per record. */
async function registeredCar(
  vehicleId: string,
  { state, reader, plugsOf }: LookDeps,
): Promise<
  { readonly home: Position | undefined; readonly plugs: ReadonlySet<ConnectorStandard> } | undefined
> {
  const row = await state.vehicles.find(vehicleId);
  if (row === undefined) return undefined;
  const opened =
    row.homeSealed === null
      ? undefined
      : reader.open(vehicleId, row.homeSealed.keyId, Buffer.from(row.homeSealed.box, 'base64url'));
  const home =
    opened?.kind === 'opened'
      ? position.safeParse(JSON.parse(Buffer.from(opened.bytes).toString('utf8')))
      : undefined;
  return { home: home?.data, plugs: plugsOf(row.modelId) };
}

/** Every charging place that a snapshot names. */
export const placesIn = ({ stretches, nearby }: Conditions): ReadonlySet<string> =>
  new Set([...stretches.flatMap(({ chargers }) => chargers), ...nearby].map(({ locationId }) => locationId));

/** The roads of a snapshot as a car is followed on them. */
export function stretchesOf(snapshot: Conditions, trip: Trip | null): ProgressStretch[] {
  return snapshot.stretches.flatMap(({ stopId, segments, routeSource }, i) => {
    const stop = trip?.stops[i] ?? snapshot.home;
    const isGuess = routeSource === 'great-circle';
    return stop === undefined ? [] : [{ stopId, segments, isGuess, stop: { lat: stop.lat, lon: stop.lon } }];
  });
}
