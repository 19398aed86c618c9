import { SIGNAL } from '@outrider/domain';
import { afterAll, expect, test } from 'vitest';
import { START_MS, startApi } from './api.fixture.ts';

const it = await startApi();
const owner = await it.addPerson();
const vehicleId = await it.addVehicle(owner.token);
afterAll(() => it.stop());

await it.trust.prepare([vehicleId]);
const place = { [SIGNAL.latitude]: 60.5, [SIGNAL.longitude]: 24.5 };
await it.telemetry.writeSignals(
  Array.from({ length: 10 }, (_, index) => {
    const observedAtMs = START_MS + index * 10_000;
    const { keyId, box } = it.trust.seal(vehicleId, observedAtMs, Buffer.from(JSON.stringify(place)));
    return {
      vehicleId,
      observedAtMs,
      receivedAtMs: observedAtMs + 100,
      recordId: `r${index}`,
      values: { [SIGNAL.speed]: index * 10, [SIGNAL.soc]: 80 - index },
      ...(index % 2 === 0 && { places: { keyId, box: Buffer.from(box).toString('base64url') } }),
    };
  }),
);

const span = 'from=2026-01-15T00:00:00Z&to=2026-01-16T00:00:00Z';
const signals = (query = '') =>
  it.call('GET', `/v1/vehicles/${vehicleId}/signals${query}`, { token: owner.token });

test('pages give every row once, oldest first', async () => {
  const speeds: number[] = [];
  let after: string | undefined;
  do {
    const from = after === undefined ? '' : `&after=${encodeURIComponent(after)}`;
    const { body } = await signals(`?${span}&path=${SIGNAL.speed}&limit=3${from}`);
    speeds.push(...body.rows.map((row: { values: Record<string, number> }) => row.values[SIGNAL.speed]));
    after = body.next;
  } while (after !== undefined);
  expect(speeds).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
});

test('places are opened for their owner, and only where they were asked for', async () => {
  const both = await signals(`?${span}&path=${SIGNAL.latitude}&path=${SIGNAL.longitude}`);
  expect(both.body.rows).toHaveLength(5);
  expect(both.body.rows[0].values).toEqual(place);
  const speed = await signals(`?${span}&path=${SIGNAL.speed}`);
  expect(JSON.stringify(speed.body)).not.toContain('60.5');
  const all = await signals(`?${span}`);
  expect(all.body.rows[0].values).toEqual({ ...place, [SIGNAL.speed]: 0, [SIGNAL.soc]: 80 });
});

test('the span is from inclusive to exclusive, and nothing from before the ownership', async () => {
  const { body } = await signals(
    `?from=2026-01-15T08:00:10Z&to=2026-01-15T08:00:30Z&path=${encodeURIComponent(SIGNAL.speed)}`,
  );
  expect(body.rows.map((row: { observedAt: string }) => row.observedAt)).toEqual([
    '2026-01-15T08:00:10.000Z',
    '2026-01-15T08:00:20.000Z',
  ]);
  await it.telemetry.writeSignals([
    {
      vehicleId,
      observedAtMs: START_MS - 1,
      receivedAtMs: START_MS,
      recordId: 'before',
      values: { [SIGNAL.speed]: 333 },
    },
  ]);
  expect(JSON.stringify((await signals(`?${span}`)).body)).not.toContain('333');
});

test('steps of time carry count, least, most, mean and last', async () => {
  const { body } = await signals(`/downsampled?${span}&path=${SIGNAL.speed}&step=60`);
  expect(body).toMatchObject({
    path: SIGNAL.speed,
    unit: 'km/h',
    buckets: [
      { startAt: '2026-01-15T08:00:00.000Z', count: 6, min: 0, max: 50, mean: 25, last: 50 },
      { startAt: '2026-01-15T08:01:00.000Z', count: 4, min: 60, max: 90, mean: 75, last: 90 },
    ],
  });
});

test('a new owner’s span begins with the ownership', async () => {
  const car = await it.addVehicle(owner.token);
  const row = { vehicleId: car, receivedAtMs: START_MS, values: { [SIGNAL.speed]: 1 } };
  const sold = it.eventClock.nowMs() + 60_000;
  await it.telemetry.writeSignals([
    { ...row, recordId: 'seller', observedAtMs: sold - 1 },
    { ...row, recordId: 'buyer', observedAtMs: sold, values: { [SIGNAL.speed]: 2 } },
  ]);
  it.eventClock.advanceTo(sold);
  await it.call('DELETE', `/v1/vehicles/${car}/ownership`, { token: owner.token });
  const buyer = await it.addPerson();
  await it.trust.registerOwnership({
    vehicleId: car,
    personId: buyer.personId,
    actor: 'test',
    fromMs: sold,
    consents: { show_driver: true },
    textVersion: 't',
  });
  it.eventClock.advanceTo(sold + 1_000);
  const speeds = async (token: string) => {
    const { body } = await it.call('GET', `/v1/vehicles/${car}/signals?${span}`, { token });
    return body.rows.map((one: { values: Record<string, number> }) => one.values[SIGNAL.speed]);
  };
  expect(await speeds(owner.token)).toEqual([1]);
  expect(await speeds(buyer.token)).toEqual([2]);
});
