import { expect, test } from 'vitest';
import { aclsOf, judgeTopics } from './check-sources.ts';
import type { FleetSource } from './sources.ts';

const TESLA = ['tesla_V', 'tesla_alerts', 'tesla_connectivity', 'tesla_errors'];

test.each([
  ['all there', ['tesla_*'], TESLA, []],
  ['a name that is there', ['tesla_V'], ['tesla_V'], []],
  ['a name that is not', ['tesla_W'], [], ['topics tesla_W']],
  ['a pattern that nothing fits', ['other_*'], [], ['topics other_*']],
  [
    'a pattern that fits a type of another kind',
    ['tesla_*'],
    [...TESLA, 'tesla_metrics'],
    ['topics tesla_*'],
  ],
  ['a pattern over namespaces', ['*_V'], ['tesla_V', 'teslb_V'], ['topics *_V']],
  ['metrics asked for by name', ['tesla_metrics'], ['tesla_metrics'], []],
])('%s', (_name, wanted, topics, faults) => {
  expect(judgeTopics(wanted, topics).map(({ about }) => about)).toEqual(faults);
});

const source = (change: Partial<FleetSource>): FleetSource => ({
  ...{ name: 'eu', url: 'kafka://reader:secret@127.0.0.1:9092', group: 'outrider', start: 'latest' },
  ...{ topics: ['tesla_*'], vehicles: new Map() },
  ...change,
});

test('the least that is needed: Read and Describe on its topics, Read on its group, and no password', async () => {
  const acls = await aclsOf(source({}));
  expect(acls).toHaveLength(5);
  expect(acls.join()).not.toContain('secret');
  expect(acls[0]).toBe(
    "kafka-acls.sh --bootstrap-server 127.0.0.1:9092 --add --allow-principal 'User:reader' --operation Read --operation Describe --topic 'tesla_V'",
  );
  expect(acls.at(-1)).toMatch(/--operation Read --group 'outrider'$/);
});

test('a pattern with more before its end needs a beginning', async () => {
  const [first] = await aclsOf(source({ topics: ['tesla.*_V'] }));
  expect(first).toMatch(/--resource-pattern-type prefixed --topic 'tesla.'$/);
});
