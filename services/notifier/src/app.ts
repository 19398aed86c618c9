import { createRelay, decodeRecord, type Relay, type Subscription, TOPICS } from '@outrider/bus';
import type { Alert } from '@outrider/domain';
import { type App, type Cancel, systemRandom } from '@outrider/runtime';
import { buildChannels } from './channels/index.ts';
import { createDrivingStates } from './driving-state.ts';
import { takeBatch } from './intake.ts';
import { limitsOf, type NotifierDeps, type Parts } from './notifier-deps.ts';
import { createOutboxWorker } from './outbox-worker.ts';
import { loadLanguages } from './wording/language.ts';

export type { Channel, Delivery, Message } from './channel.ts';
export type { NotifierDeps } from './notifier-deps.ts';
export { type NotifierSettings, notifierSettings } from './settings.ts';

const TICK_MS = 1_000;
/** How long a start waits to learn which cars are parked; without it every car counts as moving. */
const CATCH_UP_MS = 5_000;
/** How long an alert may wait for the telemetry that led to it. */
const DRIVING_ROUNDS = 100;
const DRIVING_ROUND_MS = 10;

/** Alerts → people: decides who is told what, where and when, and sees it through. */
export function createNotifier(deps: NotifierDeps): App {
  const { bus, state, trust, runtime, settings } = deps;
  const random = deps.random ?? systemRandom;
  let signals: Subscription | undefined;
  let intake: Subscription | undefined;
  const driving = createDrivingStates();
  const parts: Parts = {
    bus,
    state,
    trust,
    runtime,
    random,
    channels: deps.channels ?? buildChannels(settings, runtime),
    limits: limitsOf(settings),
    languages: loadLanguages(),
    driving,
    untilDrivingKnown: (alert) => untilFolded(alert),
    decisions: runtime.metrics.counter(
      'notifier_decisions_total',
      'What became of messages, by state and reason.',
      ['state', 'reason'],
    ),
  };
  const untilFolded = async ({ vehicleId, changedAtMs }: Alert): Promise<void> => {
    const isKnown = () =>
      signals === undefined || signals.isIdle() || driving.heardAtMs(vehicleId) >= changedAtMs;
    for (let round = 0; round < DRIVING_ROUNDS && !isKnown(); round++)
      await runtime.realClock.sleep(DRIVING_ROUND_MS);
  };
  const relay: Relay = createRelay({
    outbox: state.outbox,
    writer: 'notifier',
    bus,
    realClock: runtime.realClock,
    log: runtime.log,
    random,
  });
  const worker = createOutboxWorker(parts, () => relay.poke());
  const cancels: Cancel[] = [];
  let isStarted = false;

  const subscribe = async (): Promise<void> => {
    const reader = trust.reader('alert_driver');
    signals = await bus.broadcast({
      topics: [TOPICS.signals.name],
      // A parked car may have said so days ago and nothing since.
      start: 'earliest',
      async handle({ records }) {
        for (const record of records) {
          const decoded = decodeRecord(TOPICS.signals, record, reader);
          if (decoded.kind === 'record') driving.fold(decoded.record);
        }
      },
    });
    const isWaitedFor = new AbortController();
    await Promise.race([signals.caughtUp, runtime.realClock.sleep(CATCH_UP_MS, isWaitedFor.signal)]);
    isWaitedFor.abort();
    intake = await bus.subscribe({
      group: 'notifier',
      topics: [TOPICS.alerts.name, TOPICS.feedback.name],
      start: 'earliest',
      onAssigned: (partition) => state.notifications.readOffsets(partition),
      async handle(batch, context) {
        await takeBatch(parts, batch, context);
        relay.poke();
        worker.poke();
      },
      onError: (error, partition) =>
        runtime.log.error({ partition, err: String(error) }, 'alerts could not be decided; they come again'),
    });
  };

  const stop = async (): Promise<void> => {
    isStarted = false;
    for (const cancel of cancels.splice(0)) cancel();
    await intake?.stop();
    await signals?.stop();
    await worker.stop();
    await relay.stop();
    for (const channel of parts.channels) await channel.close();
  };

  return {
    name: 'notifier',
    async start() {
      try {
        await subscribe();
      } catch (error) {
        await stop();
        throw error;
      }
      const pokeBoth = () => {
        worker.poke();
        relay.poke();
      };
      cancels.push(
        runtime.eventClock.onTick(TICK_MS, () => worker.poke()),
        runtime.realClock.onTick(TICK_MS, pokeBoth),
      );
      pokeBoth();
      isStarted = true;
    },
    stop,
    readiness() {
      if (!isStarted) return { ready: false, why: 'it is not started' };
      const why = worker.problem();
      return why === undefined ? { ready: true } : { ready: false, why };
    },
    isIdle: () =>
      (signals?.isIdle() ?? true) && (intake?.isIdle() ?? true) && worker.isIdle() && relay.isIdle(),
  };
}
