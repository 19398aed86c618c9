import { TOPICS } from '@outrider/bus';
import { afterAll, expect, test } from 'vitest';
import { publish, startApi } from './api.fixture.ts';
import { conditionsRecord } from './road.fixture.ts';

const it = await startApi();
afterAll(() => it.stop());

const owner = await it.addPerson();

test('the chargers on the way, with how far each is from the stop and how likely it works', async () => {
  const vehicleId = await it.addVehicle(owner.token);
  const road = () => it.call('GET', `/v1/vehicles/${vehicleId}/road`, { token: owner.token });
  expect((await road()).body.error.code).toBe('no-road');
  await publish(it, TOPICS.conditions, conditionsRecord(vehicleId));
  await expect.poll(async () => (await road()).status).toBe(200);
  const { body } = await road();
  expect(body).toMatchObject({
    snapshotId: 'snapshot-1',
    asOf: '2026-01-15T08:00:00.000Z',
    weather: { source: 'forecast-file', ageS: 1_800 },
    stretches: [
      {
        stopId: 'cabin',
        distanceM: 130_000,
        chargers: [
          { name: 'Halfway', toStopM: 70_000, detourM: 400, worksProbability: 0.83, statusAgeS: 240 },
        ],
      },
    ],
  });
  // What the world is made of piece by piece stays where it is.
  expect(JSON.stringify(body)).not.toContain('segments');
});

test('a newer snapshot takes its place, and one that cannot be kept is not known', async () => {
  const vehicleId = await it.addVehicle(owner.token);
  const path = `/v1/vehicles/${vehicleId}/road`;
  await publish(it, TOPICS.conditions, conditionsRecord(vehicleId));
  await publish(it, TOPICS.conditions, conditionsRecord(vehicleId, { snapshotId: 'snapshot-2' }));
  await expect
    .poll(async () => (await it.call('GET', path, { token: owner.token })).body.snapshotId)
    .toBe('snapshot-2');
  const small = await startApi({ stores: it, environment: { API_CONDITIONS_CACHE_BYTES: '100' } });
  expect((await small.call('GET', path, { token: owner.token })).body.error.code).toBe('no-road');
  await small.stop();
});
