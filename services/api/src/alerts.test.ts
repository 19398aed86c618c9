import { decodeRecord, TOPICS } from '@outrider/bus';
import type { Feedback } from '@outrider/domain';
import { afterAll, expect, test, vi } from 'vitest';
import {
  alertRecord,
  forecastRecord,
  notificationRecord,
  publish,
  START_MS,
  startApi,
  storeAlerts,
  storeNotification,
} from './api.fixture.ts';

const it = await startApi();
const owner = await it.addPerson();
afterAll(() => it.stop());

const alertsOf = (vehicleId: string, query = '') =>
  it.call('GET', `/v1/vehicles/${vehicleId}/alerts${query}`, { token: owner.token });

async function publishedFeedback(): Promise<readonly Feedback[]> {
  await vi.waitUntil(() => it.api.isIdle());
  const said: Feedback[] = [];
  const subscription = await it.bus.broadcast({
    topics: [TOPICS.feedback.name],
    start: 'earliest',
    handle: async ({ records }) => {
      await it.trust.prepare(records.map(({ key }) => key));
      for (const record of records) {
        const decoded = decodeRecord(TOPICS.feedback, record, it.trust.reader('alert_driver'));
        if (decoded.kind === 'record') said.push(decoded.record);
      }
    },
  });
  await subscription.caughtUp;
  await subscription.stop();
  return said;
}

test('pages miss and repeat nothing, even where many alerts began in one millisecond', async () => {
  const vehicleId = await it.addVehicle(owner.token);
  const alerts = Array.from({ length: 30 }, (_, index) =>
    alertRecord(vehicleId, {
      alertId: `page-${String(index).padStart(2, '0')}`,
      startedAtMs: START_MS + Math.floor(index / 12),
      state: index % 3 === 0 ? 'resolved' : 'firing',
    }),
  );
  await storeAlerts(it, alerts);
  for (const [state, count] of [
    ['any', 30],
    ['firing', 20],
    ['resolved', 10],
  ] as const) {
    const seen: string[] = [];
    let before: string | undefined;
    do {
      const from = before === undefined ? '' : `&before=${encodeURIComponent(before)}`;
      const { body } = await alertsOf(vehicleId, `?state=${state}&limit=7${from}`);
      seen.push(...body.alerts.map((one: { alertId: string }) => one.alertId));
      before = body.next;
    } while (before !== undefined);
    expect(seen).toHaveLength(count);
    expect(new Set(seen).size).toBe(count);
  }
});

test('an alert says why, and who was told and who was not', async () => {
  const vehicleId = await it.addVehicle(owner.token);
  await storeAlerts(it, [alertRecord(vehicleId, { alertId: 'why' })]);
  const told = { alertId: 'why', notificationId: 'why-1' };
  await storeNotification(it, notificationRecord(vehicleId, owner.personId, told));
  await storeNotification(
    it,
    notificationRecord(vehicleId, owner.personId, {
      ...told,
      notificationId: 'why-2',
      channel: 'email',
      state: 'suppressed',
      reason: 'quiet-hours',
    }),
  );
  const { body } = await it.call('GET', '/v1/alerts/why', { token: owner.token });
  expect(body.alert).toMatchObject({
    startedAt: '2026-01-15T08:00:00.000Z',
    evidence: { inputs: [{ name: 'soc', value: 41, unit: 'percent', ageS: 12 }] },
    remedies: [{ kind: 'hold-speed' }],
  });
  expect(body.told).toMatchObject([
    { notificationId: 'why-1', channel: 'feed', state: 'delivered', reason: null },
    { notificationId: 'why-2', channel: 'email', state: 'suppressed', reason: 'quiet-hours' },
  ]);
});

test('what I answered to an episode is told to me, whichever way I said it, and to nobody else', async () => {
  const vehicleId = await it.addVehicle(owner.token);
  await storeAlerts(it, [alertRecord(vehicleId, { alertId: 'answered' })]);
  const { ruleId, subject, startedAtMs } = alertRecord(vehicleId);
  const answer = async (atMs: number, kind: 'on-it' | 'declined') =>
    it.state.notifications.insertAnswer({
      ...{ personId: owner.personId, vehicleId, ruleId, subject, probability: 0.7 },
      ...{ atMs, kind },
    });
  const seen = async () => (await it.call('GET', '/v1/alerts/answered', { token: owner.token })).body.answer;
  expect(await seen()).toBeUndefined();
  // Of an episode before.
  await answer(startedAtMs - 1, 'declined');
  expect(await seen()).toBeUndefined();
  await answer(startedAtMs, 'on-it');
  expect(await seen()).toEqual({ kind: 'on-it', at: new Date(startedAtMs).toISOString() });
  const operator = await it.addPerson('operator');
  const { body } = await it.call('GET', '/v1/alerts/answered', { token: operator.token });
  expect([body.alert.alertId, body.answer]).toEqual(['answered', undefined]);
});

test('that what was learned is to be forgotten is told, by who owns the car now', async () => {
  const vehicleId = await it.addVehicle(owner.token);
  const forget = (token: string) => it.call('DELETE', `/v1/vehicles/${vehicleId}/learned`, { token });
  expect((await forget((await it.addPerson()).token)).status).toBe(404);
  expect((await forget(owner.token)).status).toBe(204);
  const told = (await publishedFeedback()).filter((said) => said.vehicleId === vehicleId);
  expect(told).toMatchObject([{ kind: 'forget-learned', personId: owner.personId }]);
});

test('feedback said twice is published once, and another word is another record', async () => {
  const vehicleId = await it.addVehicle(owner.token);
  await storeAlerts(it, [alertRecord(vehicleId, { alertId: 'said' })]);
  const say = (body: object) => it.call('POST', '/v1/alerts/said/feedback', { token: owner.token, body });
  const first = await say({ kind: 'on-it' });
  expect(first.status).toBe(202);
  expect((await say({ kind: 'on-it' })).body).toEqual(first.body);
  await say({ kind: 'happened', note: 'made it with 2 %' });
  const said = (await publishedFeedback()).filter((one) => one.alertId === 'said');
  expect(said).toMatchObject([
    { kind: 'on-it', personId: owner.personId, vehicleId },
    { kind: 'happened', note: 'made it with 2 %' },
  ]);
});

test('why something was not useful goes along, from a closed list', async () => {
  const vehicleId = await it.addVehicle(owner.token);
  await storeAlerts(it, [alertRecord(vehicleId, { alertId: 'useless' })]);
  const say = (body: object) => it.call('POST', '/v1/alerts/useless/feedback', { token: owner.token, body });
  for (const because of ['too-late', 'flapping', 'too-late'])
    expect((await say({ kind: 'not-useful', because })).status).toBe(202);
  expect((await say({ kind: 'not-useful' })).status).toBe(202);
  for (const body of [
    { kind: 'not-useful', because: 'ugly' },
    { kind: 'declined', because: 'too-late' },
  ])
    expect((await say(body)).status).toBe(400);
  const said = (await publishedFeedback()).filter((one) => one.alertId === 'useless');
  expect(said.map(({ because }) => because)).toEqual(['too-late', 'flapping', undefined]);
});

test('one message about many cars is answered by whom it was for, and by nobody else', async () => {
  const vehicleId = await it.addVehicle(owner.token);
  const other = await it.addPerson();
  const digest = notificationRecord(vehicleId, owner.personId, {
    ...{ notificationId: 'digest-1', alertId: 'digest-alert', ruleId: 'digest' },
  });
  await storeNotification(it, digest);
  const say = (token: string, alertId = 'digest-alert') =>
    it.call('POST', `/v1/alerts/${alertId}/feedback`, { token, body: { kind: 'on-it' } });
  expect((await say(owner.token)).status).toBe(202);
  expect((await say(other.token)).status).toBe(404);
  expect((await say(owner.token, 'digest-unknown')).status).toBe(404);
  const said = (await publishedFeedback()).filter(({ alertId }) => alertId === 'digest-alert');
  expect(said.map(({ kind, personId }) => [kind, personId])).toEqual([['on-it', owner.personId]]);
});

test('only the live feed can say that something was shown', async () => {
  const vehicleId = await it.addVehicle(owner.token);
  await storeAlerts(it, [alertRecord(vehicleId, { alertId: 'shown' })]);
  const body = { kind: 'shown' };
  const answer = await it.call('POST', '/v1/alerts/shown/feedback', { token: owner.token, body });
  expect(answer.body.error.code).toBe('invalid');
});

test('the newest forecast replaces the one before, and history is by stop', async () => {
  const vehicleId = await it.addVehicle(owner.token);
  const path = `/v1/vehicles/${vehicleId}/forecast`;
  expect((await it.call('GET', path, { token: owner.token })).body.error.code).toBe('no-forecast');
  await publish(it, TOPICS.forecasts, forecastRecord(vehicleId));
  const newer = { forecastId: 'forecast-2', madeAtMs: START_MS + 1_000 };
  await publish(it, TOPICS.forecasts, forecastRecord(vehicleId, newer));
  await vi.waitUntil(() => it.api.isIdle());
  const { body } = await it.call('GET', path, { token: owner.token });
  expect(body).toMatchObject({ forecastId: 'forecast-2', madeAt: '2026-01-15T08:00:01.000Z' });
  expect(body.stops[0].arriveAt).toBe('2026-01-15T09:30:00.000Z');

  const row = { vehicleId, stopId: 'cabin', p10: -4, p50: 3, p90: 9, belowReserveProbability: 0.7 };
  await it.telemetry.writeForecasts([
    { ...row, forecastId: 'a', madeAtMs: START_MS },
    { ...row, forecastId: 'b', madeAtMs: START_MS - 1 },
  ]);
  const span = 'from=2026-01-15T00:00:00Z&to=2026-01-16T00:00:00Z';
  const history = await it.call('GET', `${path}s?${span}`, { token: owner.token });
  // One was made before the car was theirs.
  expect(history.body.forecasts).toEqual([
    {
      forecastId: 'a',
      madeAt: '2026-01-15T08:00:00.000Z',
      stopId: 'cabin',
      arrivalSocPct: { p10: -4, p50: 3, p90: 9 },
      belowReserveProbability: 0.7,
    },
  ]);
});

// Last: it moves the clock on.
test('who sold the car can read their alert but say nothing more about it', async () => {
  const seller = await it.addPerson();
  const vehicleId = await it.addVehicle(seller.token);
  await storeAlerts(it, [alertRecord(vehicleId, { alertId: 'sold' })]);
  it.eventClock.advanceTo(it.eventClock.nowMs() + 1_000);
  await it.call('DELETE', `/v1/vehicles/${vehicleId}/ownership`, { token: seller.token });
  expect((await it.call('GET', '/v1/alerts/sold', { token: seller.token })).status).toBe(200);
  const path = '/v1/alerts/sold/feedback';
  const answer = await it.call('POST', path, { token: seller.token, body: { kind: 'happened' } });
  expect(answer.body.error.code).toBe('not-found');
});

test('staff see which of the cars in need a simulation made up', async () => {
  const real = await it.addVehicle(owner.token);
  const { textVersion } = (await it.call('GET', '/v1/purposes', { token: owner.token })).body;
  const made = await it.call('POST', '/v1/vehicles', {
    token: owner.token,
    body: {
      ...{ modelId: 'test-car', label: 'No car', isSynthetic: true, textVersion },
      consents: { alert_driver: true, show_driver: true },
    },
  });
  const { vehicleId: synthetic } = made.body.vehicle;
  const nowMs = it.eventClock.nowMs();
  const times = { startedAtMs: nowMs, changedAtMs: nowMs };
  await storeAlerts(it, [
    alertRecord(real, { alertId: 'of-a-real-car', ...times }),
    alertRecord(synthetic, { alertId: 'of-a-synthetic-car', ...times }),
  ]);
  const { token } = await it.addPerson('operator');
  const { body } = await it.call('GET', '/v1/alerts', { token });
  const labelOf = (alertId: string) =>
    body.alerts.find((one: { readonly alertId: string }) => one.alertId === alertId)?.isSynthetic;
  expect(labelOf('of-a-synthetic-car')).toBe(true);
  expect(body.alerts.some((one: { readonly alertId: string }) => one.alertId === 'of-a-real-car')).toBe(true);
  expect(labelOf('of-a-real-car')).toBeUndefined();
});
