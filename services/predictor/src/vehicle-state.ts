import { GEAR, SIGNAL, type SignalRecord, type SignalValue, TESLA_SIGNAL } from '@outrider/domain';
import {
  flagAt,
  type Latest,
  type Motion,
  type MotionPhase,
  numberAt,
  socPctOf,
  type VehicleState,
} from '@outrider/energy';
import { remember, withFewAlerts } from './own-word.ts';

export const emptyVehicleState = (vehicleId: string): VehicleState => ({
  vehicleId,
  latest: {},
  phase: null,
  pluggedSinceMs: null,
  chargingSinceMs: null,
  chargeEndedMs: null,
  observedToMs: 0,
  lastRecordId: '',
});

/** Below this the car counts as standing when no gear is known: GPS and wheel sensors jitter. */
const STANDING_SPEED_KMH = 2;

/** One record in the clear: plain values and opened places together. */
export interface OpenedRecord {
  readonly recordId: string;
  readonly observedAtMs: number;
  readonly receivedAtMs: number;
  /** When the log took it; absent in checkpoints from before, and where nobody knows. */
  readonly cameAtMs?: number;
  readonly values: Readonly<Record<string, SignalValue>>;
  readonly cleared: readonly string[];
}

export function openedRecord(
  record: SignalRecord,
  places: Readonly<Record<string, SignalValue>>,
  cameAtMs: number,
): OpenedRecord {
  const doubtful = record.quality ?? {};
  const into = { values: {} as Record<string, SignalValue>, cleared: [...(record.cleared ?? [])] };
  for (const said of [record.values, places])
    for (const [path, value] of Object.entries(said))
      if (doubtful[path] === undefined) remember(path, value, into);
  const { recordId, observedAtMs, receivedAtMs } = record;
  return { recordId, observedAtMs, receivedAtMs, cameAtMs, ...into };
}

/** A record not after the newest applied one: it is stored, but decides nothing any more. */
export const isLate = (state: VehicleState, record: OpenedRecord): boolean =>
  record.observedAtMs < state.observedToMs ||
  (record.observedAtMs === state.observedToMs && record.recordId <= state.lastRecordId);

/** Folds one record into the state. The caller has put late ones aside (`isLate`). */
export function foldRecord(state: VehicleState, record: OpenedRecord): VehicleState {
  const latest: Record<string, Latest> = { ...state.latest };
  for (const [path, value] of Object.entries(record.values))
    latest[path] = { value, atMs: record.observedAtMs };
  for (const path of record.cleared) delete latest[path];
  withFewAlerts(latest, record.values);
  const folded = { ...state, latest, observedToMs: record.observedAtMs, lastRecordId: record.recordId };
  const isCharging = flagAt(folded, SIGNAL.isCharging);
  const isPlugged = flagAt(folded, SIGNAL.isPlugged) || isCharging;
  const endedMs = state.chargeEndedMs ?? (state.chargingSinceMs === null ? null : record.observedAtMs);
  return {
    ...folded,
    phase: nextPhase(folded, record.observedAtMs),
    pluggedSinceMs: since(state.pluggedSinceMs, isPlugged, record.observedAtMs),
    chargingSinceMs: since(state.chargingSinceMs, isCharging, record.observedAtMs),
    chargeEndedMs: isPlugged && !isCharging ? endedMs : null,
  };
}

/** The newest word about the connection, whatever else came before or after it. */
export function foldConnection(state: VehicleState, { values, observedAtMs }: OpenedRecord): VehicleState {
  const value = values[TESLA_SIGNAL.connection];
  const known = state.latest[TESLA_SIGNAL.connection];
  if (value === undefined || (known !== undefined && known.atMs > observedAtMs)) return state;
  return { ...state, latest: { ...state.latest, [TESLA_SIGNAL.connection]: { value, atMs: observedAtMs } } };
}

/** When the car, or whoever watches its connection, was heard last; 0: never. */
export const heardAtMs = (state: VehicleState): number =>
  Math.max(state.observedToMs, state.latest[TESLA_SIGNAL.connection]?.atMs ?? 0);

/** Older than this when it comes, a word is of a backlog: the car's own, or one of ours. */
const BACKLOG_MS = 60_000;

/** Notes when a word of a backlog came. By the log's time: batches, and a reading from a checkpoint, change nothing. */
export function withWord(
  state: VehicleState,
  { observedAtMs, cameAtMs = observedAtMs }: OpenedRecord,
): VehicleState {
  if (cameAtMs - observedAtMs <= BACKLOG_MS) return state;
  return { ...state, backlogToMs: Math.max(state.backlogToMs ?? 0, cameAtMs) };
}

/** When a word of the car came here last, however old what it said: while a backlog comes, it is not silent. */
export const wordAtMs = (state: VehicleState): number => Math.max(heardAtMs(state), state.backlogToMs ?? 0);

const since = (before: number | null, isOn: boolean, atMs: number): number | null =>
  isOn ? (before ?? atMs) : null;

function nextPhase(state: VehicleState, atMs: number): MotionPhase | null {
  const motion = motionOf(state);
  if (motion === undefined) return state.phase;
  if (state.phase?.motion === motion) return state.phase;
  return {
    motion,
    sinceMs: atMs,
    odometerM: numberAt(state, SIGNAL.odometer) ?? null,
    socPct: socPctOf(state) ?? null,
  };
}

/** A stop at a light keeps its gear: only Park, charging, or standing without a known gear is standing. */
function motionOf(state: VehicleState): Motion | undefined {
  const gear = numberAt(state, SIGNAL.gear);
  const speedKmh = numberAt(state, SIGNAL.speed);
  if (gear === GEAR.park || flagAt(state, SIGNAL.isCharging)) return 'standing';
  if (gear !== undefined && gear !== GEAR.neutral) return 'driving';
  if (speedKmh === undefined) return undefined;
  return Math.abs(speedKmh) > STANDING_SPEED_KMH ? 'driving' : 'standing';
}
