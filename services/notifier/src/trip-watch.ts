import { type Batch, type BatchContext, TOPICS } from '@outrider/bus';
import { type Forecast, OVERDUE_MS } from '@outrider/domain';
import type { Counter } from '@outrider/runtime';
import { decodeAll } from './decode-all.ts';
import type { Parts } from './notifier-deps.ts';
import { decideLine, LINE_LASTS_MS, overdueSaid, saidAgain } from './trip-line.ts';
import { type LineChange, openLine, tellLine } from './trip-line-told.ts';

/** Keeps one silent line per trip on the feed: whether it is watched. Forecasts move it, and their absence does. */
export interface TripWatch {
  /** Time passed; returns at once. */
  poke(): void;
  isIdle(): boolean;
  /** Why the last look failed, while it does. */
  problem(): string | undefined;
  /** Finishes what is under way. */
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 10_000;
const AT_ONCE = 100;
/** Shifts that changed while nobody looked; a line lives no longer. */
const FIRST_LOOK_BACK_MS = LINE_LASTS_MS;
/** Looked back this far each time: who changed a shift has another clock. Repeats change nothing. */
const OVERLAP_MS = 60_000;

export async function createTripWatch(parts: Parts, onTold: () => void): Promise<TripWatch> {
  const { eventClock, log, metrics } = parts.runtime;
  const lines = metrics.counter(
    'notifier_trip_lines_total',
    'Changes of the lines that say whether a trip is watched.',
    ['outcome'],
  );
  const forecasts = await parts.bus.subscribe({
    group: 'notifier-trip-lines',
    topics: [TOPICS.forecasts.name],
    start: 'earliest',
    async handle(batch, context) {
      if (await takeForecasts(parts, lines, batch, context)) onTold();
    },
    onError: (error, partition) =>
      log.error({ partition, err: String(error) }, 'forecasts could not be told; they come again'),
  });
  let isCaughtUp = false;
  forecasts.caughtUp.then(
    () => {
      isCaughtUp = true;
    },
    // Stopped before that: nothing is told any more.
    () => {},
  );
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let lookedUpToMs: number | undefined;
  let looking: Promise<void> | undefined;
  let problem: string | undefined;
  let isStopped = false;
  return {
    poke() {
      const nowMs = eventClock.nowMs();
      // Before everything is read nobody knows whether a newer forecast has come.
      if (isStopped || !isCaughtUp || looking !== undefined || nowMs - lookedAtMs < LOOK_EVERY_MS) return;
      const sinceMs = (lookedUpToMs ?? nowMs - FIRST_LOOK_BACK_MS) - OVERLAP_MS;
      lookedAtMs = nowMs;
      looking = lookAround(parts, lines, sinceMs, nowMs)
        .then((isTold) => {
          problem = undefined;
          lookedUpToMs = nowMs;
          if (isTold) onTold();
        })
        .catch((error: unknown) => {
          problem = `lines about trips cannot be read: ${String(error)}`;
          log.warn({ err: String(error) }, 'lines about trips cannot be looked at; it is tried again');
        })
        .finally(() => {
          looking = undefined;
        });
    },
    isIdle: () => forecasts.isIdle() && looking === undefined && problem === undefined,
    problem: () => problem,
    async stop() {
      isStopped = true;
      await forecasts.stop();
      await looking;
    },
  };
}

/** The newest forecast of each car in the batch; true when something was told. */
async function takeForecasts(
  parts: Parts,
  lines: Counter<'outcome'>,
  { records }: Batch,
  context: BatchContext,
): Promise<boolean> {
  const { good, bad } = await decodeAll(parts, TOPICS.forecasts, records);
  if (bad.length > 0) lines.inc({ outcome: 'unreadable' }, bad.length);
  const newest = new Map(good.map((one) => [one.value.vehicleId, one]));
  const before = await parts.state.watchLines.listOf([...newest.keys()]);
  const known = new Map(before.map((row) => [row.vehicleId, openLine(parts, row)]));
  let isTold = false;
  for (const [vehicleId, { value, record }] of newest) {
    if (!context.isCurrent()) return isTold;
    // Most forecasts change no line: those cost no transaction.
    if (decideLine(known.get(vehicleId), value, parts.runtime.eventClock.nowMs()).kind === 'nothing')
      continue;
    isTold =
      (await changeLine(parts, lines, changeBy(parts, value), vehicleId, record.headers.traceparent)) ||
      isTold;
  }
  await context.commit();
  return isTold;
}

const changeBy =
  (parts: Parts, record: Forecast): LineChange =>
  (line) => ({
    verdict: decideLine(line, record, parts.runtime.eventClock.nowMs()),
    madeAtMs: record.madeAtMs,
    validUntilMs: record.unknown === undefined ? record.validUntilMs : undefined,
  });

/** What no forecast tells: that none came in its time, and that somebody else drives. True when something was told. */
async function lookAround(
  parts: Parts,
  lines: Counter<'outcome'>,
  sinceMs: number,
  nowMs: number,
): Promise<boolean> {
  const isHandedOver = await tellNewDrivers(parts, lines, sinceMs, nowMs);
  return (await tellOverdue(parts, lines, nowMs)) || isHandedOver;
}

async function tellNewDrivers(
  parts: Parts,
  lines: Counter<'outcome'>,
  sinceMs: number,
  nowMs: number,
): Promise<boolean> {
  const changing = await parts.state.assignments.vehiclesChanging(sinceMs, nowMs);
  const about = (await parts.state.watchLines.listOf(changing)).filter(({ state }) => state !== 'ended');
  await parts.trust.prepare(about.map(({ vehicleId }) => vehicleId));
  let isTold = false;
  for (const { vehicleId } of about) {
    const change: LineChange = (line) => ({
      verdict: saidAgain(line),
      madeAtMs: line?.row.madeAtMs ?? nowMs,
      validUntilMs: line?.row.validUntilMs ?? undefined,
    });
    isTold = (await changeLine(parts, lines, change, vehicleId, undefined)) || isTold;
  }
  return isTold;
}

/** Lines whose forecast nothing followed in time; true when something was told. */
async function tellOverdue(parts: Parts, lines: Counter<'outcome'>, nowMs: number): Promise<boolean> {
  const beforeMs = nowMs - OVERDUE_MS;
  const overdue = await parts.state.watchLines.listOverdue(beforeMs, AT_ONCE);
  if (overdue.length === 0) return false;
  await parts.trust.prepare(overdue.map(({ vehicleId }) => vehicleId));
  let isTold = false;
  for (const { vehicleId } of overdue) {
    const change: LineChange = (line) => {
      const isOver = line?.row.validUntilMs != null && line.row.validUntilMs < beforeMs;
      return {
        verdict: isOver
          ? { kind: 'say', tripId: line.row.tripId, said: overdueSaid(line) }
          : { kind: 'nothing' },
        madeAtMs: line?.row.madeAtMs ?? nowMs,
        validUntilMs: undefined,
      };
    };
    isTold = (await changeLine(parts, lines, change, vehicleId, undefined)) || isTold;
  }
  return isTold;
}

async function changeLine(
  parts: Parts,
  lines: Counter<'outcome'>,
  change: LineChange,
  vehicleId: string,
  cause: string | undefined,
): Promise<boolean> {
  const outcome = await parts.state.transaction((state) => tellLine(parts, state, change, vehicleId, cause));
  if (outcome === 'nothing') return false;
  lines.inc({ outcome });
  return true;
}
