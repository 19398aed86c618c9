import { type Bus, openBus } from '@outrider/bus';
import { createPredictor, predictorSettings } from '@outrider/predictor';
import { createMetrics, type ManualClock, readSettings, silentLog, systemClock } from '@outrider/runtime';
import { openState, type State } from '@outrider/state';
import { openTelemetry } from '@outrider/telemetry';
import { createTrust } from '@outrider/trust';

type Write = State['predictor']['writeCheckpoint'];

/** A predictor with connections of its own to log and state, as a process has. */
export interface Member {
  /** By partition: next offset of each topic, as far as it has worked. */
  readonly owned: ReadonlyMap<number, ReadonlyMap<string, number>>;
  /** Checkpoints that another owner had moved: refused. */
  readonly refused: () => number;
  isIdle(): boolean;
  /** Hands over what it has, in order. */
  leave(): Promise<void>;
  /** From now on nothing it knows reaches the state store: what it leaves is what a crash leaves. */
  die(): Promise<void>;
  /** Its checkpoints wait, as when its machine stands still, until the returned function is called. */
  freeze(): () => void;
}

export async function joinPredictors(
  busUrl: string,
  stateUrl: string,
  eventClock: ManualClock,
): Promise<Member> {
  const bus = await openBus(busUrl, { clock: eventClock, realClock: systemClock, log: silentLog });
  const store = await openState(stateUrl, { log: silentLog });
  const telemetry = await openTelemetry('memory:', { log: silentLog });
  const { owned, watched } = watch(bus);
  let refused = 0;
  let isDead = false;
  let thawed = Promise.resolve();
  const writeCheckpoint: Write = async (write) => {
    if (isDead) throw new Error('the machine is gone');
    await thawed;
    const isOurs = await store.predictor.writeCheckpoint(write);
    if (!isOurs) refused++;
    return isOurs;
  };
  const state: State = { ...store, predictor: { ...store.predictor, writeCheckpoint } };
  const predictor = createPredictor({
    ...{ bus: watched, state, telemetry, settings: readSettings(predictorSettings, {}) },
    trust: createTrust({ ...state, eventClock, realClock: systemClock }),
    runtime: { eventClock, realClock: systemClock, log: silentLog, metrics: createMetrics() },
  });
  await predictor.start();
  const leave = async () => {
    await predictor.stop();
    await bus.close();
    await store.close();
  };
  return {
    ...{ owned, leave, refused: () => refused, isIdle: () => predictor.isIdle() },
    async die() {
      isDead = true;
      await leave();
    },
    freeze() {
      const { promise, resolve } = Promise.withResolvers<void>();
      thawed = promise;
      return resolve;
    },
  };
}

/** The same bus; what of it its one subscriber has, and has done; and where the topics end that were written through it. */
export function watch(bus: Bus) {
  const owned = new Map<number, Map<string, number>>();
  const ends = new Map<number, Map<string, number>>();
  const watched: Bus = {
    partitions: bus.partitions,
    async publish(records) {
      const positions = await bus.publish(records);
      for (const { topic, partition, offset } of positions)
        ends.set(partition, (ends.get(partition) ?? new Map<string, number>()).set(topic, offset + 1));
      return positions;
    },
    broadcast: (options) => bus.broadcast(options),
    commit: (group, offsets) => bus.commit(group, offsets),
    lag: (group) => bus.lag(group),
    maintain: () => bus.maintain(),
    ping: () => bus.ping(),
    close: () => bus.close(),
    subscribe: (options) =>
      bus.subscribe({
        ...options,
        onAssigned: async (partition, generation) => {
          const begun = await options.onAssigned?.(partition, generation);
          owned.set(partition, new Map(begun));
          return begun;
        },
        onRevoked: async (partition) => {
          await options.onRevoked?.(partition);
          owned.delete(partition);
        },
        handle: async (batch, context) => {
          await options.handle(batch, context);
          const next = (batch.records.at(-1)?.offset ?? -1) + 1;
          owned.get(batch.partition)?.set(batch.topic, next);
        },
      }),
  };
  return { owned, ends, watched };
}
