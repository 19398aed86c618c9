import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Parsed, START_MS, startApi, type TestApi } from './api.fixture.ts';
import { writeCursor } from './live/messages.ts';

let it: TestApi;
const opened: WebSocket[] = [];
beforeEach(async () => {
  it = await startApi();
});
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.terminate();
  await it.stop();
});

/** The notifier's line about the car's trip. */
async function putLine(vehicleId: string, personId: string, expiresAtMs: number): Promise<void> {
  await it.trust.prepare([vehicleId]);
  const words = { title: 'Watching: 93 % sure', body: 'Watching', spoken: 'Watching', said: {} };
  const { keyId, box } = it.trust.seal(vehicleId, START_MS, Buffer.from(JSON.stringify(words)));
  await it.state.watchLines.put({
    ...{ vehicleId, tripId: 'trip-1', personId, state: 'watching', revision: 2, startedAtMs: START_MS },
    ...{ changedAtMs: START_MS, madeAtMs: START_MS, validUntilMs: START_MS + 1, expiresAtMs },
    ...{ keyId, box: Buffer.from(box).toString('base64url') },
  });
}

/** What a feed that comes back is told of old, after the greeting. */
async function comeBack(token: string): Promise<readonly Parsed[]> {
  const url = `${it.api.address.replace('http', 'ws')}/v1/live?after=${writeCursor(START_MS)}`;
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
  opened.push(socket);
  const messages: Parsed[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  await expect.poll(() => messages.length).toBeGreaterThan(0);
  // The answer comes after what was missed.
  let hasAnswered = false;
  socket.once('pong', () => {
    hasAnswered = true;
  });
  socket.ping();
  await expect.poll(() => hasAnswered).toBe(true);
  return messages.slice(1);
}

test('whether a trip is watched is told to its driver on return, as long as it may be shown', async () => {
  const owner = await it.addPerson();
  const vehicleId = await it.addVehicle(owner.token);
  const nowMs = it.eventClock.nowMs();
  await putLine(vehicleId, owner.personId, nowMs + 1);
  await expect
    .poll(() => comeBack(owner.token))
    .toMatchObject([
      {
        type: 'notification',
        notification: {
          ...{ ruleId: 'watching', revision: 2, purpose: 'update', interrupts: false, state: 'sent' },
          ...{ title: 'Watching: 93 % sure', expiresAt: new Date(nowMs + 1).toISOString() },
        },
      },
    ]);
  const stranger = await it.addPerson();
  expect(await comeBack(stranger.token)).toEqual([]);
  await putLine(vehicleId, owner.personId, nowMs);
  expect(await comeBack(owner.token)).toEqual([]);
});
