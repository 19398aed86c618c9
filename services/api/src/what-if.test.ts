import { TOPICS } from '@outrider/bus';
import type { Forecast } from '@outrider/domain';
import { CAR_VERSION } from '@outrider/energy';
import { afterAll, expect, test } from 'vitest';
import { forecastRecord, publish, START_MS, startApi } from './api.fixture.ts';
import { type Kept, keepCar, MODELLED } from './kept-car.fixture.ts';

// "What if" from a checkpoint as the predictor leaves it.

const it = await startApi();
afterAll(() => it.stop());
const owner = await it.addPerson();
/** What a model that nobody knows is forecast as. */
const LARGE = 'generic-suv';
/** With a forecast on the bus, which is what the page shows. */
async function addCar(change: Partial<Forecast> = {}, modelId = MODELLED): Promise<string> {
  const vehicleId = await it.addVehicle(owner.token, undefined, modelId);
  await publish(it, TOPICS.forecasts, forecastRecord(vehicleId, change));
  const path = `/v1/vehicles/${vehicleId}/forecast`;
  await expect.poll(async () => (await it.call('GET', path, { token: owner.token })).status).toBe(200);
  return vehicleId;
}
const keep = (vehicleId: string, kept: Kept = {}) => keepCar(it, vehicleId, kept);

const ask = (vehicleId: string, body: object = {}, token = owner.token) =>
  it.call('POST', `/v1/vehicles/${vehicleId}/what-if`, { token, body });

test('the forecast as it is and as it would be, with what there is room for', async () => {
  const vehicleId = await addCar();
  await keep(vehicleId);
  const { status, body } = await ask(vehicleId, { tempShiftK: -15, speedRatio: 1.1 });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    asOf: '2026-01-15T08:00:00.000Z',
    reserveSocPct: 8,
    room: { canLeaveLater: true, canCharge: true },
    asIs: { topSpeedMps: 25, stops: [{ stopId: 'cabin', name: 'Cabin', distanceM: 130_000 }] },
    changed: { topSpeedMps: expect.closeTo(27.5, 9) },
  });
  const p50 = (one: 'asIs' | 'changed'): number => body[one].stops[0].arrivalSocPct.p50;
  expect(p50('changed')).toBeLessThan(p50('asIs') - 3);
  expect(body.asIs.curve).toHaveLength(41);
  const later = (await ask(vehicleId, { leaveLaterMin: 30 })).body;
  const atMs = (one: 'asIs' | 'changed') => Date.parse(later[one].stops[0].arriveAt);
  expect(atMs('changed') - atMs('asIs')).toBe(30 * 60_000);
});

test('without a change both are the same', async () => {
  const vehicleId = await addCar();
  await keep(vehicleId);
  const { body } = await ask(vehicleId);
  expect(body.changed).toEqual(body.asIs);
});

test('a car whose model nobody catalogued is answered too: as the large one that it is warned as', async () => {
  const [vehicleId, large] = [await addCar({}, 'test-car'), await addCar({}, LARGE)];
  for (const one of [vehicleId, large]) await keep(one);
  const answers = [await ask(vehicleId, { tempShiftK: -15 }), await ask(large, { tempShiftK: -15 })];
  const [unknown, known] = answers.map(({ body }) => body);
  expect(unknown.asIs).toEqual(known.asIs);
  expect(unknown.changed.stops[0].arrivalSocPct.p50).toBeLessThan(unknown.asIs.stops[0].arrivalSocPct.p50);
});

test('what cannot be judged says why', async () => {
  const vehicleId = await addCar();
  const why = async (): Promise<string> => (await ask(vehicleId)).body.unknown;
  expect(await why()).toBe('nothing is kept of this car yet');
  await keep(vehicleId, { socAtMs: START_MS - 7 * 3_600_000 });
  expect(await why()).toBe('the charge is not known or too old');
  await keep(vehicleId, { progress: { isOffRoute: true } });
  expect(await why()).toBe('the car is off the planned road');
  await keep(vehicleId, { progress: { stretch: 1, atStop: 0 } });
  expect(await why()).toBe('nothing is planned that is still ahead');
});

test('where the forecast is not shown any more, nothing else is told of it', async () => {
  const unwatched = async (change: Partial<Forecast>): Promise<string> => {
    const vehicleId = await addCar(change);
    await keep(vehicleId);
    return (await ask(vehicleId)).body.unknown;
  };
  expect(await unwatched({ unknown: 'the car fell silent on the road', stops: [], curve: [] })).toBe(
    'the car fell silent on the road',
  );
  // Two minutes after it ran out with nothing after it.
  expect(await unwatched({ validUntilMs: START_MS - 120_001 })).toBe('no newer forecast came');
  expect(await unwatched({ validUntilMs: START_MS })).toBeUndefined();
  const unheard = await it.addVehicle(owner.token, undefined, MODELLED);
  await keep(unheard);
  expect((await ask(unheard)).body.unknown).toBe('no forecast has been made yet');
});

test('a checkpoint of a newer version, or of another shape, is none', async () => {
  const vehicleId = await addCar();
  await keep(vehicleId, { version: CAR_VERSION + 1 });
  expect((await ask(vehicleId)).body.unknown).toBe('nothing is kept of this car yet');
  await keep(vehicleId, { car: { state: 'unknown' } });
  expect((await ask(vehicleId)).body.unknown).toBe('nothing is kept of this car yet');
});

test.each([
  ['too cold', { tempShiftK: -41 }],
  ['too fast', { speedRatio: 1.51 }],
  ['too slow', { speedRatio: 0.49 }],
  ['too late', { leaveLaterMin: 1_441 }],
  ['more than full', { chargeToSocPct: 101 }],
  ['a word for a number', { tempShiftK: 'colder' }],
  ['nobody knows what', { wind: 3 }],
])('%s is refused with its field', async (_, body) => {
  const vehicleId = await addCar();
  await keep(vehicleId);
  const { status, body: said } = await ask(vehicleId, body);
  expect([status, said.error.code]).toEqual([400, 'invalid']);
  expect(said.error.problems).toHaveLength(1);
});

test('at each end of what may be asked there is an answer', async () => {
  const vehicleId = await addCar();
  await keep(vehicleId);
  for (const body of [
    { tempShiftK: -40, speedRatio: 1.5, leaveLaterMin: 1_440, chargeToSocPct: 100 },
    { tempShiftK: 40, speedRatio: 0.5, leaveLaterMin: 0, chargeToSocPct: 1 },
  ])
    expect((await ask(vehicleId, body)).status).toBe(200);
});

test('nobody asks about another’s car, and no car answers that its owner does not want shown', async () => {
  const vehicleId = await addCar();
  await keep(vehicleId);
  const other = await it.addPerson();
  expect((await ask(vehicleId, {}, other.token)).status).toBe(404);
  const { textVersion } = (await it.call('GET', '/v1/purposes', { token: owner.token })).body;
  await it.call('PUT', `/v1/vehicles/${vehicleId}/consents/show_driver`, {
    token: owner.token,
    body: { granted: false, textVersion },
  });
  expect((await ask(vehicleId)).body.error.code).toBe('no-consent');
});
