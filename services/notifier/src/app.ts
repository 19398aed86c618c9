import { createRelay, decodeRecord, type Subscription, TOPICS } from '@outrider/bus';
import type { Alert } from '@outrider/domain';
import { type App, type Cancel, systemRandom } from '@outrider/runtime';
import { buildChannels } from './channels/index.ts';
import { createDrivingStates } from './driving-state.ts';
import { createHousekeeping } from './housekeeping.ts';
import { takeBatch } from './intake.ts';
import { limitsOf, type NotifierDeps, type Parts } from './notifier-deps.ts';
import { createOutboxWorker } from './outbox-worker.ts';
import { createProviderGates, type ProviderGates } from './provider-gate.ts';
import { createServiceTextSender } from './service-texts.ts';
import { createShiftWatch } from './shift-watch.ts';
import { createTripWatch, type TripWatch } from './trip-watch.ts';
import { loadLanguages } from './wording/language.ts';

export type { Channel, Delivery, Message } from './channel.ts';
export { channelsSetUp } from './channels/index.ts';
export { openContent } from './content.ts';
export type { NotifierDeps } from './notifier-deps.ts';
export { limitsOf } from './notifier-deps.ts';
export { REASONS, reasonOf } from './reasons.ts';
export { createRehearsal, type Heard, type Rehearsal } from './rehearsal.ts';
export { type NotifierSettings, notifierSettings } from './settings.ts';
export { loadLanguages } from './wording/language.ts';

const TICK_MS = 1_000;
/** How long a start waits to learn which cars are parked; without it every car counts as moving. */
const CATCH_UP_MS = 5_000;
/** How long an alert may wait for the telemetry that led to it. */
const DRIVING_ROUNDS = 100;
const DRIVING_ROUND_MS = 10;

/** Alerts → people: decides who is told what, where and when, and sees it through. */
export function createNotifier(deps: NotifierDeps): App {
  const { runtime } = deps;
  const parts = partsOf(deps);
  const { outbox } = deps.state;
  const relay = createRelay({ ...runtime, outbox, writer: 'notifier', bus: deps.bus, random: parts.random });
  const worker = createOutboxWorker(parts, () => relay.poke());
  const texts = createServiceTextSender(parts);
  const pokeBoth = () => {
    worker.poke();
    relay.poke();
  };
  const shifts = createShiftWatch(parts, pokeBoth);
  const housekeeping = createHousekeeping(parts);
  let signals: Subscription | undefined;
  let intake: Subscription | undefined;
  let trips: TripWatch | undefined;
  const cancels: Cancel[] = [];
  let isStarted = false;

  const start = async (): Promise<void> => {
    signals = await followSignals(parts);
    await untilCaughtUp(parts, signals);
    intake = await takeAlerts(parts, signals, pokeBoth);
    trips = await createTripWatch(parts, () => relay.poke());
    cancels.push(
      runtime.eventClock.onTick(TICK_MS, () => {
        worker.poke();
        shifts.poke();
        housekeeping.poke();
        trips?.poke();
      }),
      runtime.realClock.onTick(TICK_MS, pokeBoth),
      runtime.realClock.onTick(TICK_MS, () => texts.poke()),
    );
    shifts.poke();
    housekeeping.poke();
    pokeBoth();
    isStarted = true;
  };
  const stop = async (): Promise<void> => {
    isStarted = false;
    for (const cancel of cancels.splice(0)) cancel();
    await intake?.stop();
    await trips?.stop();
    await shifts.stop();
    await housekeeping.stop();
    await signals?.stop();
    await worker.stop();
    await texts.stop();
    await relay.stop();
    for (const channel of parts.channels) await channel.close();
  };

  return {
    name: 'notifier',
    async start() {
      try {
        await start();
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
    readiness() {
      if (!isStarted) return { ready: false, why: 'it is not started' };
      const why = worker.problem() ?? shifts.problem() ?? trips?.problem();
      return why === undefined ? { ready: true } : { ready: false, why };
    },
    isIdle: () =>
      (signals?.isIdle() ?? true) &&
      (intake?.isIdle() ?? true) &&
      (trips?.isIdle() ?? true) &&
      worker.isIdle() &&
      shifts.isIdle() &&
      housekeeping.isIdle() &&
      texts.isIdle() &&
      relay.isIdle(),
  };
}

function partsOf(deps: NotifierDeps): Parts {
  const { bus, state, trust, runtime, settings } = deps;
  return {
    bus,
    state,
    trust,
    runtime,
    random: deps.random ?? systemRandom,
    channels: deps.channels ?? buildChannels(settings, runtime, state.contacts),
    gateOf: gatesOf(settings),
    limits: limitsOf(settings),
    publicUrl: settings.publicUrl,
    languages: loadLanguages(),
    driving: createDrivingStates(),
    decisions: runtime.metrics.counter(
      'notifier_decisions_total',
      'What became of messages, by state and reason.',
      ['state', 'reason'],
    ),
  };
}

/** A gate per channel, and of channels where each person names a server, per server. */
function gatesOf({ providerRates }: NotifierDeps['settings']): Parts['gateOf'] {
  const gates = new Map<string, ProviderGates>();
  return (channel, person) => {
    const own = gates.get(channel.name) ?? createProviderGates(providerRates.get(channel.name));
    gates.set(channel.name, own);
    return own.of(channel.providerOf?.(person) ?? '');
  };
}

/** Folds all telemetry there is: a parked car may have said so days ago and nothing since. */
function followSignals({ bus, trust, driving }: Parts): Promise<Subscription> {
  // These records are not sealed as a whole; what is, inside, is not read here.
  const reader = trust.reader('alert_driver');
  return bus.broadcast({
    topics: [TOPICS.signals.name],
    start: 'earliest',
    async handle({ records }) {
      for (const record of records) {
        const decoded = decodeRecord(TOPICS.signals, record, reader);
        if (decoded.kind === 'record') driving.fold(decoded.record);
      }
    },
  });
}

async function untilCaughtUp({ runtime }: Parts, signals: Subscription): Promise<void> {
  const wait = new AbortController();
  await Promise.race([signals.caughtUp, runtime.realClock.sleep(CATCH_UP_MS, wait.signal)]);
  wait.abort();
}

function takeAlerts(parts: Parts, signals: Subscription, onTaken: () => void): Promise<Subscription> {
  const { state, runtime } = parts;
  return parts.bus.subscribe({
    group: 'notifier',
    topics: [TOPICS.alerts.name, TOPICS.feedback.name],
    start: 'earliest',
    onAssigned: (partition) => state.notifications.readOffsets(partition),
    async handle(batch, context) {
      await takeBatch(parts, batch, context, (alert) => untilFolded(parts, signals, alert));
      onTaken();
    },
    onError: (error, partition) =>
      runtime.log.error({ partition, err: String(error) }, 'alerts could not be decided; they come again'),
  });
}

/** The telemetry that led to an alert was published before it, but may be read after it. */
async function untilFolded({ runtime, driving }: Parts, signals: Subscription, alert: Alert): Promise<void> {
  const isKnown = () => signals.isIdle() || driving.heardAtMs(alert.vehicleId) >= alert.changedAtMs;
  for (let round = 0; round < DRIVING_ROUNDS && !isKnown(); round++)
    await runtime.realClock.sleep(DRIVING_ROUND_MS);
}
