import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRig, type Rig } from './notifier.fixture.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
  await rig.park();
});
afterEach(() => rig.close());

const DRILLS = 12;
const alerts = (isDrill: boolean) =>
  Array.from({ length: DRILLS }, (_, index) => ({
    ...{ alertId: `alert-${index}`, subject: `drill-${index}`, stopName: `Stop ${index}` },
    ...(isDrill && { isDrill: true as const }),
  }));

test('a drill goes out as often as there are rules, and says that it is one', async () => {
  await rig.publishAlerts(alerts(true));
  expect(rig.email.messages).toHaveLength(DRILLS);
  for (const { title, body, spoken, interrupts } of rig.email.messages) {
    expect(interrupts).toBe(true);
    for (const words of [title, body, spoken]) expect(words).toMatch(/^Car: /);
  }
});

test('what is meant is bundled and throttled as ever', async () => {
  await rig.publishAlerts(alerts(false));
  expect(rig.email.messages).toHaveLength(1);
  expect(rig.email.messages[0]?.title).not.toMatch(/^Car: /);
});

test('a drill is read out to nobody who drives', async () => {
  await rig.drive();
  await rig.publishAlerts(alerts(true));
  expect(rig.email.messages).toEqual([]);
});
