import { listFailed } from '@outrider/api';
import { silentLog } from '@outrider/runtime';
import { type NotificationRow, openState, type State } from '@outrider/state';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { failedJson, failedText, replayAll, replayedText } from './failed.ts';
import { readMessagesCommand } from './read-command.ts';

let state: State;
beforeEach(async () => {
  state = await openState('memory:', { log: silentLog });
  await state.people.insert({
    ...{ personId: 'per_aaaaaaaa', name: 'Ada', email: 'ada@example.org', phone: null },
    ...{ webhookUrl: null, webhookSecret: null, language: 'en', units: 'metric', timeZone: 'UTC' },
    ...{ quietFromMinute: null, quietToMinute: null, channels: ['email'], createdAtMs: 0 },
  });
});
afterEach(() => state.close());

const failed = (notificationId: string, change: Partial<NotificationRow> = {}): NotificationRow => ({
  ...{ notificationId, alertId: `alert ${notificationId}`, revision: 1, vehicleId: 'veh_aaaaaaaa' },
  ...{ ruleId: 'tyre-low', subject: 'car', personId: 'per_aaaaaaaa', channel: 'email', state: 'failed' },
  ...{ severity: 'warning', interrupts: true, purpose: 'alert', reason: 'unreachable' },
  ...{ createdAtMs: 0, changedAtMs: 1, expiresAtMs: 10, notBeforeMs: 0, attempts: 3 },
  ...{ keyId: 'key', box: 'sealed' },
  ...change,
});
const page = (limit = 10, before?: number) => listFailed(state, { limit, before, nowMs: 5 });

test('without any the list says so', async () => {
  expect(failedText(await page())).toBe('No message was given up.\n');
  expect(JSON.parse(failedJson(await page()))).toEqual({ messages: [], next: null });
});

test('each is listed with its reason and whether it can be replayed, and where older ones are', async () => {
  await state.notifications.insert([failed('old', { expiresAtMs: 5 }), failed('new')]);
  const first = await page(1);
  expect(failedText(first)).toMatch(
    /new +1970-01-01T00:00:00.001Z {2}email +tyre-low +unreachable .*in time {2}can be replayed/,
  );
  const [, before] = /older ones: outrider messages failed --before (\d+)/.exec(failedText(first)) ?? [];
  const second = await page(1, Number(before));
  expect(failedText(second)).toMatch(/old .*expired\n$/);
  const { messages, next } = JSON.parse(failedJson(second));
  expect(messages).toMatchObject([{ notificationId: 'old', refusal: 'expired', attempts: 3 }]);
  expect(next).toBeNull();
});

test('replayed is said of each, with the reason where it is not', async () => {
  await state.notifications.insert([failed('old', { expiresAtMs: 5 }), failed('new')]);
  const text = replayedText(await replayAll({ state }, ['new', 'old', 'unknown'], 5));
  expect(text).toMatch(/^new is tried again when the server runs\.\nold is not tried again: expired\. /);
  expect(text).toContain('unknown is not tried again: not-failed.');
  expect((await state.notifications.find('new'))?.state).toBe('waiting');
  expect(await state.audit.list('veh_aaaaaaaa', 10)).toMatchObject([
    { action: 'replay-message new', actor: 'service messages replay', atMs: 5 },
  ]);
});

test.each([
  [['failed'], { kind: 'messages-failed', limit: 50, before: undefined, isJson: false }],
  [
    ['failed', '--limit', '1000', '--before', '7', '--json'],
    { kind: 'messages-failed', limit: 1_000, before: 7, isJson: true },
  ],
  [['replay', 'a', 'b', 'a'], { kind: 'messages-replay', notificationIds: ['a', 'b'] }],
  [['replay', '--help'], { kind: 'help', about: 'messages' }],
])('%j is understood', (args, command) => {
  expect(readMessagesCommand(args)).toEqual(command);
});

test.each([
  [[], /failed or to replay/],
  [['failed', '--limit', '0'], /1 to 1000/],
  [['failed', '--limit', '1001'], /1 to 1000/],
  [['failed', '--before', 'x'], /page before/],
  [['replay'], /ids of 1 to 100/],
])('%j is refused', (args, problem) => {
  expect(() => readMessagesCommand(args)).toThrow(problem);
});
