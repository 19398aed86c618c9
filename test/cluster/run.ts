import { join } from 'node:path';
import { type Bus, openBus } from '@outrider/bus';
import { silentLog, systemClock } from '@outrider/runtime';
import { openState, type State } from '@outrider/state';
import { registerFleet } from '../proof/fleet.ts';
import { type Load, startLoad } from '../proof/load.ts';
import { type Finding, type Ledger, repeatsOf } from '../proof/promises.ts';
import { openSinks, type Sinks } from '../proof/sinks.ts';
import { type AlertWatch, watchAlerts } from './alert-watch.ts';
import { type Drivers, startDrivers } from './drivers.ts';
import { ENGINES, type Engines, startEngines } from './engines.ts';
import type { Fault, Plan } from './faults.ts';
import { type MemoryWatch, watchMemory } from './memory.ts';
import { checkAll, checkEndings, type Outage, type Recount, readLags, recount } from './recount.ts';
import type { Sabotage } from './sabotage.ts';
import { type Services, startServices } from './services.ts';

export interface RunOptions {
  readonly folder: string;
  readonly plan: Plan;
  /** How long nothing goes wrong at first. */
  readonly calmMs: number;
  readonly sabotage: Sabotage | undefined;
  /** Seconds done, and how things are. */
  readonly onProgress: (doneS: number, text: string) => void;
}

export interface Report {
  readonly figures: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  readonly ledger: Ledger;
  readonly recount: Recount;
}

const CARS = 20;
const FRAME_EVERY_MS = 200;
const REPEAT_AFTER_MS = 3_000;
const LOOK_EVERY_MS = 500;
/** What a killed notifier had in hand is free again after its lease of two minutes. */
const DRAIN_DEADLINE_MS = 180_000;

/** A cluster under load, with what is needed to disturb it and to count. */
interface Cluster {
  readonly engines: Engines;
  readonly sinks: Sinks;
  readonly services: Services;
  readonly bus: Bus;
  readonly state: State;
  readonly load: Load;
  readonly ledger: () => Ledger;
  readonly alerts: AlertWatch;
  readonly drivers: Drivers;
  readonly memory: MemoryWatch;
}

/** Runs the cluster calm, disturbs it as planned, lets it come to rest, and counts what is there. */
export async function runCluster(options: RunOptions): Promise<Report> {
  const closing: (() => Promise<void> | void)[] = [];
  try {
    const cluster = await startCluster(options, (close) => closing.unshift(close));
    const disturbance = await disturb(cluster, options);
    await cluster.drivers.finish();
    cluster.load.finish();
    await untilDrained(cluster);
    cluster.memory.stop();
    return await count(cluster, disturbance);
  } finally {
    for (const close of closing) await close();
  }
}

async function startCluster(
  { folder, sabotage }: RunOptions,
  onClose: (close: () => Promise<void> | void) => void,
): Promise<Cluster> {
  const engines = await startEngines(folder);
  onClose(engines.stop);
  const sinks = await openSinks();
  onClose(sinks.close);
  const { urls } = engines;
  const services = await startServices({
    ...{ folder: join(folder, 'services'), urls, smtpUrl: sinks.smtpUrl, sabotage },
  });
  onClose(services.stop);
  const { api, adminToken } = services;
  const { webhookUrl } = sinks;
  const cars = await registerFleet({ api, adminToken, count: CARS, webhookUrl, clock: systemClock });
  const state = await openState(urls.state, { log: silentLog });
  onClose(() => state.close());
  const bus = await openBus(urls.bus, { clock: systemClock, log: silentLog });
  onClose(() => bus.close());
  const alerts = await watchAlerts(bus, state);
  const drivers = startDrivers({ cars, alerts, api });
  onClose(drivers.stop);
  const load = startLoad({
    ...{ cars, clock: systemClock, realClock: systemClock, phaseOf: drivers.phaseOf },
    ...{ everyMs: FRAME_EVERY_MS, repeatAfterMs: REPEAT_AFTER_MS },
  });
  onClose(load.close);
  const memory = watchMemory(services.all);
  onClose(memory.stop);
  load.connect(services.gateway);
  load.begin();
  const ledger = () => ({ cars, entries: load.entries, sent: sinks.sent, endMs: systemClock.nowMs() });
  return { engines, sinks, services, bus, state, load, ledger, alerts, drivers, memory };
}

interface Disturbance {
  readonly fromMs: number;
  readonly outages: readonly Outage[];
}

/** Lets happen what is planned. Resolves when the last of it is over. */
async function disturb(cluster: Cluster, options: RunOptions): Promise<Disturbance> {
  const { plan, calmMs, onProgress } = options;
  const { drivers, load, memory, services } = cluster;
  const startMs = systemClock.nowMs();
  const totalS = Math.round((calmMs + plan.endMs) / 1_000);
  const cancel = systemClock.onTick(1_000, () => {
    const doneS = Math.min(totalS, Math.round((systemClock.nowMs() - startMs) / 1_000));
    const kills = services.all.reduce((sum, one) => sum + one.kills, 0);
    const words = `${load.entries.length} frames, ${load.unacked} waiting, ${kills} kills, ${drivers.falls.length} falls`;
    onProgress(doneS, words);
  });
  try {
    await systemClock.sleep(calmMs);
    memory.disturb();
    const fromMs = systemClock.nowMs();
    const happening = plan.faults.map((fault) => happen(cluster, fault));
    await systemClock.sleep(plan.endMs);
    return { fromMs, outages: (await Promise.all(happening)).filter((one) => one !== undefined) };
  } finally {
    cancel();
  }
}

async function happen({ engines, services }: Cluster, fault: Fault): Promise<Outage | undefined> {
  await systemClock.sleep(fault.atMs);
  if (fault.kind === 'kill') {
    await services.all.find(({ name }) => name === fault.name)?.kill();
    return undefined;
  }
  const fromMs = systemClock.nowMs();
  await engines.takeAway(fault.engine);
  await systemClock.sleep(fault.forMs);
  await engines.bringBack(fault.engine);
  return { engine: fault.engine, fromMs, toMs: systemClock.nowMs() };
}

/** Until everything acknowledged is worked off and told, or nobody waits any longer: the count then says what is left. */
async function untilDrained({ load, bus, state, drivers, ledger }: Cluster): Promise<void> {
  const endMs = systemClock.nowMs() + DRAIN_DEADLINE_MS;
  const isDrained = async (): Promise<boolean> => {
    if (load.unacked > 0) return false;
    const outboxes = await Promise.all([
      state.outbox.pending('predictor', 1),
      state.outbox.pending('notifier', 1),
    ]);
    if (outboxes.some((rows) => rows.length > 0)) return false;
    if (drivers.falls.some(({ toMs }) => toMs === undefined)) return false;
    return (await readLags(bus)).every(({ next, end }) => next >= end);
  };
  while (systemClock.nowMs() < endMs) {
    if ((await isDrained()) && !(await isSomeMessageDue(state, ledger()))) return;
    await systemClock.sleep(LOOK_EVERY_MS);
  }
}

const ALERTS_MAX = 10_000;

async function isSomeMessageDue(state: State, { cars, endMs }: Ledger): Promise<boolean> {
  for (const { vehicleId } of cars)
    for (const { alertId } of await state.alerts.listOf(vehicleId, { limit: ALERTS_MAX })) {
      const rows = await state.notifications.listOfAlert(alertId);
      if (rows.some(({ state: now, notBeforeMs }) => now === 'waiting' && notBeforeMs < endMs)) return true;
    }
  return false;
}

async function count(cluster: Cluster, { fromMs, outages }: Disturbance): Promise<Report> {
  const { engines, bus, state, services, drivers, memory } = cluster;
  const ledger = cluster.ledger();
  const counted = await recount(engines, bus, state, ledger.cars);
  const { found } = counted;
  const acked = ledger.entries.filter(({ ackedAtMs }) => ackedAtMs !== undefined);
  const killsOf = (service: string) =>
    services.all.filter((one) => one.service === service).reduce((sum, { kills }) => sum + kills, 0);
  const findings = [
    ...checkAll(ledger, drivers.falls, counted),
    memory.check(),
    checkEndings(services.all, outages),
  ];
  return {
    ...{ ledger, recount: counted, findings },
    figures: {
      'records acknowledged': acked.length,
      'records sent more than once': ledger.entries.filter(({ sent }) => sent > 1).length,
      'rows in the series': [...counted.stored.values()].reduce((sum, rows) => sum + rows.length, 0),
      'kills of ingest': killsOf('ingest'),
      'kills of the predictor': killsOf('predictor'),
      'kills of gateway and notifier': killsOf('gateway') + killsOf('notifier'),
      ...Object.fromEntries(
        ENGINES.map((engine) => [`seconds without ${engine}`, secondsWithout(engine, outages)]),
      ),
      'falls before the first fault': drivers.falls.filter((fall) => fall.fromMs < fromMs).length,
      'falls after it': drivers.falls.filter((fall) => fall.fromMs >= fromMs).length,
      alerts: found.alerts.length,
      'messages received': ledger.sent.length,
      'repeats under the same id (allowed)': repeatsOf(ledger.sent),
      'peak memory of a process, MiB': memory.peakMib,
      'and of the undisturbed peak at most, %': memory.growthPct,
    },
  };
}

function secondsWithout(engine: string, outages: readonly Outage[]): number {
  const own = outages.filter((one) => one.engine === engine);
  return Math.round(own.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0) / 1_000);
}
