import { encodeRecord, TOPICS } from '@outrider/bus';
import { DIGEST, type Feedback } from '@outrider/domain';
import type { NotificationRow } from '@outrider/state';
import { afterEach, expect, test } from 'vitest';
import { openContent } from './content.ts';
import { addCars, publish, unready } from './fleet.fixture.ts';
import {
  createRig,
  DRIVER,
  HOUR_MS,
  MINUTE_MS,
  type Rig,
  type RigOptions,
  START_MS,
} from './notifier.fixture.ts';
import { addPerson } from './shifts.fixture.ts';

// One message about many cars, through the notifier as it runs.

const DESK = 'per_desk000001';

let rig: Rig;
afterEach(() => rig.close());

let cars: readonly string[];
/** The owner has one car besides these. */
async function start(count: number, options: RigOptions = {}): Promise<void> {
  rig = await createRig({ environment: { THROTTLE: '50/10m' }, ...options });
  await rig.park();
  cars = await addCars(rig, count);
}

const titles = () => rig.email.messages.map(({ title }) => title);
const first = (count: number, change = {}) => cars.slice(0, count).map((id) => unready(id, change));
const rowsOf = (personId = DRIVER): Promise<readonly NotificationRow[]> =>
  rig.state.notifications.listOfPerson(personId, 0, 5_000);
const digests = async () => (await rowsOf()).filter(({ ruleId }) => ruleId === DIGEST);

/** The desk looks after all cars. */
async function takeDesk(): Promise<void> {
  await addPerson(rig, DESK);
  for (const vehicleId of cars) {
    const shift = { vehicleId, personId: DESK, part: 'dispatcher' as const, fromMs: 0, toMs: null };
    if ((await rig.trust.assign({ ...shift, actor: 'test' })) === undefined)
      throw new Error('nobody owns it');
  }
}

async function say(vehicleId: string, said: Pick<Feedback, 'alertId' | 'kind'>): Promise<void> {
  const atMs = rig.runtime.eventClock.nowMs();
  const feedback: Feedback = { ...said, feedbackId: `said-${atMs}`, vehicleId, personId: DRIVER, atMs };
  await rig.trust.prepare([vehicleId]);
  await rig.bus.publish([encodeRecord(TOPICS.feedback, vehicleId, feedback, atMs, rig.trust)]);
  await rig.passEventTime(0);
}

test('seven of many cars are one message, once the others of the kind had time to come', async () => {
  await start(41);
  await publish(rig, first(7));
  await rig.passEventTime(5 * MINUTE_MS - 1);
  expect(titles()).toEqual([]);
  await rig.passEventTime(1);
  expect(titles()).toEqual(['7 of 42 cars may not be ready in time']);
  expect(rig.email.messages[0]?.body).toMatch(
    /^7 of 42 cars may not be ready in time; the stop of all of them is Depot\. Check Van 1 first, by .+; the list/,
  );
  await rig.passEventTime(HOUR_MS);
  expect(titles()).toHaveLength(1);
});

test('each of them is a silent card that says why', async () => {
  await start(41);
  await publish(rig, first(2));
  const rows = (await rowsOf()).filter(({ ruleId }) => ruleId !== DIGEST);
  const told = rows.map(({ channel, state, interrupts, reason }) => [channel, state, interrupts, reason]);
  expect(told.filter(([channel]) => channel === 'feed')).toEqual([
    ['feed', 'sent', false, 'digest'],
    ['feed', 'sent', false, 'digest'],
  ]);
  expect(
    told.filter(([channel]) => channel === 'email').map(([, state, , reason]) => [state, reason]),
  ).toEqual([
    ['suppressed', 'digest'],
    ['suppressed', 'digest'],
  ]);
});

for (const [name, count, isOne] of [
  ['with ten cars each is told by itself', 9, false],
  ['with eleven they are told together', 10, true],
] as const)
  test(name, async () => {
    await start(count);
    await publish(rig, first(2));
    await rig.passEventTime(5 * MINUTE_MS);
    expect(titles().some((title) => title.startsWith('2 of 11'))).toBe(isOne);
    expect(titles().some((title) => title.includes('charg'))).toBe(!isOne);
  });

for (const [name, change, isTogether] of [
  ['a kind that is not told together', { digestForS: undefined }, false],
  [
    'less than twice the wait before it has to be decided on',
    { deadlineAtMs: START_MS + 10 * MINUTE_MS - 1 },
    false,
  ],
  ['twice the wait', { deadlineAtMs: START_MS + 10 * MINUTE_MS }, true],
  ['a critical one', { severity: 'critical' as const }, false],
  ['a drill', { isDrill: true as const }, false],
] as const)
  test(`${name}: ${isTogether ? 'together' : 'by itself'}`, async () => {
    await start(20);
    await publish(rig, first(1, change));
    await rig.passEventTime(5 * MINUTE_MS);
    expect((await digests()).length > 0).toBe(isTogether);
    expect(titles()).toHaveLength(1);
  });

test('who is on shift as the driver is told by itself, however many cars they own', async () => {
  await start(20);
  const shift = { part: 'driver' as const, fromMs: 0, toMs: null, actor: 'test' };
  await rig.trust.assign({ ...shift, vehicleId: cars[0] ?? '', personId: DRIVER });
  await publish(rig, first(2));
  expect(titles()).toHaveLength(1);
  await rig.passEventTime(5 * MINUTE_MS);
  // It counts among those that will not be ready.
  expect(titles()[1]).toMatch(/^2 of 21 cars/);
  expect(rig.email.messages[1]?.body).toContain('Check Van 2 first');
});

test('it interrupts again when it is about twice as many, silently changes with each, and ends with the last', async () => {
  await start(41);
  await publish(rig, first(3));
  await rig.passEventTime(5 * MINUTE_MS);
  await publish(rig, first(5));
  await rig.passEventTime(20 * MINUTE_MS);
  expect(titles()).toEqual(['3 of 42 cars may not be ready in time']);
  const card = (await digests()).find(({ channel, purpose }) => channel === 'feed' && purpose === 'update');
  await rig.trust.prepare(cars);
  expect(card && openContent(rig.trust.reader('alert_driver'), card)?.digest?.count).toBe(5);
  await publish(rig, first(6));
  expect(titles().at(-1)).toBe('6 of 42 cars may not be ready in time');
  await publish(
    rig,
    first(6, { state: 'resolved', revision: 2, changedAtMs: rig.runtime.eventClock.nowMs() }),
  );
  const ends = (await digests()).filter(({ purpose }) => purpose === 'resolve');
  expect(ends.map(({ channel, state, interrupts }) => [channel, state, interrupts])).toEqual([
    ['feed', 'sent', false],
  ]);
  expect(titles()).toHaveLength(2);
});

test('when all is over before its time nobody hears of it', async () => {
  await start(20);
  await publish(rig, first(2));
  await publish(rig, first(2, { state: 'resolved', revision: 2 }));
  await rig.passEventTime(HOUR_MS);
  expect(titles()).toEqual([]);
  expect(new Set((await digests()).map(({ state, reason }) => `${state} ${reason}`))).toEqual(
    new Set(['suppressed superseded', 'suppressed resolved-silently']),
  );
});

test('a restart and the same alerts again tell nothing twice, and nothing is lost', async () => {
  await start(20);
  await publish(rig, first(3));
  await rig.restart();
  await publish(rig, first(3));
  await rig.passEventTime(5 * MINUTE_MS);
  await rig.restart();
  await rig.passEventTime(HOUR_MS);
  expect(titles()).toEqual(['3 of 21 cars may not be ready in time']);
});

test('the next night it is told anew', async () => {
  await start(20);
  await publish(rig, first(2));
  await rig.passEventTime(5 * MINUTE_MS);
  await publish(rig, first(2, { state: 'resolved', revision: 2 }));
  await rig.passEventTime(25 * HOUR_MS);
  const atMs = rig.runtime.eventClock.nowMs();
  const again = {
    startedAtMs: atMs,
    changedAtMs: atMs,
    expiresAtMs: atMs + 5 * HOUR_MS,
    deadlineAtMs: atMs + 4 * HOUR_MS,
  };
  await publish(
    rig,
    cars.slice(0, 2).map((id) => unready(id, { ...again, alertId: `next-${id}` })),
  );
  await rig.passEventTime(5 * MINUTE_MS);
  expect(titles()).toEqual([
    '2 of 21 cars may not be ready in time',
    '2 of 21 cars may not be ready in time',
  ]);
});

test('"on it" is said of every car it speaks of', async () => {
  await start(20);
  await publish(rig, first(3));
  await rig.passEventTime(5 * MINUTE_MS);
  const told = (await digests()).find(({ state }) => state === 'sent');
  await say(told?.vehicleId ?? '', { alertId: told?.alertId ?? '', kind: 'on-it' });
  for (const vehicleId of cars.slice(0, 3)) {
    const of = { personId: DRIVER, vehicleId, ruleId: 'will-not-be-ready', subject: 'stop-1' };
    expect(await rig.state.notifications.findAnswer(of)).toMatchObject({ kind: 'on-it' });
  }
  const states = (await digests()).filter(({ channel }) => channel === 'feed').map(({ state }) => state);
  expect(states).toContain('read');
});

test('without an answer it goes on to the desk, as one message too', async () => {
  await start(20);
  await takeDesk();
  await publish(rig, first(12));
  await rig.passEventTime(5 * MINUTE_MS);
  await rig.passEventTime(10 * MINUTE_MS);
  const desk = rig.email.messages.filter(({ recipient }) => recipient.personId === DESK);
  expect(desk.map(({ title }) => title)).toEqual(['12 of 20 cars may not be ready in time']);
  const held = (await rowsOf(DESK)).filter(
    ({ ruleId, state }) => ruleId !== DIGEST && state === 'suppressed',
  );
  expect(new Set(held.map(({ reason }) => reason))).toEqual(new Set(['flood']));
  expect(new Set(held.map(({ vehicleId }) => vehicleId)).size).toBe(12);
});

test('after an answer to the digest it goes on to nobody', async () => {
  await start(20);
  await takeDesk();
  await publish(rig, first(12));
  await rig.passEventTime(5 * MINUTE_MS);
  const told = (await digests()).find(({ state }) => state === 'sent');
  await say(told?.vehicleId ?? '', { alertId: told?.alertId ?? '', kind: 'on-it' });
  await rig.passEventTime(HOUR_MS);
  expect(rig.email.messages.filter(({ recipient }) => recipient.personId === DESK)).toEqual([]);
});

const silent = (vehicleId: string) =>
  unready(vehicleId, {
    ...{ alertId: `silent-${vehicleId}`, ruleId: 'silent-car', message: 'silent-car', subject: 'vehicle' },
    ...{
      audience: 'operators',
      remedies: [],
      digestForS: undefined,
      stopName: undefined,
      deadlineAtMs: undefined,
    },
  });

test('ten at once are told one by one; of a flood the rest are one message of their kind', async () => {
  await start(30);
  await takeDesk();
  await publish(rig, cars.slice(0, 10).map(silent));
  await rig.passEventTime(MINUTE_MS);
  expect(titles()).toHaveLength(10);
  await publish(rig, cars.slice(10, 25).map(silent));
  await rig.passEventTime(11 * MINUTE_MS);
  const together = titles().filter((title) => title.includes(' of 30 cars have gone silent'));
  expect(titles()).toHaveLength(10 + together.length);
  expect(together.at(-1)).toBe('25 of 30 cars have gone silent on the road');
  expect(together.length).toBeLessThanOrEqual(2);
});

test('a flood is over below half of its rate', async () => {
  await start(40);
  await takeDesk();
  await publish(rig, cars.slice(0, 11).map(silent));
  await rig.passEventTime(10 * MINUTE_MS + 1);
  const before = titles().length;
  await publish(rig, [silent(cars[20] ?? '')]);
  expect(titles().slice(before)).toEqual(['Van 21: Call the driver: no word from the car']);
});

test('a car that changes hands takes nothing of the others with it', async () => {
  await start(20);
  await publish(rig, first(3));
  await addPerson(rig, DESK);
  const lead = (await digests()).find(({ state }) => state === 'waiting')?.vehicleId ?? '';
  const shift = { part: 'driver' as const, fromMs: START_MS + MINUTE_MS, toMs: null, actor: 'test' };
  await rig.trust.assign({ ...shift, vehicleId: lead, personId: DESK });
  await rig.passEventTime(5 * MINUTE_MS);
  const owner = rig.email.messages.filter(({ recipient }) => recipient.personId === DRIVER);
  expect(owner.map(({ title }) => title)).toEqual(['2 of 21 cars may not be ready in time']);
  expect(owner[0]?.body).not.toContain(`Check Van ${Number(lead.slice(-8))} first`);
});
