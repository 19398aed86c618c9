import { afterEach, expect, test } from 'vitest';
import {
  createRig,
  DRIVER,
  fakeChannel,
  HOUR_MS,
  MINUTE_MS,
  type Rig,
  type RigOptions,
  START_MS,
  VEHICLE,
} from './notifier.fixture.ts';
import { addPerson, assign, keepAlert, toldTo } from './shifts.fixture.ts';

const DESK = 'per_desk000001';
const CREW = 'per_crew000001';
const BESIDE = 'per_beside0001';

let rig: Rig;
afterEach(() => rig.close());
const start = async (options: RigOptions = {}) => {
  rig = await createRig(options);
  for (const id of [DESK, CREW, BESIDE]) await addPerson(rig, id);
  await assign(rig, DESK, 'dispatcher', 0);
  await assign(rig, CREW, 'crew', 0);
  await rig.park();
};
const mails = () => rig.email.messages.map(({ recipient }) => recipient.personId);
const linesOf = async (personId: string) =>
  (await toldTo(rig))
    .filter((line) => line.startsWith(personId))
    .map((line) => line.slice(personId.length + 1));
const answer = (personId: string, atMs: number) =>
  rig.publishFeedback({ alertId: 'alert-1', personId, kind: 'on-it', atMs });

test('dispatcher, then crew are told when nobody answers, each once and with the reason', async () => {
  await start();
  await rig.publishAlert();
  expect(await linesOf(DESK)).toEqual(['feed alert waiting escalation', 'email alert waiting escalation']);
  await rig.passEventTime(10 * MINUTE_MS - 1);
  expect(mails()).toEqual([DRIVER]);
  await rig.passEventTime(1);
  expect(mails()).toEqual([DRIVER, DESK]);
  expect(await linesOf(DESK)).toEqual(['feed alert sent escalation', 'email alert sent escalation']);
  await rig.passEventTime(20 * MINUTE_MS);
  await rig.restart();
  await rig.passEventTime(HOUR_MS);
  expect(mails()).toEqual([DRIVER, DESK, CREW]);
  expect(rig.published().find(({ personId }) => personId === CREW)).toMatchObject({ reason: 'escalation' });
});

test('they are told which car it is', async () => {
  await start();
  await rig.publishAlert();
  await rig.passEventTime(10 * MINUTE_MS);
  const [driver, desk] = rig.email.messages;
  expect(desk?.title).toBe(`Car: ${driver?.title}`);
  expect(desk?.spoken.length).toBeLessThanOrEqual(120);
});

test('a critical one goes on sooner', async () => {
  await start();
  await rig.publishAlert({ severity: 'critical' });
  await rig.passEventTime(3 * MINUTE_MS);
  expect(mails()).toEqual([DRIVER, DESK]);
  await rig.passEventTime(7 * MINUTE_MS);
  expect(mails()).toEqual([DRIVER, DESK, CREW]);
});

test('an answer of the driver ends it, one of the dispatcher ends it for the crew', async () => {
  await start();
  await rig.publishAlert();
  await answer(DRIVER, START_MS + MINUTE_MS);
  await rig.passEventTime(HOUR_MS);
  expect(mails()).toEqual([DRIVER]);
  expect(await linesOf(CREW)).toEqual([
    'feed alert suppressed acknowledged',
    'email alert suppressed acknowledged',
  ]);
  await rig.publishAlert({
    alertId: 'alert-2',
    subject: 'stop-2',
    stopName: 'Other',
    startedAtMs: START_MS + 1,
  });
  await rig.passEventTime(10 * MINUTE_MS);
  await rig.publishFeedback({
    alertId: 'alert-2',
    personId: DESK,
    kind: 'acknowledged',
    atMs: START_MS + HOUR_MS,
  });
  await rig.passEventTime(30 * MINUTE_MS);
  expect(mails()).toEqual([DRIVER, DRIVER, DESK]);
});

test('who said “no, thanks” to the same advice is passed over, and the next are told as before', async () => {
  await start();
  await rig.publishAlert();
  await rig.passEventTime(10 * MINUTE_MS);
  const said = { alertId: 'alert-1', personId: DESK, kind: 'declined' } as const;
  await rig.publishFeedback({ ...said, atMs: START_MS + 10 * MINUTE_MS });
  await rig.passEventTime(7 * HOUR_MS);
  const later = START_MS + 8 * HOUR_MS;
  const again = {
    alertId: 'alert-2',
    startedAtMs: later,
    changedAtMs: later,
    expiresAtMs: later + 2 * HOUR_MS,
  };
  await rig.publishAlert({ ...again, deadlineAtMs: later + HOUR_MS });
  await rig.passEventTime(HOUR_MS);
  expect(mails()).toEqual([DRIVER, DESK, DRIVER, CREW]);
  expect(await linesOf(DESK)).toContain('email alert suppressed declined');
});

test('the end of the alert ends it, and takes the card back of who was told', async () => {
  await start();
  await rig.publishAlert();
  await rig.passEventTime(10 * MINUTE_MS);
  await rig.publishAlert({ state: 'resolved', revision: 2 });
  await rig.passEventTime(HOUR_MS);
  expect(mails()).toEqual([DRIVER, DESK]);
  expect((await linesOf(DESK)).at(-1)).toBe('feed resolve sent');
  expect(await linesOf(CREW)).toEqual([
    'feed alert suppressed superseded',
    'email alert suppressed superseded',
  ]);
});

test('it ends when the warning expires', async () => {
  await start();
  await rig.publishAlert({ expiresAtMs: START_MS + 10 * MINUTE_MS });
  await rig.passEventTime(HOUR_MS);
  expect(mails()).toEqual([DRIVER]);
  expect(await linesOf(DESK)).toEqual(['feed alert expired expired', 'email alert expired expired']);
});

test('the same step again adds nothing; a newer one tells what is new, at the time of the first', async () => {
  await start();
  await rig.publishAlert();
  const rows = await toldTo(rig);
  await rig.publishAlert();
  expect(await toldTo(rig)).toEqual(rows);
  await rig.passEventTime(5 * MINUTE_MS);
  await rig.publishAlert({ revision: 2, probability: 0.7, changedAtMs: START_MS + 5 * MINUTE_MS });
  await rig.passEventTime(5 * MINUTE_MS);
  expect(mails()).toEqual([DRIVER, DESK]);
  expect(rig.email.messages[1]).toMatchObject({ revision: 2 });
});

test.each([
  { name: 'information', change: { severity: 'info' as const } },
  { name: 'a warning nothing helps against', change: { remedies: [] } },
])('$name goes to nobody else', async ({ change }) => {
  await start();
  await rig.publishAlert(change);
  await rig.passEventTime(HOUR_MS);
  expect(await linesOf(DESK)).toEqual([]);
  expect(await linesOf(CREW)).toEqual([]);
});

test('no SMS to the co-driver of a moving car; the dispatcher, at a desk, gets one', async () => {
  const sms = { ...fakeChannel('sms'), reaches: () => true };
  await start({ channels: [sms] });
  for (const personId of [DESK, BESIDE]) await rig.state.people.update(personId, { channels: ['sms'] });
  await assign(rig, BESIDE, 'co-driver', 0);
  await rig.drive();
  await rig.publishAlert();
  for (let minute = 0; minute < 15; minute++) {
    await rig.passEventTime(MINUTE_MS);
    await rig.drive();
  }
  expect(sms.messages.map(({ recipient }) => recipient.personId)).toEqual([DESK]);
  await rig.park();
  await rig.passEventTime(MINUTE_MS);
  expect(sms.messages.map(({ recipient }) => recipient.personId)).toEqual([DESK, BESIDE]);
});

test('a new driver has as long to answer as the one before', async () => {
  await start();
  await addPerson(rig, 'per_next000001');
  await keepAlert(rig);
  await rig.publishAlert();
  await rig.passEventTime(5 * MINUTE_MS);
  await assign(rig, 'per_next000001', 'driver', START_MS + 5 * MINUTE_MS);
  await rig.passEventTime(MINUTE_MS);
  expect(mails()).toEqual([DRIVER, 'per_next000001']);
  await rig.passEventTime(9 * MINUTE_MS);
  expect(mails()).not.toContain(DESK);
  await rig.passEventTime(2 * MINUTE_MS);
  expect(mails()).toContain(DESK);
});

test('a dispatcher who comes on shift while it fires is told when it is due', async () => {
  await start();
  await addPerson(rig, 'per_late000001');
  await keepAlert(rig);
  await rig.publishAlert();
  await rig.passEventTime(15 * MINUTE_MS);
  await assign(rig, 'per_late000001', 'dispatcher', START_MS + 15 * MINUTE_MS);
  await rig.passEventTime(MINUTE_MS);
  expect(mails()).toEqual([DRIVER, DESK, 'per_late000001']);
});

test('a crew is interrupted no oftener than its rate, the rest wait for their turn', async () => {
  await start({ environment: { CREW_THROTTLE: '2/10m' } });
  await rig.state.people.update(CREW, { channels: ['email'] });
  const later = { severity: 'critical' as const, expiresAtMs: START_MS + 3 * HOUR_MS };
  for (const at of [1, 2, 3, 4, 5])
    await rig.publishAlert({
      ...later,
      alertId: `alert-${at}`,
      subject: `stop-${at}`,
      stopName: `Stop ${at}`,
    });
  const crews = () => mails().filter((id) => id === CREW).length;
  await rig.passEventTime(10 * MINUTE_MS);
  expect(crews()).toBe(2);
  await rig.passEventTime(10 * MINUTE_MS - 1);
  expect(crews()).toBe(2);
  await rig.passEventTime(1);
  expect(crews()).toBe(4);
  await rig.passEventTime(10 * MINUTE_MS);
  expect(crews()).toBe(5);
});

test('who has no part any more is not told', async () => {
  await start();
  await rig.publishAlert();
  const [desk] = await rig.state.assignments.ofPerson(DESK, START_MS);
  await rig.trust.endAssignment({
    vehicleId: VEHICLE,
    assignmentId: desk?.assignmentId ?? '',
    actor: 'test',
  });
  await rig.passEventTime(10 * MINUTE_MS);
  expect(await linesOf(DESK)).toEqual([
    'feed alert suppressed off-shift',
    'email alert suppressed off-shift',
  ]);
});
