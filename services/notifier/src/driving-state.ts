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
  const next: Record<string, Known<number | boolean>> = { ...motion };
  for (const [name, path] of Object.entries(PATHS)) {
    const known = next[name];
    if (known !== undefined && known.atMs > record.observedAtMs) continue;
    if (record.cleared?.includes(path)) delete next[name];
    const value = record.values[path];
    if (value === undefined || record.quality?.[path] !== undefined) continue;
    if (typeof value === SIGNALS[path]?.type)
      next[name] = { value: value as number | boolean, atMs: record.observedAtMs };
  }
  return next as Motion;
}

const fresh = <T>(known: Known<T> | undefined, path: string, nowMs: number): T | undefined =>
  known !== undefined && nowMs - known.atMs <= (SIGNALS[path]?.maxAgeS ?? 0) * 1000 ? known.value : undefined;

/**
 * Motion wins over everything; then Park or a cable mean parked; a gear that drives means moving even at
 * standstill (a red light). Standstill alone says nothing: many cars send no gear.
 */
export function drivingStateOf(motion: Motion | undefined, nowMs: number): DrivingState {
  if (motion === undefined) return { kind: 'unknown', lastGearIsPark: false };
  const speedKmh = fresh(motion.speedKmh, SIGNAL.speed, nowMs);
  const gear = fresh(motion.gear, SIGNAL.gear, nowMs);
  const isPlugged = fresh(motion.isPlugged, SIGNAL.isPlugged, nowMs);
  const isCharging = fresh(motion.isCharging, SIGNAL.isCharging, nowMs);
  if (speedKmh !== undefined && Math.abs(speedKmh) > MOVING_ABOVE_KMH && !isOlder(motion.speedKmh, motion))
    return { kind: 'moving' };
  if (gear === GEAR.park || isPlugged || isCharging) return { kind: 'parked' };
  if (gear !== undefined && gear !== GEAR.neutral) return { kind: 'moving' };
  return { kind: 'unknown', lastGearIsPark: motion.gear?.value === GEAR.park };
}

/** A speed from before the car was put in Park or plugged in no longer counts. */
function isOlder(speed: Known<number> | undefined, motion: Motion): boolean {
  const atMs = speed?.atMs ?? 0;
  const { gear, isPlugged, isCharging } = motion;
  return (
    (gear?.value === GEAR.park && gear.atMs > atMs) ||
    (isPlugged?.value === true && isPlugged.atMs > atMs) ||
    (isCharging?.value === true && isCharging.atMs > atMs)
  );
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
