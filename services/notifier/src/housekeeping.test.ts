import { afterEach, expect, test } from 'vitest';
import { createRig, DRIVER, HOUR_MS, type Rig, START_MS } from './notifier.fixture.ts';

let rig: Rig;
afterEach(() => rig.close());

const advice = { personId: DRIVER, vehicleId: 'veh_a', ruleId: 'r', subject: 's' };
const isAnswerThere = async () => (await rig.state.notifications.findAnswer(advice)) !== undefined;
const isDoubtThere = async () => (await rig.state.notifications.listDoubts(DRIVER)).length > 0;

/** An answer and a doubt of the first moment; the one lasts two hours, the other a day. */
async function start(): Promise<void> {
  rig = await createRig({ environment: { DECLINE_LASTS_H: '2', NOT_USEFUL_LASTS_D: '1' } });
  const said = { atMs: START_MS, probability: 0.5 };
  await rig.state.notifications.insertAnswer({ ...advice, ...said, kind: 'declined' });
  await rig.state.notifications.putDoubts({
    ...{ personId: DRIVER, ruleId: 'r', times: 2, alertId: 'a' },
    ...said,
  });
}

test('what was answered goes when it counts no more, each in its time, and not before', async () => {
  await start();
  await rig.passEventTime(HOUR_MS);
  expect([await isAnswerThere(), await isDoubtThere()]).toEqual([true, true]);
  await rig.passEventTime(HOUR_MS);
  expect([await isAnswerThere(), await isDoubtThere()]).toEqual([false, true]);
  await rig.passEventTime(21 * HOUR_MS);
  expect(await isDoubtThere()).toBe(true);
  await rig.passEventTime(HOUR_MS);
  expect(await isDoubtThere()).toBe(false);
});

test('it goes at the next start, too', async () => {
  await start();
  await rig.restart();
  expect([await isAnswerThere(), await isDoubtThere()]).toEqual([true, true]);
  await rig.passEventTime(90 * 60_000);
  expect(await isAnswerThere()).toBe(true);
  // Another half hour: the look of this process would come later.
  await rig.passEventTime(30 * 60_000);
  await rig.restart();
  expect(await isAnswerThere()).toBe(false);
});
