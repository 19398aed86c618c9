import { type ManualClock, manualClock } from '@outrider/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Batch, BatchContext, Bus, BusRecord, GroupOptions, OutgoingRecord } from './bus.ts';
import { TOPICS } from './topics.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 15, 8);
const TOPIC = 'contract.a.v1';
const OTHER = 'contract.b.v1';

/** An engine as the contract drives it: `open` twice after `close` must find what was written. */
export interface BusEngine {
  open(clocks: { clock: ManualClock; realClock: ManualClock }): Promise<Bus>;
  /** Removes everything. */
  clean(): Promise<void>;
}

/** Lets everything that is ready run until `condition` holds; the test's timeout is the limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Enough turns of the event loop for anything that was going to happen without time passing. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const textOf = (record: BusRecord): string | null =>
  record.value === null ? null : new TextDecoder().decode(record.value);

const record = (key: string, text: string | null, topic = TOPIC): OutgoingRecord => ({
  topic,
  key,
  value: text === null ? null : new TextEncoder().encode(text),
});

/** Keys whose partitions are all different, for tests that need several. */
async function keysByPartition(bus: Bus): Promise<string[]> {
  const keys: string[] = [];
  for (let index = 0; keys.filter((key) => key !== undefined).length < bus.partitions; index++) {
    const [position] = await bus.publish([record(`probe-${index}`, 'probe', 'contract.probe.v1')]);
    if (position !== undefined) keys[position.partition] ??= `probe-${index}`;
  }
  return keys;
}

export function busContract(
  name: string,
  { keepsRecords }: { readonly keepsRecords: boolean },
  createEngine: () => BusEngine,
): void {
  describe(`bus: ${name}`, () => {
    let engine: BusEngine;
    let clock: ManualClock;
    let realClock: ManualClock;
    let bus: Bus;

    beforeEach(async () => {
      engine = createEngine();
      clock = manualClock(START_MS);
      realClock = manualClock(0);
      bus = await engine.open({ clock, realClock });
    });
    afterEach(async () => {
      await bus.close();
      await engine.clean();
    });

    const reopen = async () => {
      await bus.close();
      bus = await engine.open({ clock, realClock });
    };

    /** Subscribes and collects texts; commits every batch unless told otherwise. */
    async function collect(
      options: Partial<GroupOptions> & {
        readonly onBatch?: (batch: Batch, context: BatchContext) => void | Promise<void>;
      } = {},
    ) {
      const texts: (string | null)[] = [];
      const records: BusRecord[] = [];
      const subscription = await bus.subscribe({
        group: 'readers',
        topics: [TOPIC],
        start: 'earliest',
        handle: async (batch, context) => {
          await options.onBatch?.(batch, context);
          records.push(...batch.records);
          texts.push(...batch.records.map(textOf));
          await context.commit();
        },
        ...options,
      });
      return { ...subscription, texts, records };
    }

    describe('publishing', () => {
      it('gives each record of a partition the next offset, and one key always the same partition', async () => {
        const first = await bus.publish([record('car-1', 'a'), record('car-1', 'b')]);
        const second = await bus.publish([record('car-1', 'c')]);
        const partition = first[0]?.partition;
        expect([...first, ...second]).toEqual(
          [0, 1, 2].map((offset) => ({ topic: TOPIC, partition, offset })),
        );
      });

      it('puts a key of two topics into the same partition', async () => {
        const positions = await bus.publish([record('car-1', 'a'), record('car-1', 'b', OTHER)]);
        expect(positions[0]?.partition).toBe(positions[1]?.partition);
      });

      it('keeps the order of concurrent calls', async () => {
        const texts = Array.from({ length: 300 }, (_, index) => `${index}`);
        await Promise.all(texts.map((text) => bus.publish([record('car-1', text)])));
        const reader = await collect();
        await reader.caughtUp;
        expect(reader.texts).toEqual(texts);
      });

      it('answers each of many concurrent calls with its own positions', async () => {
        const answers = await Promise.all([
          bus.publish([record('car-1', 'a'), record('car-1', 'b')]),
          bus.publish([]),
          bus.publish([record('car-1', 'c')]),
        ]);
        expect(answers.map((positions) => positions.map(({ offset }) => offset))).toEqual([[0, 1], [], [2]]);
      });

      it('brings back headers, time, empty values and tombstones as they were', async () => {
        const headers = JSON.parse('{"format":"vss-json","__proto__":"x","constructor":"y","ü":"é\\u0000"}');
        await bus.publish([{ ...record('car-1', ''), headers }, record('car-1', null)]);
        const reader = await collect();
        await reader.caughtUp;
        expect(reader.texts).toEqual(['', null]);
        expect(Object.entries(reader.records[0]?.headers ?? {})).toEqual(Object.entries(headers));
        expect(reader.records[1]?.headers).toEqual({});
        expect(reader.records[0]?.timestampMs).toBe(START_MS);
        expect(reader.records[0]?.key).toBe('car-1');
      });

      it('brings back bytes exactly, also when the writer uses its buffer again', async () => {
        const value = Uint8Array.from({ length: 256 }, (_, index) => index);
        await bus.publish([{ topic: TOPIC, key: 'k', value }]);
        value.fill(0);
        const reader = await collect();
        await reader.caughtUp;
        expect(Array.from(reader.records[0]?.value ?? [])).toEqual(
          Array.from({ length: 256 }, (_, index) => index),
        );
      });

      it('takes odd keys: empty, prototype names, zero characters, other scripts', async () => {
        const keys = ['', '__proto__', 'constructor', 'a\u0000b', 'ключ', '🚗'];
        await bus.publish(keys.map((key) => record(key, key)));
        const reader = await collect();
        await reader.caughtUp;
        expect(reader.records.map(({ key }) => key).sort()).toEqual([...keys].sort());
        expect(reader.records.every((each) => textOf(each) === each.key)).toBe(true);
      });

      it('refuses records after it was closed', async () => {
        await bus.close();
        await expect(bus.publish([record('car-1', 'a')])).rejects.toThrow('closed');
        await expect(collect()).rejects.toThrow('closed');
      });
    });

    describe('groups', () => {
      it('hands a record to one of two members, every partition to exactly one, shared evenly', async () => {
        const keys = await keysByPartition(bus);
        const assigned: [number[], number[]] = [[], []];
        const seen: [string[], string[]] = [[], []];
        const join = (member: 0 | 1) =>
          collect({
            onAssigned: async (partition) => {
              assigned[member].push(partition);
              return undefined;
            },
            onRevoked: async (partition) => {
              assigned[member] = assigned[member].filter((each) => each !== partition);
            },
            onBatch: (batch) => {
              seen[member].push(...batch.records.map(({ key }) => key));
            },
          });
        const first = await join(0);
        const second = await join(1);
        await until(() => assigned[0].length + assigned[1].length === bus.partitions && first.isIdle());
        await bus.publish(keys.map((key) => record(key, key)));
        await until(() => seen[0].length + seen[1].length === keys.length);
        expect(Math.abs(assigned[0].length - assigned[1].length)).toBeLessThanOrEqual(1);
        expect([...assigned[0], ...assigned[1]].sort((a, b) => a - b)).toEqual(keys.map((_, index) => index));
        expect(seen[0].sort()).toEqual(assigned[0].map((partition) => keys[partition]).sort());
        await until(() => first.isIdle() && second.isIdle());
      });

      it('gives a partition away only after its batch is done and given up, under a larger generation', async () => {
        const events: string[] = [];
        const contexts: BatchContext[] = [];
        let release = () => {};
        await bus.publish([record('car-1', 'a')]);
        const [position] = await bus.publish([record('car-1', 'b')]);
        const partition = position?.partition;
        const note = (event: string, of: number) => of === partition && events.push(event);
        const first = await bus.subscribe({
          group: 'readers',
          topics: [TOPIC],
          start: 'earliest',
          batchRecordsMax: 1,
          onRevoked: async (of) => void note('revoked', of),
          handle: async (_, context) => {
            contexts.push(context);
            events.push('begins');
            await new Promise<void>((resolve) => {
              release = resolve;
            });
            await context.commit();
            events.push('ends');
          },
        });
        await until(() => events.includes('begins'));
        const second = await collect({
          onAssigned: async (of, generation) => {
            note(generation > (contexts[0]?.generation ?? 0) ? 'assigned anew' : 'assigned', of);
            return undefined;
          },
        });
        const stopping = first.stop();
        await settle();
        expect(contexts[0]?.isCurrent()).toBe(true);
        expect(events).toEqual(['begins']);
        release();
        await stopping;
        await until(() => second.texts.length === 1);
        expect(events).toEqual(['begins', 'ends', 'revoked', 'assigned anew']);
        expect(second.texts).toEqual(['b']);
        expect(contexts[0]?.isCurrent()).toBe(false);
        await expect(contexts[0]?.commit()).rejects.toThrow('belongs to somebody else');
      });

      it('keeps two groups apart', async () => {
        await bus.publish([record('car-1', 'a')]);
        const one = await collect({ group: 'one' });
        const two = await collect({ group: 'two' });
        await Promise.all([one.caughtUp, two.caughtUp]);
        expect([one.texts, two.texts]).toEqual([['a'], ['a']]);
      });

      it('refuses a member that reads other topics than its group', async () => {
        await collect();
        await expect(collect({ topics: [TOPIC, OTHER] })).rejects.toThrow(OTHER);
      });

      it('never handles two batches of a partition at once, across all topics, nor more than asked', async () => {
        const keys = (await keysByPartition(bus)).slice(0, 4);
        const running = new Set<number>();
        let overlaps = 0;
        let largest = 0;
        const reader = await collect({
          topics: [TOPIC, OTHER],
          batchRecordsMax: 7,
          onBatch: async (batch) => {
            if (running.has(batch.partition)) overlaps++;
            running.add(batch.partition);
            largest = Math.max(largest, batch.records.length);
            await settle();
            running.delete(batch.partition);
          },
        });
        for (const key of keys)
          await bus.publish(
            Array.from({ length: 20 }, (_, index) =>
              record(key, `${index}`, index % 2 === 0 ? TOPIC : OTHER),
            ),
          );
        await until(() => reader.texts.length === keys.length * 20);
        expect(overlaps).toBe(0);
        expect(largest).toBeLessThanOrEqual(7);
      });

      it('reads on while one partition is being handled', async () => {
        const [slow = '', fast = ''] = await keysByPartition(bus);
        let release = () => {};
        const reader = await collect({
          onBatch: (batch) =>
            batch.records[0]?.key === slow
              ? new Promise<void>((resolve) => {
                  release = resolve;
                })
              : undefined,
        });
        await bus.publish([record(slow, 'slow'), record(fast, 'fast')]);
        await until(() => reader.texts.length === 1);
        expect(reader.texts).toEqual(['fast']);
        release();
        await until(() => reader.texts.length === 2);
      });

      it('starts a new group at the end when it asks for the latest, and loses nothing after that', async () => {
        await bus.publish([record('car-1', 'before')]);
        const reader = await collect({ start: 'latest' });
        await reader.caughtUp;
        await reader.stop();
        await bus.publish([record('car-1', 'while away')]);
        const again = await collect({ start: 'latest' });
        await again.caughtUp;
        expect([...reader.texts, ...again.texts]).toEqual(['while away']);
      });
    });

    describe('offsets', () => {
      it('goes on after the last commit, and again from there when nothing was committed', async () => {
        await bus.publish([record('car-1', 'a'), record('car-1', 'b')]);
        const first = await collect({ batchRecordsMax: 1 });
        await first.caughtUp;
        await first.stop();
        await bus.publish([record('car-1', 'c')]);
        const seen: (string | null)[] = [];
        const forgetful = await collect({
          handle: async (batch) => void seen.push(...batch.records.map(textOf)),
        });
        await forgetful.caughtUp;
        await forgetful.stop();
        const third = await collect();
        await third.caughtUp;
        expect(first.texts).toEqual(['a', 'b']);
        expect(seen).toEqual(['c']);
        expect(third.texts).toEqual(['c']);
      });

      if (keepsRecords)
        it('survives closing: records, ends, commits and rising generations', async () => {
          const generations: number[] = [];
          const onAssigned = async (_: number, generation: number) => {
            generations.push(generation);
            return undefined;
          };
          await bus.publish([record('car-1', 'a')]);
          await (await collect({ onAssigned })).caughtUp;
          const before = Math.max(...generations);
          await bus.publish([record('car-1', 'b')]);
          await reopen();
          generations.length = 0;
          const [position] = await bus.publish([record('car-1', 'c')]);
          const reader = await collect({ onAssigned });
          await reader.caughtUp;
          expect(position?.offset).toBe(2);
          expect(reader.texts.slice(-1)).toEqual(['c']);
          expect(reader.texts).not.toContain('a');
          expect(Math.min(...generations)).toBeGreaterThan(before);
        });

      it('begins where onAssigned says, topic by topic, whatever was committed', async () => {
        const positions = await bus.publish(['a', 'b', 'c'].map((text) => record('car-1', text)));
        await bus.publish([record('car-1', 'x', OTHER)]);
        const partition = positions[0]?.partition ?? 0;
        await bus.commit('readers', [{ topic: TOPIC, partition, offset: 3 }]);
        const reader = await collect({
          topics: [TOPIC, OTHER],
          onAssigned: async (of) => (of === partition ? new Map([[TOPIC, 1]]) : undefined),
        });
        await reader.caughtUp;
        expect(reader.texts).toEqual(['b', 'c', 'x']);
      });

      it('asks onAssigned again when it fails, and handles nothing before', async () => {
        await bus.publish([record('car-1', 'a')]);
        let failures = 0;
        const reader = await collect({
          onAssigned: async () => {
            if (failures >= bus.partitions) return undefined;
            failures++;
            throw new Error('the state store is down');
          },
          onError: () => {},
        });
        await until(() => failures === bus.partitions);
        await settle();
        expect(reader.texts).toEqual([]);
        expect(reader.isIdle()).toBe(false);
        realClock.advanceTo(realClock.nowMs() + 50);
        await reader.caughtUp;
        expect(reader.texts).toEqual(['a']);
      });

      it('begins at the end when told an offset beyond it, so that nothing new is skipped', async () => {
        const [position] = await bus.publish([record('car-1', 'a')]);
        const partition = position?.partition ?? 0;
        await bus.commit('readers', [{ topic: TOPIC, partition, offset: 900 }]);
        const reader = await collect();
        await reader.caughtUp;
        await bus.publish([record('car-1', 'b')]);
        await until(() => reader.texts.length > 0);
        expect(reader.texts).toEqual(['b']);
      });

      it('tells the lag per partition, before and after', async () => {
        const [position] = await bus.publish([record('car-1', 'a'), record('car-1', 'b')]);
        const partition = position?.partition ?? 0;
        await bus.commit('readers', [{ topic: TOPIC, partition, offset: 1 }]);
        const lagOf = async () => (await bus.lag('readers')).find((each) => each.partition === partition);
        expect(await lagOf()).toEqual({ topic: TOPIC, partition, committed: 1, end: 2 });
        await (await collect()).caughtUp;
        expect(await lagOf()).toEqual({ topic: TOPIC, partition, committed: 2, end: 2 });
        expect(await bus.lag('readers')).toHaveLength(bus.partitions);
        expect(await bus.lag('nobody')).toEqual([]);
      });
    });

    describe('failures', () => {
      it('brings the same batch again after a growing delay while other partitions go on', async () => {
        const [bad = '', good = ''] = await keysByPartition(bus);
        const attempts: string[][] = [];
        const errors: unknown[] = [];
        const reader = await collect({
          onBatch: (batch) => {
            if (batch.records[0]?.key !== bad) return;
            attempts.push(batch.records.map((each) => String(textOf(each))));
            if (attempts.length < 4) throw new Error('the sink is down');
          },
          onError: (error) => errors.push(error),
        });
        await bus.publish([record(bad, 'a'), record(bad, 'b')]);
        for (const [index, delayMs] of [50, 100, 200].entries()) {
          await until(() => attempts.length === index + 1);
          await bus.publish([record(bad, `more ${index}`), record(good, `${index}`)]);
          await until(() => reader.texts.length === index + 1);
          realClock.advanceTo(realClock.nowMs() + delayMs - 1);
          await settle();
          expect(attempts).toHaveLength(index + 1);
          expect(reader.isIdle()).toBe(false);
          realClock.advanceTo(realClock.nowMs() + 1);
        }
        await until(() => reader.texts.length === 8);
        expect(attempts.slice(0, 4)).toEqual(Array(4).fill(['a', 'b']));
        expect(reader.texts.slice(3)).toEqual(['a', 'b', 'more 0', 'more 1', 'more 2']);
        expect(errors).toHaveLength(3);
      });

      it('stops at once although a batch waits for its next attempt, and keeps it for later', async () => {
        await bus.publish([record('car-1', 'a')]);
        let attempts = 0;
        const broken = await collect({
          onBatch: () => {
            attempts++;
            throw new Error('down');
          },
        });
        await until(() => attempts === 1);
        await settle();
        await broken.stop();
        await expect(broken.caughtUp).rejects.toThrow('stopped');
        const reader = await collect();
        await reader.caughtUp;
        expect(reader.texts).toEqual(['a']);
      });

      it('waits with stop until the current batch is done', async () => {
        let release = () => {};
        let isDone = false;
        const reader = await collect({
          onBatch: async () => {
            await new Promise<void>((resolve) => {
              release = resolve;
            });
            isDone = true;
          },
        });
        await bus.publish([record('car-1', 'a')]);
        await settle();
        const stopping = reader.stop().then(() => isDone);
        await settle();
        expect(isDone).toBe(false);
        release();
        expect(await stopping).toBe(true);
      });
    });

    describe('seek, pause, idle', () => {
      it('seeks back and forth, also from within a batch', async () => {
        const [position] = await bus.publish(['a', 'b', 'c'].map((text) => record('car-1', text)));
        const partition = position?.partition ?? 0;
        let isFirst = true;
        const reader = await collect({
          batchRecordsMax: 1,
          onBatch: () => {
            if (isFirst) reader.seek(TOPIC, partition, 2);
            isFirst = false;
          },
        });
        await reader.caughtUp;
        expect(reader.texts).toEqual(['a', 'c']);
        reader.seek(TOPIC, partition, 1);
        await until(() => reader.texts.length === 4);
        expect(reader.texts).toEqual(['a', 'c', 'b', 'c']);
      });

      it('begins at the offset sought right after subscribing', async () => {
        const [position] = await bus.publish(['a', 'b'].map((text) => record('car-1', text)));
        const reader = await collect();
        reader.seek(TOPIC, position?.partition ?? 0, 1);
        await reader.caughtUp;
        expect(reader.texts).toEqual(['b']);
        expect(() => reader.seek('other.v1', 0, 0)).toThrow('not with this subscription');
      });

      it('reads nothing of a paused partition until it is resumed', async () => {
        const keys = await keysByPartition(bus);
        const reader = await collect();
        await reader.caughtUp;
        reader.pause(0);
        await bus.publish([record(keys[0] ?? '', 'held'), record(keys[1] ?? '', 'free')]);
        await until(() => reader.texts.length === 1);
        await settle();
        expect(reader.texts).toEqual(['free']);
        expect(reader.isIdle()).toBe(false);
        reader.resume(0);
        await until(() => reader.texts.length === 2);
        await until(() => reader.isIdle());
        reader.pause();
        await bus.publish(keys.map((key) => record(key, 'all held')));
        await settle();
        expect(reader.texts).toHaveLength(2);
        reader.resume();
        await until(() => reader.texts.length === 2 + keys.length);
      });

      it('is idle only when nothing waits and nothing is being handled', async () => {
        let release = () => {};
        const reader = await collect({
          onBatch: () =>
            new Promise<void>((resolve) => {
              release = resolve;
            }),
        });
        await reader.caughtUp;
        await until(() => reader.isIdle());
        const published = bus.publish([record('car-1', 'a')]);
        expect(reader.isIdle()).toBe(false);
        await published;
        expect(reader.isIdle()).toBe(false);
        await settle();
        expect(reader.isIdle()).toBe(false);
        release();
        await until(() => reader.isIdle());
        expect(reader.texts).toEqual(['a']);
      });

      it('says whether a batch is the last of its partition, counting all topics', async () => {
        await bus.publish([record('car-1', 'a'), record('car-1', 'b')]);
        clock.advanceTo(START_MS + 1);
        await bus.publish([record('car-1', 'x', OTHER)]);
        const caughtUp: boolean[] = [];
        const reader = await collect({
          topics: [TOPIC, OTHER],
          batchRecordsMax: 1,
          onBatch: (_, context) => void caughtUp.push(context.isCaughtUp()),
        });
        await reader.caughtUp;
        expect(reader.texts).toEqual(['a', 'b', 'x']);
        expect(caughtUp).toEqual([false, false, true]);
      });
    });

    describe('broadcast', () => {
      it('brings everything to every subscriber, from the earliest or the latest, and commits nothing', async () => {
        await bus.publish([record('car-1', 'a'), record('car-2', 'b')]);
        const seen: Record<string, (string | null)[]> = { one: [], two: [], late: [] };
        const listen = (who: string, start: 'earliest' | 'latest') =>
          bus.broadcast({
            topics: [TOPIC],
            start,
            handle: async (batch) => void seen[who]?.push(...batch.records.map(textOf)),
          });
        const one = await listen('one', 'earliest');
        const two = await listen('two', 'earliest');
        const late = await listen('late', 'latest');
        await Promise.all([one.caughtUp, two.caughtUp, late.caughtUp]);
        expect([seen.one?.length, seen.two?.length, seen.late?.length]).toEqual([2, 2, 0]);
        await bus.publish([record('car-1', 'c')]);
        await until(() => one.isIdle() && two.isIdle() && late.isIdle());
        expect([seen.one?.at(-1), seen.two?.at(-1), seen.late]).toEqual(['c', 'c', ['c']]);
        await one.stop();
        await bus.publish([record('car-1', 'd')]);
        await until(() => two.isIdle());
        expect([seen.one?.at(-1), seen.two?.at(-1)]).toEqual(['c', 'd']);
      });

      it('catches up at once on topics that hold nothing', async () => {
        const reader = await bus.broadcast({
          topics: ['empty.v1'],
          start: 'earliest',
          handle: async () => {},
        });
        await reader.caughtUp;
        await until(() => reader.isIdle());
      });
    });

    describe('retention and compaction', () => {
      const raw = TOPICS.raw.name;
      const trips = TOPICS.trips.name;
      const RETENTION_MS = 30 * DAY_MS;

      const readAll = async (topic: string, group = 'fresh') => {
        const reader = await collect({ group, topics: [topic] });
        await reader.caughtUp;
        await reader.stop();
        return reader.texts;
      };

      it('deletes what is older than the retention, not what is exactly as old, and gives no offset twice', async () => {
        await bus.publish([record('car-1', 'old', raw)]);
        clock.advanceTo(START_MS + 1);
        await bus.publish([record('car-1', 'edge', raw)]);
        clock.advanceTo(START_MS + 1 + RETENTION_MS);
        expect(await bus.maintain()).toBe(1);
        expect(await bus.maintain()).toBe(0);
        expect(await readAll(raw, 'one')).toEqual(['edge']);
        clock.advanceTo(START_MS + 2 + RETENTION_MS);
        expect(await bus.maintain()).toBe(1);
        if (keepsRecords) await reopen();
        const [position] = await bus.publish([record('car-1', 'new', raw)]);
        expect(position?.offset).toBe(2);
        expect(await readAll(raw, 'two')).toEqual(['new']);
      });

      it('lets a group whose place was deleted go on at the oldest record', async () => {
        const [position] = await bus.publish([record('car-1', 'old', raw)]);
        await bus.commit('readers', [{ topic: raw, partition: position?.partition ?? 0, offset: 0 }]);
        clock.advanceTo(START_MS + RETENTION_MS + 1);
        await bus.publish([record('car-1', 'new', raw)]);
        expect(await bus.maintain()).toBe(1);
        expect(await readAll(raw, 'readers')).toEqual(['new']);
      });

      it('leaves what a subscriber has not done yet, however old', async () => {
        await bus.publish([record('car-1', 'old', raw)]);
        const reader = await collect({ topics: [raw] });
        reader.pause();
        await settle();
        clock.advanceTo(START_MS + 2 * RETENTION_MS);
        expect(await bus.maintain()).toBe(0);
        reader.resume();
        await reader.caughtUp;
        expect(reader.texts).toEqual(['old']);
        expect(await bus.maintain()).toBe(1);
      });

      it('keeps the newest record of each key, in order', async () => {
        await bus.publish(
          [
            ['car-1', 'a1'],
            ['car-2', 'b1'],
            ['car-1', 'a2'],
            ['car-1', 'a3'],
          ].map(([key = '', text = '']) => record(key, text, trips)),
        );
        expect(await bus.maintain()).toBe(2);
        expect((await readAll(trips)).sort()).toEqual(['a3', 'b1']);
      });

      it('keeps a tombstone for a day, then forgets the key', async () => {
        await bus.publish([record('car-1', 'a', trips), record('car-1', null, trips)]);
        expect(await bus.maintain()).toBe(1);
        clock.advanceTo(START_MS + DAY_MS);
        expect(await bus.maintain()).toBe(0);
        expect(await readAll(trips, 'one')).toEqual([null]);
        clock.advanceTo(START_MS + DAY_MS + 1);
        expect(await bus.maintain()).toBe(1);
        if (keepsRecords) await reopen();
        expect(await readAll(trips, 'two')).toEqual([]);
        const [position] = await bus.publish([record('car-1', 'again', trips)]);
        expect(position?.offset).toBe(2);
      });

      it('passes over the gaps that compaction leaves, also at the end', async () => {
        const [position] = await bus.publish([record('car-1', 'a', trips), record('car-1', null, trips)]);
        clock.advanceTo(START_MS + DAY_MS + 1);
        await bus.maintain();
        await bus.commit('readers', [{ topic: trips, partition: position?.partition ?? 0, offset: 1 }]);
        const reader = await collect({ topics: [trips] });
        await reader.caughtUp;
        await until(() => reader.isIdle());
        await bus.publish([record('car-1', 'b', trips)]);
        await until(() => reader.texts.length === 1);
        expect(reader.texts).toEqual(['b']);
      });

      it('leaves topics alone that are not ours', async () => {
        await bus.publish([record('car-1', 'a'), record('car-1', 'b')]);
        clock.advanceTo(START_MS + 3_650 * DAY_MS);
        expect(await bus.maintain()).toBe(0);
      });
    });
  });
}
