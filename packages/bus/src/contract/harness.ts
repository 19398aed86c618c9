import { type ManualClock, manualClock, systemClock } from '@outrider/runtime';
import type {
  Batch,
  BatchContext,
  Bus,
  BusRecord,
  GroupOptions,
  OutgoingRecord,
  Subscription,
} from '../bus.ts';

export const START_MS = Date.UTC(2026, 0, 15, 8);
export const TOPIC = 'contract.a.v1';
export const OTHER = 'contract.b.v1';

/** An engine as the contract drives it: `open` again after `close` must find what was written. */
export interface BusEngine {
  open(clocks: { readonly clock: ManualClock; readonly realClock: ManualClock }): Promise<Bus>;
  /** Removes everything. */
  clean(): Promise<void>;
}

export interface EngineTraits {
  /** What was written is there after closing and opening again. */
  readonly keepsRecords: boolean;
  /**
   * When retention and compaction happen. A broker does both by itself, by its own clock and on closed segments of its
   * log: no client can ask for it or be told, so `maintain` does nothing and the topics' settings are checked instead.
   */
  readonly cleans: 'when asked' | 'by itself';
  /** How long a broker may take, ms of real time, for what is going to happen; 0 when everything is in this process. */
  readonly settleMs: number;
}

export interface Collector extends Subscription {
  readonly texts: (string | null)[];
  readonly records: BusRecord[];
}

export interface CollectOptions extends Partial<GroupOptions> {
  /** Runs before the batch is noted and committed. */
  readonly onBatch?: (batch: Batch, context: BatchContext) => void | Promise<void>;
}

/** What every test of the contract gets: a fresh bus and its clocks. */
export interface Harness {
  readonly bus: Bus;
  readonly clock: ManualClock;
  readonly realClock: ManualClock;
  readonly traits: EngineTraits;
  /** Time enough for anything that was going to happen without the clocks moving. */
  settle(): Promise<void>;
  /** Subscribes the group `readers` to TOPIC from the earliest, notes what comes and commits it. */
  collect(options?: CollectOptions): Promise<Collector>;
  reopen(): Promise<void>;
}

/** A harness whose bus is opened by `start` and removed by `end`. */
export function createHarness(traits: EngineTraits, createEngine: () => BusEngine) {
  let engine: BusEngine;
  const harness = {
    bus: undefined as unknown as Bus,
    clock: manualClock(START_MS),
    realClock: manualClock(0),
    traits,
    settle: () => settle(traits.settleMs),
    collect: (options: CollectOptions = {}) => collect(harness.bus, options),
    async reopen() {
      await harness.bus.close();
      harness.bus = await engine.open(harness);
    },
    async start() {
      engine = createEngine();
      harness.clock = manualClock(START_MS);
      harness.realClock = manualClock(0);
      harness.bus = await engine.open(harness);
    },
    async end() {
      await harness.bus.close();
      await engine.clean();
    },
  };
  return harness satisfies Harness;
}

async function collect(bus: Bus, { onBatch, ...options }: CollectOptions): Promise<Collector> {
  const texts: (string | null)[] = [];
  const records: BusRecord[] = [];
  const subscription = await bus.subscribe({
    group: 'readers',
    topics: [TOPIC],
    start: 'earliest',
    handle: async (batch, context) => {
      await onBatch?.(batch, context);
      records.push(...batch.records);
      texts.push(...batch.records.map(textOf));
      await context.commit();
    },
    ...options,
  });
  return { ...subscription, texts, records };
}

/** Looks this often at once before it lets other processes work in between. */
const TURNS = 200;

/** Lets everything that is ready run until `condition` holds; the test's timeout is the limit. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; !condition(); turn++)
    if (turn < TURNS) await new Promise((resolve) => setImmediate(resolve));
    else await systemClock.sleep(2);
}

async function settle(realMs: number): Promise<void> {
  await systemClock.sleep(realMs);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

export const textOf = (record: BusRecord): string | null =>
  record.value === null ? null : new TextDecoder().decode(record.value);

export const record = (key: string, text: string | null, topic = TOPIC): OutgoingRecord => ({
  topic,
  key,
  value: text === null ? null : new TextEncoder().encode(text),
});

/** A key for each partition. */
export async function keysByPartition(bus: Bus): Promise<string[]> {
  const keys: string[] = [];
  for (let index = 0; keys.filter((key) => key !== undefined).length < bus.partitions; index++) {
    const [position] = await bus.publish([record(`probe-${index}`, 'probe', 'contract.probe.v1')]);
    if (position !== undefined) keys[position.partition] ??= `probe-${index}`;
  }
  return keys;
}
