import { afterEach, expect, test } from 'vitest';
import {
  createRig,
  DRIVER,
  driver,
  type FakeChannel,
  fakeChannel,
  HOUR_MS,
  MINUTE_MS,
  type Rig,
  START_MS,
} from './notifier.fixture.ts';
import { assign } from './shifts.fixture.ts';

// That somebody is on it, where a channel can show it to everybody who was told there.

const DESK = 'per_desk000001';
const HOOK = { webhookUrl: 'https://hooks.example.org', webhookSecret: 'whsec_x' };

let rig: Rig;
afterEach(() => rig.close());

/** A dispatcher with such a channel, told because the driver, who has the feed alone, did not answer. */
async function start(showsAnswers = true): Promise<FakeChannel> {
  const board: FakeChannel = {
    ...fakeChannel('webhook'),
    replaces: true,
    ...(showsAnswers && { showsAnswers: true }),
  };
  rig = await createRig({ person: { channels: ['feed'] }, channels: [board] });
  await rig.state.people.insert({ ...driver, ...HOOK, personId: DESK, channels: ['feed', 'webhook'] });
  await assign(rig, DESK, 'dispatcher', 0);
  await rig.park();
  await rig.publishAlert();
  await rig.passEventTime(10 * MINUTE_MS);
  return board;
}

const answer = (kind: 'on-it' | 'acknowledged' | 'shown' | 'declined', personId = DRIVER) =>
  rig.publishFeedback({ alertId: 'alert-1', personId, kind, atMs: START_MS + 11 * MINUTE_MS });
const saidTo = ({ messages }: FakeChannel) =>
  messages.map(({ purpose, isAnswered }) => (isAnswered === true ? `${purpose} answered` : purpose));

for (const { kind, by, said } of [
  { kind: 'on-it', by: DRIVER, said: ['alert', 'update answered'] },
  { kind: 'acknowledged', by: DESK, said: ['alert', 'update answered'] },
  { kind: 'shown', by: DRIVER, said: ['alert'] },
  { kind: 'declined', by: DRIVER, said: ['alert'] },
] as const)
  test(`${kind} by ${by}`, async () => {
    const board = await start();
    await answer(kind, by);
    expect(saidTo(board)).toEqual(said);
  });

test('it is shown once, however often it is said, also after a restart', async () => {
  const board = await start();
  await answer('on-it');
  await answer('acknowledged', DESK);
  await rig.restart();
  await answer('on-it');
  await rig.passEventTime(MINUTE_MS);
  expect(saidTo(board)).toEqual(['alert', 'update answered']);
});

test('the end of the alert is told after it, and an answer after the end says nothing', async () => {
  const board = await start();
  await answer('on-it');
  await rig.publishAlert({ state: 'resolved', revision: 2 });
  await answer('acknowledged', DESK);
  await rig.passEventTime(MINUTE_MS);
  expect(saidTo(board)).toEqual(['alert', 'update answered', 'resolve']);
});

test('who was not told is shown nothing', async () => {
  const board = await start();
  await rig.publishAlert({ alertId: 'alert-2', subject: 'stop-2', stopName: 'Other' });
  await rig.publishFeedback({
    alertId: 'alert-2',
    personId: DRIVER,
    kind: 'on-it',
    atMs: START_MS + HOUR_MS,
  });
  await rig.passEventTime(HOUR_MS);
  expect(saidTo(board)).toEqual(['alert']);
});

test('a channel that cannot show it hears nothing of it', async () => {
  const board = await start(false);
  await answer('on-it');
  expect(saidTo(board)).toEqual(['alert']);
});
