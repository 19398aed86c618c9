import type { Alert } from '@outrider/domain';
import { afterEach, expect, test } from 'vitest';
import { createRig, HOUR_MS, MINUTE_MS, type Rig, START_MS } from './notifier.fixture.ts';
import { addPerson, assign, keepAlert, toldTo } from './shifts.fixture.ts';

// Alerts that are for operators: dispatchers of the car are told, and nobody who drives it.

const DESK = 'per_desk000001';
const CREW = 'per_crew000001';
const BESIDE = 'per_beside0001';
const SILENT: Partial<Alert> = {
  ...{ ruleId: 'silent-car', message: 'silent-car', subject: 'vehicle', audience: 'operators' },
  ...{ remedies: [], facts: { heardAgeS: 1_200 } },
};

let rig: Rig;
afterEach(() => rig.close());
const start = async () => {
  rig = await createRig();
  for (const id of [DESK, CREW, BESIDE]) await addPerson(rig, id);
  await assign(rig, CREW, 'crew', 0);
  await assign(rig, BESIDE, 'co-driver', 0);
  await rig.park();
};
const mails = () => rig.email.messages.map(({ recipient }) => recipient.personId);

test('the dispatcher is told at once, and nobody else ever', async () => {
  await start();
  await assign(rig, DESK, 'dispatcher', 0);
  await rig.publishAlert(SILENT);
  await rig.passEventTime(MINUTE_MS);
  expect(mails()).toEqual([DESK]);
  expect(rig.email.messages[0]?.title).toBe('Car: Call the driver: no word from the car for 20 min');
  await rig.passEventTime(HOUR_MS);
  expect(mails()).toEqual([DESK]);
  expect(await toldTo(rig)).toEqual([`${DESK} feed alert sent`, `${DESK} email alert sent`]);
});

test('who has the desk is told where to look; who drives, and is told of another alert, is not', async () => {
  await start();
  await assign(rig, DESK, 'dispatcher', 0);
  const runbook = 'runbooks/silent-car.md';
  await rig.publishAlert({ ...SILENT, runbook });
  await rig.publishAlert({ alertId: 'alert-2', runbook });
  await rig.passEventTime(HOUR_MS);
  const told = rig.email.messages.map((message) => [message.recipient.personId, message.runbook]);
  expect(told[0]).toEqual([DESK, runbook]);
  const isDesk = (personId: string | undefined) => personId === DESK || personId === CREW;
  expect(told.filter(([personId]) => isDesk(personId)).every(([, said]) => said === runbook)).toBe(true);
  expect(told.some(([personId]) => personId === CREW)).toBe(true);
  const others = told.filter(([personId]) => !isDesk(personId));
  expect(others.length).toBeGreaterThan(0);
  expect(others.every(([, said]) => said === undefined)).toBe(true);
});

test('a restart and the same alert again tell nobody twice', async () => {
  await start();
  await assign(rig, DESK, 'dispatcher', 0);
  await rig.publishAlert(SILENT);
  await rig.passEventTime(MINUTE_MS);
  await rig.restart();
  await rig.publishAlert(SILENT);
  await rig.passEventTime(MINUTE_MS);
  expect(mails()).toEqual([DESK]);
});

test('with no dispatcher it is stored with the reason, once, and one who comes on shift is told', async () => {
  await start();
  await keepAlert(rig, SILENT);
  await rig.publishAlert(SILENT);
  await rig.publishAlert(SILENT);
  await rig.passEventTime(MINUTE_MS);
  const nobody = (await rig.rows()).map(({ personId, state, reason }) => ({ personId, state, reason }));
  expect(nobody).toEqual([{ personId: null, state: 'suppressed', reason: 'no-recipient' }]);
  await assign(rig, DESK, 'dispatcher', START_MS + 2 * MINUTE_MS);
  await rig.passEventTime(5 * MINUTE_MS);
  expect(mails()).toEqual([DESK]);
});

test('a driver who comes on shift is not told', async () => {
  await start();
  await keepAlert(rig, SILENT);
  await rig.publishAlert(SILENT);
  await assign(rig, DESK, 'driver', START_MS + 2 * MINUTE_MS);
  await rig.passEventTime(10 * MINUTE_MS);
  expect(mails()).toEqual([]);
  expect((await rig.rows()).map(({ personId }) => personId)).toEqual([null]);
});

test('an alert for the driver still begins with the driver', async () => {
  await start();
  await assign(rig, DESK, 'dispatcher', 0);
  await rig.publishAlert();
  await rig.passEventTime(MINUTE_MS);
  expect(mails()).not.toContain(DESK);
  expect(mails()).toHaveLength(1);
});
