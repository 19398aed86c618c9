import { type AlertQuality, type StretchLabel, summariseQuality } from '@outrider/domain';
import { type CarReplay, createCarReplay, type LoadedRule, type Replayed } from '@outrider/predictor';
import type { Stores } from '../stores.ts';
import { type CarTime, carTimes, eventsOf, type HistorySpan, readWorld, type World } from './history.ts';

// What a set of rules would have said of stored history. Cars are replayed in memory: nothing is stored or sent.

/** What one set of rules made of it. */
export interface SetResult {
  /** Alerts that would have interrupted, by rule; each counts once, however often it was brought up to date. */
  readonly warned: ReadonlyMap<string, number>;
  readonly quality: AlertQuality;
  /** Moments at which something could not be computed. */
  readonly failures: number;
}

export interface Backtest {
  /** About cars that a simulation made up; else about real ones. */
  readonly isSynthetic: boolean;
  readonly span: HistorySpan;
  readonly cars: number;
  /** Times of owners who do not agree to both warnings and figures about crowds. */
  readonly leftOut: number;
  readonly records: number;
  /** Snapshots of the world that were still there: without one no plan is judged. */
  readonly snapshots: number;
  readonly current: SetResult;
  readonly tried: SetResult;
}

export interface RuleSets {
  readonly current: readonly LoadedRule[];
  readonly tried: readonly LoadedRule[];
  readonly reorderWindowMs: number;
}

/** So long a car is followed before the span begins, so that its battery and drive are known when it does. */
const LEAD_MS = 24 * 3_600_000;
const PROGRESS_RECORDS = 5_000;
/** The log is read once for so many: two weeks of snapshots of each are held in memory. */
const CARS_AT_ONCE = 50;

/** Both sets on the same history. The same history and rules give the same. */
export async function backtest(
  stores: Stores,
  { isSynthetic = false, ...span }: HistorySpan & { readonly isSynthetic?: boolean },
  sets: RuleSets,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<Backtest> {
  const { times, leftOut } = await carTimes(stores, { ...span, fromMs: span.fromMs - LEAD_MS }, isSynthetic);
  const inSpan = times.filter(({ toMs }) => toMs > span.fromMs);
  const [current, tried] = [createTally(sets.current, span), createTally(sets.tried, span)];
  let [records, snapshots] = [0, 0];
  const heard = new Set<string>();
  const log = await stores.openLog();
  let world: World = new Map();
  for (const [index, time] of inSpan.entries()) {
    if (index % CARS_AT_ONCE === 0)
      world = await readWorld(log, inSpan.slice(index, index + CARS_AT_ONCE), { ...span, ...sets });
    const doneOf = (atMs: number) => index + (atMs - time.fromMs) / (time.toMs - time.fromMs);
    const replays = [current.begin(time), tried.begin(time)];
    for await (const event of eventsOf(stores, time, world)) {
      for (const replay of replays) replay.take(event);
      if (event.kind === 'conditions') snapshots += 1;
      if (event.kind !== 'signals' || event.atMs < span.fromMs) continue;
      heard.add(time.car.vehicleId);
      records += 1;
      if (records % PROGRESS_RECORDS === 0) onProgress(doneOf(event.atMs), inSpan.length);
    }
    for (const replay of replays) replay.advance(time.toMs);
    onProgress(index + 1, inSpan.length);
  }
  const counts = { isSynthetic, span, cars: heard.size, leftOut, records, snapshots };
  return { ...counts, current: current.result(), tried: tried.result() };
}

/** Counts what one set says of one car after the other. */
function createTally(rules: readonly LoadedRule[], span: HistorySpan) {
  const warned = new Map<string, number>();
  const known = new Set<string>();
  const labels: StretchLabel[] = [];
  let failures = 0;
  const count = (replayed: Replayed, atMs: number): Replayed => {
    const isInSpan = atMs >= span.fromMs;
    for (const { alert, isShadow } of replayed.alerts) {
      const interrupts = !isShadow && alert.state === 'firing' && alert.severity !== 'info';
      if (!interrupts || known.has(alert.alertId)) continue;
      known.add(alert.alertId);
      if (isInSpan) warned.set(alert.ruleId, (warned.get(alert.ruleId) ?? 0) + 1);
    }
    if (!isInSpan) return replayed;
    failures += replayed.failures.length;
    labels.push(...replayed.stretches.map(({ label }) => label));
    return replayed;
  };
  return {
    begin({ car }: CarTime): CarReplay {
      const replay = createCarReplay(car, rules);
      return {
        take: (event) => count(replay.take(event), event.atMs),
        advance: (toMs) => count(replay.advance(toMs), toMs),
      };
    },
    result: (): SetResult => ({
      warned,
      quality: summariseQuality(labels),
      failures,
    }),
  };
}
