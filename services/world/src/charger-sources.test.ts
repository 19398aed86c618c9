import { type Bus, openBus, TOPICS } from '@outrider/bus';
import type { ChargingLocation } from '@outrider/domain';
import {
  type ChargerAnswer,
  type ChargerQuestion,
  type ChargerSource,
  ProviderUnavailable,
} from '@outrider/providers';
import { createMetrics, type ManualClock, manualClock, silentLog } from '@outrider/runtime';
import { afterEach, describe, expect, test } from 'vitest';
import { type Chargers, createChargers, mergePlaces } from './charger-sources.ts';
import { at, HOUR_MS, location, MINUTE_MS, NOW_MS } from './world.fixture.ts';

const from = (source: string, id: string, change: Partial<ChargingLocation> = {}): ChargingLocation => ({
  ...location(id, at(0)),
  source,
  ...change,
});

type Say = Partial<ChargerAnswer> | Error;

/** Says these in turn, the last one for good, and remembers what it was asked. */
function sourceOf(name: string, ...says: readonly Say[]) {
  const asked: (number | undefined)[] = [];
  const source: ChargerSource & { readonly asked: typeof asked } = {
    name,
    kind: 'charging',
    tellsChanges: true,
    asked,
    probe: async () => '',
    async list({ sinceMs }: ChargerQuestion = {}) {
      const say = says[Math.min(asked.length, says.length - 1)] as Say;
      asked.push(sinceMs);
      if (say instanceof Error) throw say;
      const empty = { gone: [], locations: [], quarantined: {}, mended: {} };
      return { ...empty, kind: 'whole', fetchedAtMs: clock.nowMs(), ...say };
    },
  };
  return source;
}

let clock: ManualClock;
let bus: Bus;
let chargers: Chargers | undefined;
const metrics = createMetrics();

async function start(
  sources: readonly ChargerSource[],
  locations: readonly ChargingLocation[] = [],
  isNew = true,
): Promise<void> {
  if (isNew) {
    clock = manualClock(NOW_MS);
    bus = await openBus('memory:', { clock, realClock: clock, log: silentLog, partitions: 2 });
  }
  const runtime = { eventClock: clock, realClock: clock, log: silentLog, metrics };
  chargers = createChargers({
    ...{ bus, runtime, locations, chargerSources: sources, takesPushes: true },
    random: () => 0.5,
  });
  await chargers.start();
  await settle();
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
};
const pass = async (ms: number): Promise<void> => {
  clock.advanceTo(clock.nowMs() + ms);
  await settle();
};

/** What the topic holds now, and every record that made it so. */
async function published(): Promise<{ readonly ids: readonly string[]; readonly records: number }> {
  const there = new Set<string>();
  let records = 0;
  const subscription = await bus.broadcast({
    topics: [TOPICS.chargers.name],
    start: 'earliest',
    handle: async (batch) => {
      for (const { key, value } of batch.records) {
        records++;
        if (value === null) there.delete(key);
        else there.add(key);
      }
    },
  });
  await subscription.caughtUp;
  await subscription.stop();
  return { ids: [...there].toSorted(), records };
}

afterEach(async () => {
  await chargers?.stop();
  chargers = undefined;
  await bus.close();
});

describe('what sources say', () => {
  test('is published and found, beside what is in the file', async () => {
    const elsewhere = { lat: at(0).lat + 0.01 };
    await start([sourceOf('one', { locations: [from('one', 'a')] })], [from('file', 'f', elsewhere)]);
    expect((await published()).ids).toEqual(['a', 'f']);
    expect(chargers?.index.size).toBe(2);
  });

  test('of one place is published once, as the more trusted has it, whoever says it first', async () => {
    const down = new ProviderUnavailable('one', 'is down');
    const two = sourceOf('two', { locations: [from('two', 'b')] });
    await start([sourceOf('one', down, { locations: [from('one', 'a')] }), two]);
    expect((await published()).ids).toEqual(['b']);
    await pass(MINUTE_MS);
    expect((await published()).ids).toEqual(['a']);
    expect(chargers?.index.size).toBe(1);
    await pass(6 * HOUR_MS);
    expect((await published()).ids).toEqual(['a']);
  });

  test('is asked for again after hours: changes, and everything once a day', async () => {
    const source = sourceOf('one', { locations: [from('one', 'a')] }, { kind: 'changes' });
    await start([source]);
    await pass(6 * HOUR_MS - 1);
    expect(source.asked).toEqual([undefined]);
    await pass(1);
    expect(source.asked).toEqual([undefined, NOW_MS]);
    for (let i = 0; i < 3; i++) await pass(6 * HOUR_MS);
    expect(source.asked).toEqual([undefined, NOW_MS, NOW_MS + 6 * HOUR_MS, NOW_MS + 12 * HOUR_MS, undefined]);
  });

  test('takes away whom a whole list does not name, and nobody whom changes do not', async () => {
    const a = from('one', 'a');
    const b = from('one', 'b');
    const c = from('one', 'c');
    await start([
      sourceOf(
        'one',
        { locations: [a, b] },
        { kind: 'changes', locations: [c] },
        { kind: 'changes', gone: ['b'] },
        { locations: [c] },
      ),
    ]);
    await pass(6 * HOUR_MS);
    expect((await published()).ids).toEqual(['a', 'b', 'c']);
    await pass(6 * HOUR_MS);
    expect((await published()).ids).toEqual(['a', 'c']);
    await pass(6 * HOUR_MS);
    expect(await published()).toEqual({ ids: ['c'], records: 5 });
  });

  test('said again with a newer date is no news', async () => {
    const later = from('one', 'a', { lastUpdatedAtMs: NOW_MS + HOUR_MS });
    await start([sourceOf('one', { locations: [from('one', 'a')] }, { locations: [later] })]);
    await pass(6 * HOUR_MS);
    expect((await published()).records).toBe(1);
  });
});

describe('a source that fails', () => {
  const down = new ProviderUnavailable('one', 'is down');

  test('keeps its last list, and is asked again sooner', async () => {
    const source = sourceOf('one', { locations: [from('one', 'a')] }, down);
    await start([source]);
    await pass(6 * HOUR_MS);
    expect((await published()).ids).toEqual(['a']);
    expect(chargers?.index.size).toBe(1);
    expect(await metrics.text()).toContain('world_charger_list_age_seconds{source="one"} 21600');
    await pass(MINUTE_MS);
    expect(source.asked.length).toBeGreaterThan(2);
  });

  test('keeps its list over a restart', async () => {
    await start([sourceOf('one', { locations: [from('one', 'a')] })]);
    await chargers?.stop();
    await start([sourceOf('one', down)], [], false);
    expect(await published()).toEqual({ ids: ['a'], records: 1 });
    expect(chargers?.index.size).toBe(1);
  });

  test('does not hold up the others', async () => {
    await start([sourceOf('one', down), sourceOf('two', { locations: [from('two', 'b')] })]);
    expect((await published()).ids).toEqual(['b']);
  });

  test('is left alone until it said', async () => {
    const later = new ProviderUnavailable('one', 'later', {
      kind: 'rate-limited',
      retryAtMs: NOW_MS + 2 * HOUR_MS,
    });
    const source = sourceOf('one', later);
    await start([source]);
    await pass(2 * HOUR_MS - 1);
    expect(source.asked).toHaveLength(1);
    await pass(1);
    expect(source.asked).toHaveLength(2);
  });
});

test('a source that is no longer named takes its places with it', async () => {
  await start([sourceOf('one', { locations: [from('one', 'a')] })]);
  await chargers?.stop();
  await start([], [], false);
  expect((await published()).ids).toEqual([]);
});

test('of two that know a place the one that heard of it last counts, of two as new the more trusted', () => {
  const merged = (one: number, two: number) =>
    mergePlaces([
      [from('one', 'a', { lastUpdatedAtMs: NOW_MS + one })],
      [from('two', 'a', { lastUpdatedAtMs: NOW_MS + two })],
    ]).map(({ source }) => source);
  expect(merged(0, 0)).toEqual(['one']);
  expect(merged(0, 1)).toEqual(['two']);
  expect(merged(1, 0)).toEqual(['one']);
});
