import { createCommandBook, encodeRecord, TOPICS } from '@outrider/bus';
import type { Command } from '@outrider/domain';
import { expect, test } from 'vitest';
import { START_MS, startApi, type TestApi } from './api.fixture.ts';

const CONSENTS = { alert_driver: true, show_driver: true, warm_battery: true };
const BODY = { kind: 'precondition-battery' };

async function withApi(test: (it: TestApi) => Promise<void>): Promise<void> {
  const it = await startApi();
  try {
    await test(it);
  } finally {
    await it.stop();
  }
}

/** As the gateway writes what a car answered. */
const answer = (it: TestApi, command: Command, change: Partial<Command>) =>
  it.bus.publish([
    encodeRecord(TOPICS.commands, command.vehicleId, { ...command, ...change }, START_MS, it.trust),
  ]);

async function follow(it: TestApi) {
  const book = createCommandBook();
  const subscription = await it.bus.broadcast({
    topics: [TOPICS.commands.name],
    start: 'earliest',
    handle: async (batch) => void book.take(batch),
  });
  return async (vehicleId: string) => {
    await expect.poll(() => it.api.isIdle() && subscription.isIdle()).toBe(true);
    return book.of(vehicleId);
  };
}

test('asked, written to the log, answered by the car, shown', () =>
  withApi(async (it) => {
    const logged = await follow(it);
    const { token } = await it.addPerson();
    const vehicleId = await it.addVehicle(token, CONSENTS);
    const path = `/v1/vehicles/${vehicleId}/commands`;
    const made = await it.call('POST', path, { token, body: { ...BODY, minutes: 14 } });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      commandId: expect.stringMatching(/^cmd_[a-z0-9]{20}$/),
      ...{ vehicleId, kind: 'precondition-battery', state: 'asked', minutes: 14 },
      askedAt: '2026-01-15T08:00:00.000Z',
      changedAt: '2026-01-15T08:00:00.000Z',
      expiresAt: '2026-01-15T08:30:00.000Z',
    });
    const [record] = await logged(vehicleId);
    expect(record).toMatchObject({ commandId: made.body.commandId, state: 'asked', minutes: 14 });
    await answer(it, record as Command, { state: 'refused', reason: 'the car sleeps' });
    await expect
      .poll(async () => (await it.call('GET', path, { token })).body.commands)
      .toEqual([{ ...made.body, state: 'refused', reason: 'the car sleeps' }]);
  }));

test('the same asked twice is one command, until it is over', () =>
  withApi(async (it) => {
    const { token } = await it.addPerson();
    const vehicleId = await it.addVehicle(token, CONSENTS);
    const path = `/v1/vehicles/${vehicleId}/commands`;
    const first = await it.call('POST', path, { token, body: BODY });
    const again = await it.call('POST', path, { token, body: BODY });
    expect([again.status, again.body]).toEqual([200, first.body]);
    it.eventClock.advanceTo(START_MS + 30 * 60_000);
    const later = await it.call('POST', path, { token, body: BODY });
    expect(later.status).toBe(201);
    const { commands } = (await it.call('GET', path, { token })).body;
    expect(commands.map(({ state }: { state: string }) => state)).toEqual(['asked', 'expired']);
  }));

test('without the consent nothing is asked; the owner sees who switched what', () =>
  withApi(async (it) => {
    const logged = await follow(it);
    const { token } = await it.addPerson();
    const vehicleId = await it.addVehicle(token);
    const refused = await it.call('POST', `/v1/vehicles/${vehicleId}/commands`, { token, body: BODY });
    expect([refused.status, refused.body.error.code]).toEqual([403, 'no-consent']);
    expect(await logged(vehicleId)).toEqual([]);
  }));

test('withdrawing the consent cancels what waits, and both are in the audit trail', () =>
  withApi(async (it) => {
    const logged = await follow(it);
    const { token } = await it.addPerson();
    const vehicleId = await it.addVehicle(token, CONSENTS);
    await it.call('POST', `/v1/vehicles/${vehicleId}/commands`, { token, body: BODY });
    const { textVersion } = (await it.call('GET', '/v1/purposes', { token })).body;
    const body = { granted: false, textVersion };
    const path = `/v1/vehicles/${vehicleId}/consents/warm_battery`;
    expect((await it.call('PUT', path, { token, body })).status).toBe(200);
    expect(await logged(vehicleId)).toMatchObject([{ state: 'cancelled', reason: 'no-consent' }]);
    const trail = await it.state.audit.list(vehicleId, 100);
    const actions = trail.filter(({ purpose }) => purpose === 'warm_battery').map(({ action }) => action);
    expect(actions.slice(0, 3)).toEqual(['command-cancelled', 'consent-refused', 'command-asked']);
  }));

test('cancelled by its owner it is over; cancelling what the car has done changes nothing', () =>
  withApi(async (it) => {
    const logged = await follow(it);
    const { token } = await it.addPerson();
    const vehicleId = await it.addVehicle(token, CONSENTS);
    const path = `/v1/vehicles/${vehicleId}/commands`;
    const { commandId } = (await it.call('POST', path, { token, body: BODY })).body;
    expect((await it.call('DELETE', `${path}/${commandId}`, { token })).status).toBe(204);
    const [record] = await logged(vehicleId);
    expect(record).toMatchObject({ state: 'cancelled', reason: 'driver' });
    await answer(it, record as Command, { state: 'done' });
    await logged(vehicleId);
    expect((await it.call('DELETE', `${path}/${commandId}`, { token })).status).toBe(204);
    expect(await logged(vehicleId)).toMatchObject([{ state: 'done' }]);
    expect((await it.call('DELETE', `${path}/cmd-none`, { token })).status).toBe(404);
  }));

test('an expiry is within the next two hours', () =>
  withApi(async (it) => {
    const { token } = await it.addPerson();
    const vehicleId = await it.addVehicle(token, CONSENTS);
    const rows = [
      { expiresAt: '2026-01-15T08:00:00Z', status: 400 },
      { expiresAt: '2026-01-15T10:00:00.001Z', status: 400 },
      { expiresAt: '2026-01-15T10:00:00Z', status: 201 },
    ];
    for (const { expiresAt, status } of rows) {
      const body = { ...BODY, expiresAt };
      expect((await it.call('POST', `/v1/vehicles/${vehicleId}/commands`, { token, body })).status).toBe(
        status,
      );
    }
  }));

test('what one api asked another one knows, and a new one after a restart', () =>
  withApi(async (it) => {
    const { token } = await it.addPerson();
    const vehicleId = await it.addVehicle(token, CONSENTS);
    const path = `/v1/vehicles/${vehicleId}/commands`;
    const made = await it.call('POST', path, { token, body: BODY });
    await it.stop();
    const next = await startApi({ stores: it });
    await expect
      .poll(async () => (await next.call('GET', path, { token })).body.commands)
      .toEqual([made.body]);
    await next.stop();
  }));
