import { inspect } from 'node:util';
import { createLog, silentLog, systemClock } from '@outrider/runtime';
import { Client } from 'pg';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { notificationRow, outboxRow, person, subjectKey, tripSourceRow, vehicle } from './contract/rows.ts';
import { stateContract } from './contract/state.contract.ts';
import { openState } from './open.ts';
import { OwnershipOverlap } from './vehicles.ts';

// Run by `npm run test:engines`, on the server it starts.

const { url = '' } = inject('engines').postgres ?? {};
const log = silentLog;

async function ask(text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
const wipe = () => ask('drop schema public cascade; create schema public');

stateContract(
  'PostgreSQL',
  () => {
    let wiped: Promise<unknown> | undefined;
    return {
      async open() {
        wiped ??= wipe();
        await wiped;
        return openState(url, { log });
      },
      remove: async () => {},
    };
  },
  true,
);

describe('two processes on one database', () => {
  type State = Awaited<ReturnType<typeof openState>>;
  let one: State;
  let other: State;
  /** Long enough for the other one to do all of its work, if nothing holds it off. */
  const think = () => systemClock.sleep(150);
  const both = <T>(work: (state: State) => Promise<T>): Promise<T[]> => Promise.all([one, other].map(work));

  beforeEach(async () => {
    await wipe();
    // At the same time: one makes the schema, the other waits for it.
    [one, other] = await Promise.all([openState(url, { log }), openState(url, { log })]);
  });
  afterEach(async () => {
    await both((state) => state.close());
  });

  test('read, think, write loses no update', async () => {
    await one.people.insert(person({ quietFromMinute: 0 }));
    const increment = (state: State) =>
      state.transaction(async (inside) => {
        const before = (await inside.people.find('per_aaaaaaaa'))?.quietFromMinute ?? 0;
        await think();
        await inside.people.update('per_aaaaaaaa', { quietFromMinute: before + 1 });
      });
    for (let round = 0; round < 3; round += 1) await both(increment);
    expect((await other.people.find('per_aaaaaaaa'))?.quietFromMinute).toBe(6);
  });

  test('whoever has to give way to a deadlock runs again', async () => {
    const ids = ['per_a', 'per_b'];
    for (const personId of ids) await one.people.insert(person({ personId, quietFromMinute: 0 }));
    let runs = 0;
    const haveFirst = Promise.withResolvers<void>();
    const incrementBoth = (state: State, order: readonly string[]) =>
      state.transaction(async (inside) => {
        for (const personId of order) {
          const before = (await inside.people.find(personId))?.quietFromMinute ?? 0;
          await inside.people.update(personId, { quietFromMinute: before + 1 });
          // Each has what the other one wants next.
          if (personId === order[0] && ++runs === 2) haveFirst.resolve();
          await haveFirst.promise;
        }
      });
    await Promise.all([incrementBoth(one, ids), incrementBoth(other, ids.toReversed())]);
    expect(runs).toBe(3);
    expect((await one.people.find('per_a'))?.quietFromMinute).toBe(2);
    expect((await one.people.find('per_b'))?.quietFromMinute).toBe(2);
  });

  test('a first start in both makes one administrator', async () => {
    const makeFirst = (state: State, index: number) =>
      state.transaction(async (inside) => {
        if ((await inside.tokens.countAdmins()) > 0) return;
        await think();
        await inside.tokens.insert({
          ...{ kind: 'person', tokenHash: `hash_${index}`, personId: `per_${index}`, role: 'admin' },
          ...{ createdAtMs: 1, revokedAtMs: null },
        });
      });
    await Promise.all([makeFirst(one, 1), makeFirst(other, 2), makeFirst(one, 3), makeFirst(other, 4)]);
    expect(await one.tokens.countAdmins()).toBe(1);
  });

  test('a car is not registered for two owners at the same time', async () => {
    await one.people.insert(person());
    await one.vehicles.insert(vehicle());
    await one.keys.insert(subjectKey({ keyId: 'key_0' }));
    await one.keys.insert(subjectKey({ keyId: 'key_1' }));
    const own = (state: State, keyId: string) =>
      state.transaction(async (inside) => {
        const period = { fromMs: 1, toMs: 1_000 };
        await inside.vehicles.insertOwnership({
          ...{ vehicleId: 'veh_aaaaaaaa', personId: 'per_aaaaaaaa', keyId, ...period },
        });
        await think();
      });
    const results = await Promise.allSettled([own(one, 'key_0'), own(other, 'key_1')]);
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.map(({ reason }) => reason.constructor)).toEqual([OwnershipOverlap]);
  });

  test('of two checkpoints on the same ground one is written', async () => {
    const offsets = new Map([['telemetry.signals.v1', 1]]);
    const next = { partition: 1, generation: 1, offsets, savedAtMs: 1 };
    const empty = { vehicles: [], alerts: [], outbox: [], labels: [] };
    const first = await both((state) =>
      state.predictor.writeCheckpoint({ ...empty, partition: 1, previous: undefined, next }),
    );
    expect(first.toSorted()).toEqual([false, true]);
    let generation = 1;
    const moved = await both((state) => {
      generation += 1;
      const moving = { ...next, generation, offsets: new Map([['telemetry.signals.v1', generation]]) };
      return state.predictor.writeCheckpoint({ ...empty, partition: 1, previous: next, next: moving });
    });
    expect(moved.toSorted()).toEqual([false, true]);
  });

  test('a batch of alerts that two notifiers decide is decided by one after the other', async () => {
    const decide = (state: State) =>
      state.transaction(async (inside) => {
        const done = (await inside.notifications.readOffsets(1)).get('alerts.v1') ?? 0;
        if (done >= 5) return 'known';
        await think();
        await inside.notifications.insert([notificationRow()]);
        await inside.notifications.writeOffset(1, 'alerts.v1', 5);
        return 'decided';
      });
    expect((await both(decide)).toSorted()).toEqual(['decided', 'known']);
  });

  test('a car gets no more sources of trips than whoever counts them allows', async () => {
    const add = (state: State, sourceId: string) =>
      state.transaction(async (inside) => {
        if ((await inside.tripSources.listOf('veh_aaaaaaaa')).length >= 1) return;
        await think();
        await inside.tripSources.insert(tripSourceRow({ sourceId }));
      });
    await Promise.all([add(one, 'source_a'), add(other, 'source_b')]);
    expect(await one.tripSources.listOf('veh_aaaaaaaa')).toHaveLength(1);
  });

  test('a writer has one turn at a time, and another writer does not wait for it', async () => {
    const gate = Promise.withResolvers<void>();
    const said: string[] = [];
    const first = one.outbox.inTurn('api', async () => {
      said.push('one begins');
      await gate.promise;
      said.push('one ends');
    });
    await one.outbox.insert([outboxRow()]);
    const second = other.outbox.inTurn('api', async () => void said.push('other'));
    await other.outbox.inTurn('predictor', async () => void said.push('another writer'));
    gate.resolve();
    await Promise.all([first, second]);
    expect(said).toEqual(['one begins', 'another writer', 'one ends', 'other']);
  });
});

describe('the schema and the connection', () => {
  test('a newer schema is refused, by name', async () => {
    await wipe();
    await (await openState(url, { log })).close();
    await ask(`insert into kysely_migration values ('0999-from-the-future', '2099-01-01')`);
    await expect(openState(url, { log })).rejects.toThrow(/newer Outrider: it has schema 0999-from/);
  });

  test('integers beyond what a number can tell are refused, not rounded', async () => {
    await wipe();
    const state = await openState(url, { log });
    const largest = Number.MAX_SAFE_INTEGER;
    await state.people.insert(person({ createdAtMs: largest }));
    expect((await state.people.find('per_aaaaaaaa'))?.createdAtMs).toBe(largest);
    await ask(`update people set "createdAtMs" = 9007199254740993`);
    await expect(state.people.find('per_aaaaaaaa')).rejects.toThrow(RangeError);
    await state.close();
  });

  test('a destroyed key leaves no dead row behind', async () => {
    await wipe();
    const state = await openState(url, { log });
    await state.keys.insert(subjectKey());
    await state.keys.destroy('key_a', 5);
    const [row] = await ask(`select pg_stat_get_dead_tuples('"subjectKeys"'::regclass)::int as dead`);
    expect(row?.dead).toBe(0);
    await state.close();
  });

  test('a wrong password is neither told nor logged', async () => {
    const lines: string[] = [];
    const wrong = new URL(url);
    wrong.password = 'hunter2';
    const noisy = createLog('debug', { write: (line: string) => void lines.push(line) });
    const error = await openState(wrong.href, { log: noisy }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(`${inspect(error, { depth: 9, showHidden: true })}${lines.join('')}`).not.toContain('hunter2');
  });
});
