import type { Bus } from '@outrider/bus';
import type { Channel } from '@outrider/notifier';
import type { State } from '@outrider/state';

/** Every place between two effects that last: here a process may die. */
export const BOUNDARIES = [
  'before-decide',
  'within-decide',
  'after-decide',
  'after-commit',
  'before-claim',
  'after-claim',
  'before-send',
  'after-send',
  'before-record',
  'within-record',
  'after-record',
  'before-publish',
  'after-publish',
  'after-mark',
] as const;
export type Boundary = (typeof BOUNDARIES)[number];

/** How often a life that tells two alerts on three channels passes it at least. */
export const timesPassed = (boundary: Boundary): number =>
  boundary === 'after-commit' ? 1 : /-(send|record)$/.test(boundary) ? 4 : /-decide$/.test(boundary) ? 2 : 1;

/** Kills a life when it comes to a boundary for the n-th time: from then on nothing it does has an effect. */
export interface Fuse {
  isBlown(): boolean;
  /** @throws when it is blown, now or before */
  pass(boundary?: Boundary): void;
}

export class Killed extends Error {}

export function createFuse(boundary: Boundary | undefined, occurrence: number): Fuse {
  let passed = 0;
  let isBlown = false;
  return {
    isBlown: () => isBlown,
    pass(at) {
      if (at !== undefined && at === boundary) {
        passed += 1;
        if (passed === occurrence) isBlown = true;
      }
      if (isBlown) throw new Killed('killed');
    },
  };
}

interface Around {
  readonly before?: Boundary;
  readonly after?: Boundary;
  /** Once the transaction it is in has been committed. */
  readonly committed?: Boundary;
}

const AROUND: Readonly<Record<string, Around>> = {
  'notifications.insert': { before: 'before-decide', after: 'within-decide', committed: 'after-decide' },
  'notifications.claim': { before: 'before-claim', after: 'after-claim' },
  'notifications.finish': { before: 'before-record', after: 'within-record', committed: 'after-record' },
  'outbox.markPublished': { after: 'after-mark' },
};

/** The state store of a process that may die: what it has not committed is gone with it. */
export function mortalState(state: State, fuse: Fuse, committed: Boundary[] = []): State {
  const wrap = <T extends object>(target: T, path: string): T =>
    new Proxy(target, {
      get(object, name, receiver) {
        const value: unknown = Reflect.get(object, name, receiver);
        const inner = path === '' ? String(name) : `${path}.${String(name)}`;
        if (typeof value === 'object' && value !== null) return wrap(value, inner);
        if (typeof value !== 'function') return value;
        return (...parts: readonly unknown[]) => mortalCall(() => value.apply(object, parts), inner);
      },
    });
  async function mortalCall(call: () => unknown, path: string): Promise<unknown> {
    const around = AROUND[path] ?? {};
    fuse.pass(around.before);
    const result = await call();
    if (around.committed !== undefined) committed.push(around.committed);
    fuse.pass(around.after);
    return result;
  }
  return {
    ...wrap(state, ''),
    async transaction(work) {
      fuse.pass();
      const inTransaction: Boundary[] = [];
      const result = await state.transaction((inside) => work(mortalState(inside, fuse, inTransaction)));
      for (const boundary of inTransaction) fuse.pass(boundary);
      return result;
    },
  };
}

export interface MortalBus {
  readonly bus: Bus;
  /** The log notices that a member is gone. */
  leave(): Promise<void>;
}

export function mortalBus(bus: Bus, fuse: Fuse): MortalBus {
  const left: (() => Promise<void>)[] = [];
  const remember = <T extends { stop(): Promise<void> }>(subscription: T): T => {
    left.push(() => subscription.stop());
    return subscription;
  };
  return {
    bus: {
      async publish(records) {
        fuse.pass('before-publish');
        const positions = await bus.publish(records);
        fuse.pass('after-publish');
        return positions;
      },
      subscribe: async (options) =>
        remember(
          await bus.subscribe({
            ...options,
            async handle(batch, context) {
              fuse.pass();
              const commit = async () => {
                fuse.pass();
                await context.commit();
                fuse.pass('after-commit');
              };
              await options.handle(batch, { ...context, commit });
            },
          }),
        ),
      broadcast: async (options) => remember(await bus.broadcast(options)),
      commit: (group, offsets) => bus.commit(group, offsets),
      lag: (group) => bus.lag(group),
      partitions: bus.partitions,
      maintain: () => bus.maintain(),
      ping: () => bus.ping(),
      close: async () => {},
    },
    leave: async () => {
      for (const leave of left.splice(0)) await leave();
    },
  };
}

/** A channel asked by a process that may die before its provider hears of it, or before it hears the answer. */
export const mortalChannel = (channel: Channel, fuse: Fuse): Channel => ({
  ...channel,
  async deliver(message, signal) {
    fuse.pass('before-send');
    const delivery = await channel.deliver(message, signal);
    fuse.pass('after-send');
    return delivery;
  },
});
