import { GEAR, SIGNAL, SIGNALS, type SignalRecord } from '@outrider/domain';

/** `unknown` says which gear was last known, however old: a parked car may be silent for days. */
export type DrivingState =
  | { readonly kind: 'moving' }
  | { readonly kind: 'parked' }
  | { readonly kind: 'unknown'; readonly lastGearIsPark: boolean };

/** May somebody be at the wheel? Unknown counts as moving unless the last known gear is Park. */
export const countsAsMoving = (driving: DrivingState): boolean =>
  driving.kind === 'moving' || (driving.kind === 'unknown' && !driving.lastGearIsPark);

interface Known<T> {
  readonly value: T;
  readonly atMs: number;
}

/** What a vehicle last said about its motion. */
export interface Motion {
  readonly speedKmh?: Known<number>;
  readonly gear?: Known<number>;
  readonly isPlugged?: Known<boolean>;
  readonly isCharging?: Known<boolean>;
  /** When it was last faster than rolling, however old. */
  readonly movedAtMs?: number;
  /** When it was last in a gear that drives, however old. */
  readonly inDriveAtMs?: number;
}

/** Slower than this is a sensor's noise or rolling in a parking space. */
const MOVING_ABOVE_KMH = 3;

const PATHS = {
  speedKmh: SIGNAL.speed,
  gear: SIGNAL.gear,
  isPlugged: SIGNAL.isPlugged,
  isCharging: SIGNAL.isCharging,
} as const;

/** Takes over what is newer; a doubted value changes nothing, a withdrawn one is forgotten. */
export function foldMotion(motion: Motion, record: SignalRecord): Motion {
  const { movedAtMs, inDriveAtMs, ...known } = motion;
  const next: Record<string, Known<number | boolean>> = { ...known };
  for (const [name, path] of Object.entries(PATHS)) {
    const known = next[name];
    if (known !== undefined && known.atMs > record.observedAtMs) continue;
    if (record.cleared?.includes(path)) delete next[name];
    const value = record.values[path];
    if (value === undefined || record.quality?.[path] !== undefined) continue;
    if (typeof value === SIGNALS[path]?.type)
      next[name] = { value: value as number | boolean, atMs: record.observedAtMs };
  }
  const speedKmh = trusted(record, SIGNAL.speed);
  const isMoving = typeof speedKmh === 'number' && Math.abs(speedKmh) > MOVING_ABOVE_KMH;
  // What is said again of one moment counts: it moved until just before.
  const isUnsaid = typeof speedKmh === 'number' && !isMoving && movedAtMs === record.observedAtMs;
  return {
    ...(next as Motion),
    ...newest('movedAtMs', isUnsaid ? movedAtMs - 1 : movedAtMs, isMoving ? record.observedAtMs : undefined),
    ...newest(
      'inDriveAtMs',
      inDriveAtMs,
      drives(trusted(record, SIGNAL.gear)) ? record.observedAtMs : undefined,
    ),
  };
}

const trusted = ({ values, quality }: SignalRecord, path: string) =>
  quality?.[path] === undefined ? values[path] : undefined;

const drives = (gear: unknown): boolean =>
  typeof gear === 'number' && gear !== GEAR.park && gear !== GEAR.neutral;

function newest<K extends string>(name: K, one: number | undefined, other: number | undefined) {
  const atMs = Math.max(one ?? Number.NEGATIVE_INFINITY, other ?? Number.NEGATIVE_INFINITY);
  return (atMs === Number.NEGATIVE_INFINITY ? {} : { [name]: atMs }) as { readonly [key in K]?: number };
}

const fresh = <T>(known: Known<T> | undefined, path: string, nowMs: number): T | undefined =>
  known !== undefined && nowMs - known.atMs <= (SIGNALS[path]?.maxAgeS ?? 0) * 1000 ? known.value : undefined;

/**
 * Park or a cable mean parked, until the car is faster than rolling or a driving gear comes after them; a gear that
 * drives means moving even at standstill (a red light). Standstill alone says nothing: many cars send no gear. Nor
 * does a Park from before the last drive, however silent the car has been since: it may be in a tunnel.
 */
export function drivingStateOf(motion: Motion | undefined, nowMs: number): DrivingState {
  if (motion === undefined) return { kind: 'unknown', lastGearIsPark: false };
  const { movedAtMs = Number.NEGATIVE_INFINITY, inDriveAtMs = Number.NEGATIVE_INFINITY } = motion;
  const holds = (known: Known<unknown> | undefined) =>
    known !== undefined && known.atMs > movedAtMs && known.atMs >= inDriveAtMs;
  const speedKmh = fresh(motion.speedKmh, SIGNAL.speed, nowMs);
  const gear = fresh(motion.gear, SIGNAL.gear, nowMs);
  const isPlugged = fresh(motion.isPlugged, SIGNAL.isPlugged, nowMs) === true && holds(motion.isPlugged);
  const isCharging = fresh(motion.isCharging, SIGNAL.isCharging, nowMs) === true && holds(motion.isCharging);
  const lastGearIsPark = motion.gear?.value === GEAR.park && holds(motion.gear);
  if ((lastGearIsPark && gear !== undefined) || isPlugged || isCharging) return { kind: 'parked' };
  if (speedKmh !== undefined && Math.abs(speedKmh) > MOVING_ABOVE_KMH) return { kind: 'moving' };
  return drives(gear) ? { kind: 'moving' } : { kind: 'unknown', lastGearIsPark };
}

/** The motion of every vehicle heard of, folded from the telemetry this process reads. */
export interface DrivingStates {
  fold(record: SignalRecord): void;
  of(vehicleId: string, nowMs: number): DrivingState;
  /** `observedAtMs` of the newest record of a vehicle; −∞ when none was heard. */
  heardAtMs(vehicleId: string): number;
}

export function createDrivingStates(): DrivingStates {
  const vehicles = new Map<string, { readonly motion: Motion; readonly heardAtMs: number }>();
  const heardAtMs = (vehicleId: string) => vehicles.get(vehicleId)?.heardAtMs ?? Number.NEGATIVE_INFINITY;
  return {
    fold(record) {
      const { vehicleId, observedAtMs } = record;
      vehicles.set(vehicleId, {
        motion: foldMotion(vehicles.get(vehicleId)?.motion ?? {}, record),
        heardAtMs: Math.max(heardAtMs(vehicleId), observedAtMs),
      });
    },
    of: (vehicleId, nowMs) => drivingStateOf(vehicles.get(vehicleId)?.motion, nowMs),
    heardAtMs,
  };
}
