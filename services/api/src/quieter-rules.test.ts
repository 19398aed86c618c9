import { afterAll, beforeAll, expect, test } from 'vitest';
import { START_MS, startApi, type TestApi } from './api.fixture.ts';

let it: TestApi;
beforeAll(async () => {
  it = await startApi();
});
afterAll(() => it.stop());

const PATH = '/v1/people/me/quieter-rules';
const doubt = (personId: string, ruleId: string, times: number) =>
  it.state.notifications.putDoubts({
    ...{ personId, ruleId, times, alertId: 'alert-1', atMs: START_MS, probability: 0.6 },
  });
const listed = async (token: string) => (await it.call('GET', PATH, { token })).body.rules;

test('who called nothing not useful sees an empty list', async () => {
  const { token } = await it.addPerson();
  expect(await listed(token)).toEqual([]);
});

test('a person sees their own rules, and from two in a row on that they speak later', async () => {
  const [mine, other] = [await it.addPerson(), await it.addPerson()];
  await doubt(mine.personId, 'tyre-low', 1);
  await doubt(mine.personId, 'cold-battery', 2);
  await doubt(other.personId, 'battery-hot', 2);
  const said = { probability: 0.6, saidAt: new Date(START_MS).toISOString() };
  expect(await listed(mine.token)).toEqual([
    { ruleId: 'cold-battery', notUseful: 2, isQuieter: true, ...said },
    { ruleId: 'tyre-low', notUseful: 1, isQuieter: false, ...said },
  ]);
});

test('they take it back, once, and for themselves alone', async () => {
  const [mine, other] = [await it.addPerson(), await it.addPerson()];
  for (const { personId } of [mine, other]) await doubt(personId, 'cold-battery', 2);
  const end = () => it.call('DELETE', `${PATH}/cold-battery`, { token: mine.token });
  expect((await end()).status).toBe(204);
  expect((await end()).status).toBe(404);
  expect(await listed(mine.token)).toEqual([]);
  expect(await listed(other.token)).toHaveLength(1);
});

test('without a token nobody sees or changes anything', async () => {
  expect((await it.call('GET', PATH)).status).toBe(401);
  expect((await it.call('DELETE', `${PATH}/cold-battery`)).status).toBe(401);
});
