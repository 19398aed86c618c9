import { type Bus, decodeRecord, type GroupLag, TOPICS } from '@outrider/bus';
import { systemClock } from '@outrider/runtime';
import type { State } from '@outrider/state';
import { createTrust } from '@outrider/trust';
import { examineAlerts, type Found } from '../proof/examine.ts';
import type { RegisteredCar } from '../proof/fleet.ts';
import { RULE_ID } from '../proof/parked-car.ts';
import {
  checkFrames,
  checkNotifications,
  checkPublished,
  type Finding,
  type Ledger,
} from '../proof/promises.ts';
import type { Fall } from './drivers.ts';
import type { Engines } from './engines.ts';
import { readStoredForecasts, readStoredFrames, type StoredFrame } from './stored-frames.ts';
import type { Ending, Supervised } from './supervised.ts';

/** Groups that have to work off everything there is. */
export const GROUPS = ['ingest', 'predictor', 'notifier', 'notifier-trip-lines'] as const;

/** What is in the engines when all is over. */
export interface Recount {
  readonly found: Found;
  /** Rows per car. */
  readonly stored: ReadonlyMap<string, readonly StoredFrame[]>;
  /** Forecasts that were told to all, with something to store of them. */
  readonly toldForecasts: readonly string[];
  readonly storedForecasts: ReadonlySet<string>;
  readonly lags: readonly (GroupLag & { readonly group: string })[];
}

export async function recount(
  { urls, influxdb }: Engines,
  bus: Bus,
  state: State,
  cars: readonly RegisteredCar[],
): Promise<Recount> {
  const vehicleIds = cars.map(({ vehicleId }) => vehicleId);
  const stored = new Map<string, readonly StoredFrame[]>();
  for (const vehicleId of vehicleIds) stored.set(vehicleId, await readStoredFrames(influxdb, vehicleId));
  const storedNumbers = new Map(
    [...stored].map(([vehicleId, rows]) => [vehicleId, rows.map(({ number }) => number)]),
  );
  return {
    found: { storedNumbers, ...(await examineAlerts({ urls, vehicleIds, clock: systemClock })) },
    stored,
    toldForecasts: await readToldForecasts(bus, state, vehicleIds),
    storedForecasts: await readStoredForecasts(influxdb),
    lags: await readLags(bus),
  };
}

export async function readLags(bus: Bus): Promise<Recount['lags']> {
  const lags = await Promise.all(
    GROUPS.map(async (group) => (await bus.lag(group)).map((one) => ({ ...one, group }))),
  );
  return lags.flat();
}

async function readToldForecasts(
  bus: Bus,
  state: State,
  vehicleIds: readonly string[],
): Promise<readonly string[]> {
  const trust = createTrust({ ...state, eventClock: systemClock });
  const reader = trust.reader('show_driver');
  const told: string[] = [];
  const subscription = await bus.broadcast({
    topics: [TOPICS.forecasts.name],
    start: 'earliest',
    async handle({ records }) {
      await trust.prepare(vehicleIds);
      for (const record of records) {
        const decoded = decodeRecord(TOPICS.forecasts, record, reader);
        if (decoded.kind === 'record' && decoded.record.stops.length > 0)
          told.push(decoded.record.forecastId);
      }
    },
  });
  await subscription.caughtUp;
  await subscription.stop();
  return told;
}

/** Engines that were away, in real time. */
export interface Outage {
  readonly engine: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Compares what was acknowledged, said and done to the cluster with what is there. Pure. */
export function checkAll(
  ledger: Ledger,
  falls: readonly Fall[],
  { found, stored, toldForecasts, storedForecasts, lags }: Recount,
): readonly Finding[] {
  const missing = toldForecasts.filter((id) => !storedForecasts.has(id));
  const waiting = lags.filter(({ next, end }) => next < end);
  return [
    ...checkFrames(ledger, found),
    checkMoments(ledger, stored),
    ...checkFalls(ledger.cars, falls, found),
    checkPublished(found),
    ...checkNotifications(ledger, found),
    { promise: 'every forecast told is in the series', checked: toldForecasts.length, broken: missing },
    {
      promise: 'every partition was worked off by its group',
      checked: lags.length,
      broken: waiting.map(
        ({ group, topic, partition, next, end }) =>
          `${group}: ${topic}, partition ${partition}, ${end - next} left`,
      ),
    },
  ];
}

/** A row stands at the moment its frame was observed at. */
function checkMoments({ cars, entries }: Ledger, stored: Recount['stored']): Finding {
  const broken: string[] = [];
  let checked = 0;
  for (const { index, vehicleId } of cars) {
    const own = entries.filter(({ carIndex }) => carIndex === index);
    const atMs = new Map(own.map(({ number, observedAtMs }) => [number, observedAtMs]));
    for (const { number, observedAtMs } of stored.get(vehicleId) ?? []) {
      checked += 1;
      if (atMs.get(number) !== observedAtMs) broken.push(`${vehicleId} frame ${number} at ${observedAtMs}`);
    }
  }
  return { promise: 'each stands at its moment', checked, broken };
}

/** One alert per fall of the charge, none else. */
export function checkFalls(
  cars: readonly RegisteredCar[],
  falls: readonly Fall[],
  { alerts }: Pick<Found, 'alerts'>,
): readonly Finding[] {
  const lost: string[] = [];
  const doubled: string[] = [];
  const unexplained: string[] = [];
  let seen = 0;
  for (const { index, vehicleId } of cars) {
    const own = falls.filter(({ carIndex }) => carIndex === index);
    const raised = alerts.filter((one) => one.vehicleId === vehicleId && one.ruleId === RULE_ID);
    seen += raised.length;
    const byFall = Map.groupBy(raised, ({ startedAtMs }) =>
      own.findLast(({ fromMs }) => fromMs <= startedAtMs),
    );
    for (const fall of own) {
      const raisedByIt = byFall.get(fall) ?? [];
      if (raisedByIt.length === 0) lost.push(`${vehicleId}: fall at ${fall.fromMs}`);
      // Of one stop: while the new plan is on its way, the fall is about the one before.
      for (const [, same] of Map.groupBy(raisedByIt, ({ subject }) => subject))
        if (same.length > 1) doubled.push(`${vehicleId}: ${same.map(({ alertId }) => alertId).join(', ')}`);
    }
    for (const { alertId } of byFall.get(undefined) ?? []) unexplained.push(alertId);
  }
  return [
    { promise: 'every fall of the charge raised its alert', checked: falls.length, broken: lost },
    { promise: 'no fall raised two', checked: seen, broken: doubled },
    { promise: 'no alert without a fall', checked: seen, broken: unexplained },
  ];
}

/** After an outage a start may fail for as long. */
const AFTERMATH_MS = 20_000;

/** Who ended did so because it was killed, or could not start while an engine was away. */
export function checkEndings(all: readonly Supervised[], outages: readonly Outage[]): Finding {
  const isExcused = ({ wasReady, atMs }: Ending): boolean =>
    !wasReady && outages.some(({ fromMs, toMs }) => atMs >= fromMs && atMs <= toMs + AFTERMATH_MS);
  return {
    promise: 'nobody ended but by a kill',
    checked: all.length,
    broken: all
      .flatMap(({ endings }) => endings)
      .filter((one) => !isExcused(one))
      .map(({ name, wasReady, said }) => `${name}${wasReady ? '' : ' at its start'}: ${said.slice(-600)}`),
  };
}
