import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRig, HOUR_MS, MINUTE_MS, type Rig, START_MS, VEHICLE } from './notifier.fixture.ts';
import { addPerson, assign, keepAlert, toldTo } from './shifts.fixture.ts';

const ANN = 'per_ann0000001';
const BOB = 'per_bob0000001';
/** Ann drives until noon, so to speak, and Bob from then on. */
const CHANGE_MS = START_MS + 30 * MINUTE_MS;

let rig: Rig;
beforeEach(async () => {
  rig = await createRig();
  await addPerson(rig, ANN);
  await addPerson(rig, BOB);
  await rig.park();
});
afterEach(() => rig.close());

const alert = async (change = {}) => {
  await keepAlert(rig, change);
  await rig.publishAlert(change);
};
const twoShifts = async () => {
  await assign(rig, ANN, 'driver', START_MS - HOUR_MS, CHANGE_MS);
  await assign(rig, BOB, 'driver', CHANGE_MS, CHANGE_MS + 8 * HOUR_MS);
};

test('a pool car’s warning reaches today’s driver, not its owner', async () => {
  await assign(rig, ANN, 'driver', START_MS - HOUR_MS);
  await alert();
  expect(await toldTo(rig)).toEqual([`${ANN} feed alert sent`, `${ANN} email alert sent`]);
  expect(rig.email.messages.map(({ recipient }) => recipient.personId)).toEqual([ANN]);
});

test('without a driver on shift it reaches the owner, whoever else has a part', async () => {
  await assign(rig, ANN, 'driver', START_MS - HOUR_MS, START_MS);
  await assign(rig, BOB, 'dispatcher', START_MS - HOUR_MS);
  await alert();
  expect((await toldTo(rig)).slice(0, 2)).toEqual(['owner feed alert sent', 'owner email alert sent']);
  expect(rig.email.messages).toHaveLength(1);
});

test('when the shift changes the new driver is told and the old one’s card is taken back', async () => {
  await twoShifts();
  await alert();
  await rig.passEventTime(30 * MINUTE_MS - 1);
  expect(await toldTo(rig)).toHaveLength(2);
  await rig.passEventTime(10_001);
  expect(await toldTo(rig)).toEqual([
    `${ANN} feed alert sent`,
    `${ANN} email alert sent`,
    `${ANN} feed resolve sent off-shift`,
    `${BOB} feed alert sent`,
    `${BOB} email alert sent`,
  ]);
  const taken = rig.published().find(({ purpose }) => purpose === 'resolve');
  expect(taken).toMatchObject({ personId: ANN, interrupts: false, reason: 'off-shift' });
});

test('it happens once, also after a restart and for who looks twice', async () => {
  await twoShifts();
  await alert();
  await rig.passEventTime(30 * MINUTE_MS + 10_000);
  const told = await toldTo(rig);
  await rig.restart();
  for (let round = 0; round < 4; round++) await rig.passEventTime(10_000);
  expect(await toldTo(rig)).toEqual(told);
});

test('a shift that changed while nothing ran is noticed at the start', async () => {
  await twoShifts();
  await alert();
  await rig.stop();
  await rig.passEventTime(HOUR_MS);
  await rig.restart();
  expect(await toldTo(rig)).toContain(`${BOB} email alert sent`);
  expect(await toldTo(rig)).toContain(`${ANN} feed resolve sent off-shift`);
});

test('what waits for the old driver is not sent to them any more', async () => {
  await twoShifts();
  await rig.drive();
  await alert();
  await rig.passEventTime(30 * MINUTE_MS + 10_000);
  await rig.park();
  await rig.passEventTime(5 * MINUTE_MS);
  expect(rig.email.messages.map(({ recipient }) => recipient.personId)).toEqual([BOB]);
  expect(await toldTo(rig)).toContain(`${ANN} email alert suppressed off-shift`);
});

test('asked again when sending, before anybody looked at shifts', async () => {
  const assignmentId = await assign(rig, ANN, 'driver', START_MS - HOUR_MS);
  await rig.drive();
  await rig.publishAlert();
  await rig.trust.endAssignment({ vehicleId: VEHICLE, assignmentId, actor: 'test', atMs: START_MS + 1 });
  await rig.passEventTime(3 * MINUTE_MS);
  expect(await toldTo(rig)).toContain(`${ANN} email alert suppressed off-shift`);
  expect(rig.email.messages).toEqual([]);
});

test('the alert’s next step goes to the new driver alone; its end takes their card back', async () => {
  await twoShifts();
  await alert();
  await rig.passEventTime(31 * MINUTE_MS);
  const before = (await toldTo(rig)).length;
  await alert({ revision: 2, probability: 0.7, changedAtMs: CHANGE_MS + MINUTE_MS });
  await alert({ revision: 3, state: 'resolved', changedAtMs: CHANGE_MS + MINUTE_MS });
  expect((await toldTo(rig)).slice(before)).toEqual([`${BOB} feed update sent`, `${BOB} feed resolve sent`]);
});

test('who comes back to the car while it still fires is told again', async () => {
  await twoShifts();
  await alert({ expiresAtMs: START_MS + 12 * HOUR_MS });
  await rig.passEventTime(31 * MINUTE_MS);
  await rig.trust.endAssignment({
    vehicleId: VEHICLE,
    assignmentId: (await rig.state.assignments.ofPerson(BOB, CHANGE_MS))[0]?.assignmentId ?? '',
    actor: 'test',
  });
  await assign(rig, ANN, 'driver', CHANGE_MS + 31 * MINUTE_MS);
  await rig.passEventTime(31 * MINUTE_MS);
  expect((await toldTo(rig)).filter((line) => line.startsWith(ANN))).toEqual([
    `${ANN} feed alert sent`,
    `${ANN} email alert sent`,
    `${ANN} feed resolve sent off-shift`,
    `${ANN} feed alert sent`,
    `${ANN} email alert sent`,
  ]);
});

test('a “no, thanks” of the old driver is not the new one’s', async () => {
  await twoShifts();
  await alert();
  await rig.publishFeedback({
    alertId: 'alert-1',
    personId: ANN,
    kind: 'declined',
    atMs: START_MS + MINUTE_MS,
  });
  await rig.passEventTime(31 * MINUTE_MS);
  expect(await toldTo(rig)).toContain(`${BOB} email alert sent`);
});

test('a “no, thanks” is kept for who said it', async () => {
  await twoShifts();
  await alert();
  const said = { alertId: 'alert-1', personId: ANN, kind: 'declined', atMs: START_MS + MINUTE_MS } as const;
  await rig.publishFeedback(said);
  const of = { vehicleId: VEHICLE, ruleId: 'arrival-below-reserve', subject: 'stop-milford' };
  expect(await rig.state.notifications.findAnswer({ ...of, personId: ANN })).toMatchObject({
    kind: 'declined',
  });
  expect(await rig.state.notifications.findAnswer({ ...of, personId: BOB })).toBeUndefined();
});

test('nobody is told of an alert that is over, expired, or of a car without consent', async () => {
  await twoShifts();
  await keepAlert(rig, { alertId: 'alert-2', state: 'resolved' });
  await keepAlert(rig, { alertId: 'alert-3', expiresAtMs: CHANGE_MS });
  await rig.passEventTime(31 * MINUTE_MS);
  expect(await toldTo(rig)).toEqual([]);
  await keepAlert(rig, { alertId: 'alert-4', expiresAtMs: START_MS + 12 * HOUR_MS });
  const consent = { vehicleId: VEHICLE, personId: 'per_driver0001', actor: 'test', textVersion: '1' };
  await rig.trust.recordConsent({ ...consent, purpose: 'alert_driver', isGranted: false });
  await rig.passEventTime(8 * HOUR_MS);
  expect(await toldTo(rig)).toEqual([]);
});
