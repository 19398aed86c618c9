import { decodeRecord, TOPICS } from '@outrider/bus';
import type { Feedback } from '@outrider/domain';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { notificationRecord, START_MS, startApi, storeNotification, type TestApi } from './api.fixture.ts';
import { slackSignatureOf } from './provider-signature.ts';

const SECRET = 'a signing secret';
const CHANNEL = 'C0123456789';
const PATH = '/v1/slack/actions';

let it: TestApi;
beforeEach(async () => {
  it = await startApi({ environment: { SLACK_SIGNING_SECRET: SECRET } });
});
afterEach(() => it.stop());

const pressOf = (value = 'note-1', change: object = {}) => ({
  ...{ type: 'block_actions', user: { id: 'U1' }, channel: { id: CHANNEL, name: 'crew' } },
  actions: [{ type: 'button', action_id: 'on-it', block_id: 'b', value }],
  ...change,
});

function post(payload: object | string, secret = SECRET) {
  const timestamp = '1769176800';
  const said = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const raw = new URLSearchParams({ payload: said }).toString();
  return it.call('POST', PATH, {
    raw,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-signature': slackSignatureOf(secret, timestamp, raw),
      'x-slack-request-timestamp': timestamp,
    },
  });
}

/** Somebody who was told in the channel. */
async function addCrew(channel: 'slack' | 'feed' = 'slack') {
  const { token, personId } = await it.addPerson();
  const vehicleId = await it.addVehicle(token);
  const contact = { contactId: 'contact-1', personId, channel: 'slack', target: CHANNEL } as const;
  await it.state.contacts.put({ ...contact, verifiedAtMs: START_MS, stoppedAtMs: null });
  await storeNotification(it, notificationRecord(vehicleId, personId, { channel, state: 'sent' }));
  return { personId, vehicleId };
}

async function feedback(): Promise<readonly Feedback[]> {
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

test('Slack’s own example of a signature is right', () => {
  const body =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
  expect(slackSignatureOf('8f742231b10e8888abcd99yyyzzz85a5', '1531420618', body)).toBe(
    'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  );
});

test('a press is “on it” about that message, however often it comes', async () => {
  const { personId, vehicleId } = await addCrew();
  for (const _ of [1, 2]) expect((await post(pressOf())).status).toBe(200);
  const records = await feedback();
  expect(new Set(records.map(({ feedbackId }) => feedbackId)).size).toBe(1);
  expect(records[0]).toMatchObject({ kind: 'on-it', personId, vehicleId, alertId: 'alert-1' });
});

test('a press that Slack did not sign is refused', async () => {
  await addCrew();
  expect((await post(pressOf(), 'guessed')).status).toBe(401);
  const unsigned = await it.call('POST', PATH, {
    raw: 'payload=%7B%7D',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(unsigned.status).toBe(401);
});

test.each([
  { name: 'in another channel', payload: pressOf('note-1', { channel: { id: 'C9' } }) },
  { name: 'under a message nobody sent', payload: pressOf('note-x') },
  {
    name: 'of another button',
    payload: pressOf('note-1', { actions: [{ action_id: 'other', value: 'note-1' }] }),
  },
  { name: 'of another kind', payload: pressOf('note-1', { type: 'view_submission' }) },
  { name: 'without its payload', payload: 'nothing' },
])('a press $name changes nothing', async ({ payload }) => {
  await addCrew();
  expect((await post(payload)).status).toBe(200);
  expect(await feedback()).toEqual([]);
});

test('a press under what was told elsewhere changes nothing', async () => {
  await addCrew('feed');
  await post(pressOf());
  expect(await feedback()).toEqual([]);
});

test('without the secret there is no door', async () => {
  const closed = await startApi();
  const raw = 'payload=%7B%7D';
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await closed.call('POST', PATH, { raw, headers })).status).toBe(404);
  await closed.stop();
});
