import { once } from 'node:events';
import { afterAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { notificationRecord, startApi, storeNotification } from './api.fixture.ts';

const it = await startApi();
afterAll(() => it.stop());

const HOUR_MS = 3_600_000;
const owner = await it.addPerson();
const vehicleId = await it.addVehicle(owner.token);

const open = (query: string): WebSocket =>
  new WebSocket(`${it.api.address.replace('http', 'ws')}/v1/live${query}`, {
    headers: { authorization: `Bearer ${owner.token}` },
  });

/** Ids of what a feed that opens is told. */
async function toldWith(query: string): Promise<readonly string[]> {
  const socket = open(query);
  const ids: string[] = [];
  const greeted = once(socket, 'message');
  socket.on('message', (data) => {
    const { notification } = JSON.parse(String(data));
    if (notification !== undefined) ids.push(notification.notificationId);
  });
  await greeted;
  // What was missed comes after the greeting; the last of it is at the latest told by then.
  for (let round = 0; round < 3; round++) {
    const pong = once(socket, 'pong');
    socket.ping();
    await pong;
  }
  socket.close();
  return ids;
}

test('a feed that tells for the first time begins with what was told in the last hours', async () => {
  it.eventClock.advanceTo(it.eventClock.nowMs() + 3 * HOUR_MS);
  const nowMs = it.eventClock.nowMs();
  const changedMs = nowMs - 2 * HOUR_MS;
  const at = { createdMs: changedMs, changedMs, expiresMs: nowMs + 60_000 };
  await storeNotification(
    it,
    notificationRecord(vehicleId, owner.personId, { notificationId: 'earlier', at }),
  );
  await expect.poll(() => toldWith('?hours=3')).toEqual(['earlier']);
  expect(await toldWith('?hours=1')).toEqual([]);
  expect(await toldWith('')).toEqual([]);
});

test.each(['0', '25', '1.5', 'x', ''])('%j is no number of hours', async (hours) => {
  const socket = open(`?hours=${hours}`);
  socket.on('error', () => undefined);
  const [, response] = await once(socket, 'unexpected-response');
  expect(response.statusCode).toBe(400);
});
