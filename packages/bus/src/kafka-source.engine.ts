import { randomId, silentLog, systemClock } from '@outrider/runtime';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { connectKafka, type KafkaClient } from './kafka-client.ts';
import { checkSource, openSource, type SourceOptions, type SourceRecord } from './source.ts';

const address: Readonly<Record<string, string>> = inject('engines').kafka ?? {};
const url = address.url ?? '';
const strangersUrl = address.strangersUrl ?? '';
const PARTITIONS = 3;
const WAIT_MS = 30_000;

let client: KafkaClient;
beforeAll(async () => {
  client = await connectKafka(url, silentLog);
});
afterAll(() => client.admin.disconnect());

/** Topics of its own for each test: `<space>_V` and others. */
async function createTopics(...names: readonly string[]): Promise<void> {
  const topics = names.map((topic) => ({ topic, numPartitions: PARTITIONS, replicationFactor: 1 }));
  await client.admin.createTopics({ topics, waitForLeaders: true });
}

async function write(topic: string, values: readonly string[], atMs = systemClock.nowMs()): Promise<void> {
  const producer = client.patient.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  const messages = values.map((value) => ({ key: `VIN-${value}`, value, timestamp: String(atMs) }));
  await producer.send({ topic, messages });
  await producer.disconnect();
}

/** Collects what a source reads. */
function reader(topics: readonly string[], change: Partial<SourceOptions> = {}) {
  const read: string[] = [];
  const options: SourceOptions = {
    ...{ url, group: randomId('source'), topics, start: 'earliest', batchRecordsMax: 50, log: silentLog },
    handle: async (records) => void read.push(...textsOf(records)),
    ...change,
  };
  return { read, options, open: () => openSource(options) };
}

const textsOf = (records: readonly SourceRecord[]) =>
  records.map(({ value }) => Buffer.from(value ?? []).toString());

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const startedMs = systemClock.nowMs();
  while (!(await isSo())) {
    if (systemClock.nowMs() - startedMs > WAIT_MS) throw new Error('it did not come to that');
    await systemClock.sleep(20);
  }
}

const untilRead = (read: readonly string[], count: number) => until(() => read.length >= count);

test('from the beginning, from now, and from a time on', async () => {
  const topic = `${randomId('a')}_V`;
  await createTopics(topic);
  const nowMs = systemClock.nowMs();
  await write(topic, ['old'], nowMs - 3_600_000);
  await write(topic, ['new'], nowMs);
  const states: string[] = [];
  const all = reader([topic]);
  const some = reader([topic], { start: { fromMs: nowMs - 60_000 } });
  const later = reader([topic], { start: 'latest', onState: ({ kind }) => states.push(kind) });
  const sources = [await all.open(), await some.open(), await later.open()];
  await untilRead(all.read, 2);
  await untilRead(some.read, 1);
  await until(() => states.includes('reading'));
  await write(topic, ['newest']);
  for (const { read } of [all, some, later]) await until(() => read.includes('newest'));
  await Promise.all(sources.map((source) => source.stop()));
  expect(all.read.toSorted()).toEqual(['new', 'newest', 'old']);
  expect(some.read.toSorted()).toEqual(['new', 'newest']);
  expect(later.read).toEqual(['newest']);
});

test('what was written while nobody read is read, and nothing twice', async () => {
  const topic = `${randomId('b')}_V`;
  await createTopics(topic);
  const one = reader([topic], { start: 'latest' });
  const states: string[] = [];
  const first = await openSource({ ...one.options, onState: ({ kind }) => states.push(kind) });
  await until(() => states.includes('reading'));
  await write(topic, ['a', 'b']);
  await untilRead(one.read, 2);
  await first.stop();
  await write(topic, ['c', 'd']);
  const second = await one.open();
  await untilRead(one.read, 4);
  await second.stop();
  expect(one.read.toSorted()).toEqual(['a', 'b', 'c', 'd']);
});

test('records that could not be stored come again, and are not committed before', async () => {
  const topic = `${randomId('c')}_V`;
  await createTopics(topic);
  await write(topic, ['a']);
  const calls: string[] = [];
  const group = randomId('source');
  const committed = async () => {
    const [found] = await client.admin.fetchOffsets({ groupId: group, topics: [topic] });
    return (found?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  };
  const seen: number[] = [];
  const one = reader([topic], {
    group,
    handle: async (records) => {
      calls.push(...textsOf(records));
      seen.push(await committed());
      if (calls.length < 3) throw new Error('the series is down');
    },
  });
  const source = await one.open();
  await until(async () => (await committed()) === 1);
  await source.stop();
  expect(calls).toEqual(['a', 'a', 'a']);
  expect(seen).toEqual([0, 0, 0]);
});

test('a pattern reads the topics of its namespace alone', async () => {
  const space = randomId('d');
  await createTopics(`${space}_V`, `${space}_alerts`, `${space}_other_V`);
  for (const topic of ['V', 'alerts', 'other_V']) await write(`${space}_${topic}`, [topic]);
  const one = reader([`${space}_*`]);
  const source = await one.open();
  await untilRead(one.read, 2);
  await source.stop();
  expect(one.read.toSorted()).toEqual(['V', 'alerts']);
});

const TOPIC = kafkajs.AclResourceTypes.TOPIC;
const GROUP = kafkajs.AclResourceTypes.GROUP;
const { READ, DESCRIBE } = kafkajs.AclOperationTypes;

const allow = (resourceType: number, resourceName: string, operation: number) => ({
  ...{ resourceType, resourceName, operation, principal: 'User:stranger', host: '*' },
  resourcePatternType: kafkajs.ResourcePatternTypes.LITERAL,
  permissionType: kafkajs.AclPermissionTypes.ALLOW,
});

test('Read and Describe on the topic and Read on the group are enough, and what is missing is told', async () => {
  const topic = `${randomId('e')}_V`;
  await createTopics(topic);
  await write(topic, ['a', 'b']);
  const one = reader([topic], { url: strangersUrl });
  const check = () => checkSource(one.options, (key) => key === 'VIN-a', silentLog);
  const faults = async () =>
    (await check()).findings.filter(({ isFault }) => isFault).map(({ about }) => about);
  expect((await check()).topics).toEqual([]);
  expect(await faults()).toEqual([`group ${one.options.group}`]);
  await client.admin.createAcls({ acl: [allow(TOPIC, topic, DESCRIBE)] });
  await until(async () => (await faults()).includes(`topic ${topic}`));
  await client.admin.createAcls({
    acl: [allow(TOPIC, topic, READ), allow(GROUP, one.options.group, READ)],
  });
  await until(async () => !(await faults()).includes(`group ${one.options.group}`));
  // One of its two cars is not in the list.
  const { findings } = await check();
  expect(findings.find(({ about }) => about === `topic ${topic}`)).toMatchObject({ isFault: true });
  const source = await one.open();
  await untilRead(one.read, 2);
  await source.stop();
  expect(one.read.toSorted()).toEqual(['a', 'b']);
  expect((await checkSource(one.options, () => true, silentLog)).findings).toContainEqual({
    ...{ about: 'lag', isFault: false, said: '0 records are still to be read' },
  });
});

test.each([
  ['nobody is there', 'kafka://127.0.0.1:9'],
  ['the login is wrong', strangersUrl.replace(':stranger@', ':wrong@')],
])('a check says so when %s', async (_name, at) => {
  const { findings } = await checkSource({ url: at, group: 'g', topics: ['x_*'] }, () => true, silentLog);
  expect(findings).toMatchObject([{ about: 'cluster', isFault: true }]);
});
