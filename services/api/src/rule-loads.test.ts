import type { RuleLoad } from '@outrider/domain';
import { afterAll, expect, test } from 'vitest';
import { START_MS, startApi } from './api.fixture.ts';

const it = await startApi();
const { token } = await it.addPerson('operator');
afterAll(() => it.stop());

const ask = (query = '') => it.call('GET', `/v1/rules/loads${query}`, { token });
const load = (minute: number, change: Partial<RuleLoad> = {}): RuleLoad => ({
  ...{ loadId: `load-${minute}`, atMs: START_MS + minute * 60_000, kind: 'reload', process: 'pre_1' },
  ...{ setId: `set-${minute}`, beforeId: 'set-0', lines: [`some-rule: line ${minute}`] },
  rules: [{ id: 'some-rule', version: 'v1', mode: 'shadow' }],
  ...change,
});

test('loads are shown newest first, page by page; mistakes are no changes', async () => {
  expect((await ask()).body).toEqual({ loads: [] });
  await it.state.ruleLoads.append(load(1));
  await it.state.ruleLoads.append(load(2, { kind: 'refused', lines: ['a.yaml:1: no'], rules: [] }));
  const { body } = await ask();
  expect(body.loads).toEqual([
    {
      ...{ at: new Date(START_MS + 120_000).toISOString(), kind: 'refused', process: 'pre_1' },
      ...{ set: 'set-2', before: 'set-0', changes: [], mistakes: ['a.yaml:1: no'], rules: [] },
    },
    {
      ...{ at: new Date(START_MS + 60_000).toISOString(), kind: 'reload', process: 'pre_1' },
      ...{ set: 'set-1', before: 'set-0', changes: ['some-rule: line 1'], mistakes: [] },
      rules: [{ ruleId: 'some-rule', version: 'v1', mode: 'shadow' }],
    },
  ]);
  const sets = async (query: string) => (await ask(query)).body.loads.map((one: { set: string }) => one.set);
  expect(await sets('?limit=1')).toEqual(['set-2']);
  expect(await sets(`?before=${body.loads[0].at}`)).toEqual(['set-1']);
});

test.each(['?limit=0', '?limit=201', '?limit=x', '?before=yesterday', '?after=1'])(
  '%s is refused',
  async (query) => {
    expect((await ask(query)).status).toBe(400);
  },
);
