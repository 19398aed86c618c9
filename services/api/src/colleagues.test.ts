import { afterEach, beforeEach, expect, test } from 'vitest';
import { startApi, type TestApi } from './api.fixture.ts';

let it: TestApi;
beforeEach(async () => {
  it = await startApi();
});
afterEach(() => it.stop());

test('an operator sees crew and operators, by name and as what they are here, and nobody else', async () => {
  const operator = await it.addPerson('operator');
  const crew = await it.addPerson('crew');
  await it.addPerson();
  await it.addPerson('product');
  const { body } = await it.call('GET', '/v1/colleagues', { token: operator.token });
  expect(
    body.colleagues.toSorted((a: { roles: string }, b: { roles: string }) => (a.roles < b.roles ? -1 : 1)),
  ).toEqual([
    { personId: crew.personId, name: 'Somebody', roles: ['crew'] },
    { personId: operator.personId, name: 'Somebody', roles: ['operator'] },
  ]);
});

test('whoever has no token any more is no longer listed', async () => {
  const operator = await it.addPerson('operator');
  const crew = await it.addPerson('crew');
  await it.call('DELETE', '/v1/people/me/token', { token: crew.token });
  const { body } = await it.call('GET', '/v1/colleagues', { token: operator.token });
  expect(body.colleagues).toMatchObject([{ personId: operator.personId }]);
});

test('whom an operator hands a car to has it among their own, until it is taken back', async () => {
  const owner = await it.addPerson();
  const operator = await it.addPerson('operator');
  const crew = await it.addPerson('crew');
  const path = `/v1/vehicles/${await it.addVehicle(owner.token)}/assignments`;
  const body = { personId: crew.personId, part: 'crew' };
  const made = await it.call('POST', path, { token: operator.token, body });
  const mine = async () => (await it.call('GET', '/v1/people/me/assignments', { token: crew.token })).body;
  expect(await mine()).toMatchObject({ assignments: [{ part: 'crew' }] });
  await it.call('DELETE', `${path}/${made.body.assignmentId}`, { token: operator.token });
  expect(await mine()).toEqual({ assignments: [] });
});
