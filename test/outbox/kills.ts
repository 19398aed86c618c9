import { mkdir } from 'node:fs/promises';
import { openBus } from '@outrider/bus';
import { type Clock, seededRandom, silentLog, systemClock } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { createTrust } from '@outrider/trust';
import { openSinks, type Sent, type Sinks } from '../proof/sinks.ts';
import { readFeed } from './feed.ts';
import { type NotifierProcess, startNotifier, urlsIn } from './notifier-process.ts';
import type { Copy, Outcome } from './promises.ts';
import type { Sabotage } from './sabotage.ts';
import { alertRecord, dueOf, parkedRecord, personAt, registerCars, vehicleOf } from './world.ts';

export interface KillsOptions {
  readonly folder: string;
  readonly kills: number;
  readonly seed: number;
  readonly sabotage?: Sabotage;
  readonly onProgress: (done: number, text: string) => void;
}

export interface KillsReport {
  readonly outcome: Outcome;
  readonly figures: Readonly<Record<string, number>>;
}

const CARS = 10;
const ALERTS_PER_LIFE = 3;
/** Each life begins so much later than the one before: longer than a lease and than most retries. */
const LIFE_SHIFT_MS = 6 * 60_000;
/** Nobody is killed in the last lives. */
const LAST_LIVES = 2;
const ALIVE_SPAN_MS = 300;
const START_SPAN_MS = 700;

/** Where a life ends: with a copy that has arrived but whose answer has not, just after one, or at any moment. */
const MOMENTS = ['unanswered', 'answered', 'any', 'starting'] as const;
type Moment = (typeof MOMENTS)[number];

/** Kills a notifier process over and over, in most lives in the middle of sending, then counts what arrived. */
export async function runKills(options: KillsOptions): Promise<KillsReport> {
  const random = seededRandom(options.seed);
  await mkdir(options.folder, { recursive: true });
  const hooks: { onArrival: (sent: Sent) => void; life: number } = { onArrival: () => {}, life: 0 };
  const copies: Copy[] = [];
  const sinks = await openSinks((sent) => {
    const { channel, notificationId: collapseKey, alertId, to } = sent;
    copies.push({ alertId, personId: personAt(to), channel, collapseKey, life: hooks.life });
    hooks.onArrival(sent);
  });
  const moments = new Map<Moment, number>(MOMENTS.map((moment) => [moment, 0]));
  const lives = options.kills + LAST_LIVES;
  const publish = await register(options.folder, sinks);
  for (let life = 0; life < lives; life++) {
    hooks.life = life;
    if (life < options.kills) await publish(life);
    const isLast = life >= options.kills;
    const process = startNotifier({
      ...{ folder: options.folder, shiftMs: life * LIFE_SHIFT_MS, smtpUrl: sinks.smtpUrl },
      endsWhenDone: isLast,
      ...(options.sabotage === undefined ? {} : { sabotage: options.sabotage }),
    });
    if (!isLast) {
      const moment = await killAtMoment(process, hooks, random);
      moments.set(moment, (moments.get(moment) ?? 0) + 1);
      options.onProgress(life + 1, `${copies.length} copies arrived`);
    }
    await process.ended();
    hooks.onArrival = () => {};
  }
  await sinks.close();
  const outcome = await readOutcome(options, copies, lives);
  const figures = Object.fromEntries([...moments].map(([moment, times]) => [`killed ${moment}`, times]));
  return { outcome, figures: { kills: options.kills, ...figures } };
}

async function killAtMoment(
  process: NotifierProcess,
  hooks: { onArrival: (sent: Sent) => void },
  random: () => number,
): Promise<Moment> {
  const wanted = MOMENTS[Math.floor(random() * MOMENTS.length)] ?? 'any';
  const delayMs = random() * (wanted === 'starting' ? START_SPAN_MS : ALIVE_SPAN_MS);
  let arrivalsLeft = 1 + Math.floor(random() * 4);
  const arrived = new Promise<void>((resolve) => {
    hooks.onArrival = () => {
      arrivalsLeft -= 1;
      if (arrivalsLeft > 0) return;
      // At once: what has just been counted is not answered yet.
      if (wanted === 'unanswered') process.kill();
      resolve();
    };
  });
  if (wanted !== 'starting') await process.ready;
  const isArrival = wanted === 'unanswered' || wanted === 'answered';
  const isSeen = await Promise.race([
    ...(isArrival ? [arrived.then(() => true)] : []),
    systemClock.sleep(isArrival ? 10 * ALIVE_SPAN_MS : delayMs).then(() => false),
  ]);
  if (wanted === 'answered') await systemClock.sleep(random() * 5);
  process.kill();
  return isArrival && !isSeen ? 'any' : wanted;
}

const shifted = (shiftMs: number): Clock => ({
  ...systemClock,
  nowMs: () => systemClock.nowMs() + shiftMs,
});

/** Registers the cars; what comes back publishes the alerts of a life while no notifier lives. */
async function register(folder: string, sinks: Sinks): Promise<(life: number) => Promise<void>> {
  const urls = urlsIn(folder);
  const withStores = async (
    shiftMs: number,
    work: (stores: { clock: Clock } & Awaited<ReturnType<typeof openStores>>) => Promise<void>,
  ) => {
    const clock = shifted(shiftMs);
    const stores = await openStores(urls, clock);
    await work({ clock, ...stores });
    await stores.bus.close();
    await stores.state.close();
  };
  await withStores(0, async ({ clock, bus, state }) => {
    const trust = await registerCars(state, clock, { cars: CARS, webhookUrl: sinks.webhookUrl });
    await bus.publish(Array.from({ length: CARS }, (_, car) => parkedRecord(trust, vehicleOf(car))));
  });
  return (life) =>
    withStores(life * LIFE_SHIFT_MS, async ({ clock, bus, state }) => {
      const trust = createTrust({ ...state, eventClock: clock, realClock: clock });
      const alerts = alertsOf(life);
      await trust.prepare(alerts.map(({ vehicleId }) => vehicleId));
      await bus.publish(
        alerts.map(({ vehicleId, alertId }) => alertRecord(trust, vehicleId, alertId, clock.nowMs())),
      );
    });
}

async function openStores(urls: ReturnType<typeof urlsIn>, clock: Clock) {
  const log = silentLog;
  const [state, bus] = [await openState(urls.state, { log }), await openBus(urls.bus, { clock, log })];
  return { state, bus };
}

const alertsOf = (life: number) =>
  Array.from({ length: ALERTS_PER_LIFE }, (_, index) => ({
    car: (life * ALERTS_PER_LIFE + index) % CARS,
    vehicleId: vehicleOf((life * ALERTS_PER_LIFE + index) % CARS),
    alertId: `alert-${life}-${index}`,
  }));

async function readOutcome(
  { folder, kills }: KillsOptions,
  arrived: readonly Copy[],
  lives: number,
): Promise<Outcome> {
  const clock = shifted(lives * LIFE_SHIFT_MS);
  const { state, bus } = await openStores(urlsIn(folder), clock);
  const trust = createTrust({ ...state, eventClock: clock, realClock: clock });
  const vehicleIds = Array.from({ length: CARS }, (_, car) => vehicleOf(car));
  const feed = await readFeed(bus, trust, vehicleIds);
  const alertIds = Array.from({ length: kills }, (_, life) => alertsOf(life)).flat();
  const rows = [];
  for (const { alertId } of alertIds) rows.push(...(await state.notifications.listOfAlert(alertId)));
  await bus.close();
  await state.close();
  return {
    name: 'kills',
    due: alertIds.flatMap(({ alertId, car }) => dueOf(alertId, car)),
    copies: [...arrived, ...feed],
    rows,
    killedLives: new Set(Array.from({ length: kills }, (_, life) => life)),
    lostAnswers: [],
  };
}
