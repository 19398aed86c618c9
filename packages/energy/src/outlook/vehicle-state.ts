import { SIGNAL, SIGNALS, type SignalValue } from '@outrider/domain';

/** Last value of one signal and when the car saw it. */
export interface Latest {
  readonly value: SignalValue;
  readonly atMs: number;
}

export type Motion = 'driving' | 'standing';

/** Where a stretch of driving or standing began; what a forecast measures the drive against. */
export interface MotionPhase {
  readonly motion: Motion;
  readonly sinceMs: number;
  readonly odometerM: number | null;
  readonly socPct: number | null;
}

/**
 * Everything the predictor remembers of a car's own telemetry: state, not payloads. Plain JSON, so that a
 * checkpoint is one `JSON.stringify`.
 */
export interface VehicleState {
  readonly vehicleId: string;
  readonly latest: Readonly<Record<string, Latest>>;
  readonly phase: MotionPhase | null;
  /** Since when a cable is connected; null when it is not. */
  readonly pluggedSinceMs: number | null;
  readonly chargingSinceMs: number | null;
  /** When charging ended by itself, the cable still in; null while it charges, has not begun, or is unplugged. */
  readonly chargeEndedMs: number | null;
  /** Newest record applied; anything not after it is late. */
  readonly observedToMs: number;
  /** When a word of it came last that was old by then; absent: none did. */
  readonly backlogToMs?: number;
  readonly lastRecordId: string;
}

/** The newest number of a signal whatever its age; undefined when never seen. */
export function numberAt(state: VehicleState, path: string): number | undefined {
  const value = state.latest[path]?.value;
  return typeof value === 'number' ? value : undefined;
}

export function flagAt(state: VehicleState, path: string): boolean {
  return state.latest[path]?.value === true;
}

/** Charge of net capacity; what the car displays stands in when it sends nothing else. */
export function socPctOf(state: VehicleState): number | undefined {
  return numberAt(state, SIGNAL.soc) ?? numberAt(state, SIGNAL.socDisplayed);
}

/** A signal no older than its catalogue allows, with its age; undefined is "unknown", never "fine". */
export function freshNumber(
  state: VehicleState,
  path: string,
  nowMs: number,
): { readonly value: number; readonly ageS: number } | undefined {
  const known = state.latest[path];
  const maxAgeS = SIGNALS[path]?.maxAgeS ?? 0;
  if (known === undefined || typeof known.value !== 'number') return undefined;
  const ageS = Math.max(0, (nowMs - known.atMs) / 1000);
  return ageS <= maxAgeS ? { value: known.value, ageS } : undefined;
}

/** Fresh charge with its age: VSS `Current`, else what the car displays. */
export function freshSoc(
  state: VehicleState,
  nowMs: number,
): { readonly value: number; readonly ageS: number } | undefined {
  return freshNumber(state, SIGNAL.soc, nowMs) ?? freshNumber(state, SIGNAL.socDisplayed, nowMs);
}

/** What the car says is left of its battery's capacity when new. */
export const toldHealthPct = (state: VehicleState, nowMs: number): number | undefined =>
  freshNumber(state, SIGNAL.stateOfHealth, nowMs)?.value;

export function freshPosition(
  state: VehicleState,
  nowMs: number,
): { readonly lat: number; readonly lon: number; readonly ageS: number } | undefined {
  const lat = freshNumber(state, SIGNAL.latitude, nowMs);
  const lon = freshNumber(state, SIGNAL.longitude, nowMs);
  if (lat === undefined || lon === undefined) return undefined;
  return { lat: lat.value, lon: lon.value, ageS: Math.max(lat.ageS, lon.ageS) };
}
