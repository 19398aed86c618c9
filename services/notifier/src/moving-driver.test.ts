import { GEAR, SIGNAL, type SignalRecord } from '@outrider/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DrivingState, drivingStateOf, foldMotion, type Motion } from './driving-state.ts';
import {
  createRig,
  DRIVER,
  driver,
  fakeChannel,
  HOUR_MS,
  MINUTE_MS,
  type Rig,
  type RigOptions,
  START_MS,
  VEHICLE,
} from './notifier.fixture.ts';
import { runStages, SENDING_STAGES, STAGES } from './pipeline.ts';
import { basis, limits, told } from './stage.fixture.ts';
import type { Facts } from './stage.ts';

// Beside phone-while-driving: not only who is known to drive, but who may be at the wheel, over random pasts of a car and
// random stories of the notifier. The judge here knows the car's whole past and shares no code with what it judges.

const ON_PHONES = ['sms', 'email', 'webhook'] as const;

/** One thing that a car said. */
interface Said {
  readonly atMs: number;
  readonly values: SignalRecord['values'];
}

const gears = fc.constantFrom(GEAR.park, GEAR.drive, GEAR.neutral, -1);
const speeds = fc.constantFrom(0, 3, 3.1, 30, 130, -5);
const values = fc.oneof(
  gears.map((gear) => ({ [SIGNAL.gear]: gear })),
  speeds.map((speed) => ({ [SIGNAL.speed]: speed })),
  fc.boolean().map((is) => ({ [SIGNAL.isPlugged]: is })),
  fc.boolean().map((is) => ({ [SIGNAL.isCharging]: is })),
  fc.tuple(gears, speeds).map(([gear, speed]) => ({ [SIGNAL.gear]: gear, [SIGNAL.speed]: speed })),
);
/** From a second to longer than any reading counts. */
const gapMs = fc.constantFrom(1_000, MINUTE_MS, 5 * MINUTE_MS, 5 * MINUTE_MS + 1, HOUR_MS, 7 * HOUR_MS);
const past: fc.Arbitrary<readonly Said[]> = fc
  .array(fc.record({ gapMs, values }), { maxLength: 8 })
  .map((steps) => {
    let atMs = START_MS;
    return steps.map((step) => {
      atMs += step.gapMs;
      return { atMs, values: step.values };
    });
  });

const recordOf = ({ atMs, values: said }: Said, at: number): SignalRecord => ({
  recordId: `r-${at}`,
  vehicleId: VEHICLE,
  observedAtMs: atMs,
  receivedAtMs: atMs,
  source: 'vss-json',
  values: said,
});

/** Said since, and not taken back by wheels that turned or a gear that drives: it stands in Park or on a cable. */
function isProvedToStand(said: readonly Said[]): boolean {
  let stands = false;
  for (const { values: now } of said) {
    const speed = now[SIGNAL.speed];
    const gear = now[SIGNAL.gear];
    if (gear === GEAR.park || now[SIGNAL.isPlugged] === true || now[SIGNAL.isCharging] === true)
      stands = true;
    else if (gear === GEAR.drive || gear === -1) stands = false;
    // A gear in the same breath proves nothing.
    if (typeof speed === 'number' && Math.abs(speed) > 3) stands = false;
  }
  return stands;
}

const factsOn = (driving: DrivingState, channel: Facts['channel'], change: Partial<Facts>): Facts => ({
  nowMs: START_MS,
  recipient: driver,
  isTheirs: true,
  isAllowed: true,
  channel,
  severity: 'warning',
  interrupts: true,
  driving,
  expiresAtMs: START_MS + 48 * HOUR_MS,
  deadlineAtMs: undefined,
  movingHoldMs: 1,
  isFollowUp: false,
  hasReceipt: false,
  alertId: 'alert-2',
  ruleId: 'arrival-below-reserve',
  subject: 'stop-milford',
  stopName: 'Milford',
  probability: 0.6,
  saying: 'interrupt',
  history: [],
  interruptedAtMs: [],
  interruptedOn: () => [],
  answer: undefined,
  doubts: undefined,
  limits,
  ...change,
});

const anything = fc.record({
  recipient: fc.constantFrom(undefined, driver, { ...driver, quietFromMinute: 0, quietToMinute: 1_439 }),
  isAllowed: fc.boolean(),
  severity: fc.constantFrom('info', 'warning', 'critical'),
  interrupts: fc.boolean(),
  expiresAtMs: fc.integer({ min: START_MS - HOUR_MS, max: START_MS + 24 * HOUR_MS }),
  deadlineAtMs: fc.option(fc.integer({ min: START_MS - HOUR_MS, max: START_MS + 24 * HOUR_MS }), {
    nil: undefined,
  }),
  movingHoldMs: fc.integer({ min: 1, max: HOUR_MS }),
  isFollowUp: fc.boolean(),
  hasReceipt: fc.boolean(),
  saying: fc.constantFrom('interrupt', 'card', 'update', 'resolve', 'nothing-new', 'never-told'),
  probability: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
  history: fc.constantFrom([], [told()], [told({ state: 'read', severity: 'critical', basis })]),
  interruptedAtMs: fc.array(fc.integer({ min: START_MS - HOUR_MS, max: START_MS }), { maxLength: 6 }),
  answer: fc.constantFrom(
    undefined,
    { kind: 'declined' as const, atMs: START_MS - HOUR_MS, probability: 0.3 },
    { kind: 'on-it' as const, atMs: START_MS - HOUR_MS, probability: 0.3 },
  ),
}) satisfies fc.Arbitrary<Partial<Facts>>;

const isOutNow = (facts: Facts): boolean =>
  [STAGES, SENDING_STAGES].some((stages) => {
    const outcome = runStages(stages, facts);
    return outcome.kind === 'send' && outcome.notBeforeMs <= facts.nowMs;
  });

test('whatever else is true, nothing for a phone passes while the car is not proved to stand', () => {
  let moving = 0;
  fc.assert(
    fc.property(past, gapMs, fc.constantFrom(...ON_PHONES), anything, (said, laterMs, channel, change) => {
      const motion = said.map(recordOf).reduce<Motion>(foldMotion, {});
      const nowMs = (said.at(-1)?.atMs ?? START_MS) + laterMs;
      const driving = drivingStateOf(motion, nowMs);
      if (isProvedToStand(said)) return;
      moving += 1;
      expect(isOutNow(factsOn(driving, channel, change))).toBe(false);
    }),
    { numRuns: 5_000 },
  );
  // Enough of the random pasts did put it to the test.
  expect(moving).toBeGreaterThan(1_000);
});

test('the same message passes at a stop', () => {
  let standing = 0;
  fc.assert(
    fc.property(past, fc.constantFrom(...ON_PHONES), (said, channel) => {
      const inPark = { atMs: (said.at(-1)?.atMs ?? START_MS) + 1, values: { [SIGNAL.gear]: GEAR.park } };
      const motion = [...said, inPark].map(recordOf).reduce<Motion>(foldMotion, {});
      const driving = drivingStateOf(motion, inPark.atMs + HOUR_MS);
      standing += isOutNow(factsOn(driving, channel, {})) ? 1 : 0;
    }),
    { numRuns: 500 },
  );
  expect(standing).toBe(500);
});

test('the feed, which a car shows or reads out, passes to a moving driver', () => {
  expect(isOutNow(factsOn({ kind: 'moving' }, 'feed', {}))).toBe(true);
});

/** What happens to a car with warnings under way. */
type Happening = 'drive' | 'park' | 'speak' | 'worsen' | 'wait' | 'wait long' | 'restart';

const happenings = fc.array(
  fc.constantFrom<Happening>('drive', 'park', 'speak', 'worsen', 'wait', 'wait long', 'restart'),
  { minLength: 4, maxLength: 14 },
);

async function live(rig: Rig, story: readonly Happening[], onMotion: (parked: boolean) => void) {
  let alerts = 0;
  let revision = 1;
  const speak = (severity: 'warning' | 'critical') =>
    rig.publishAlert({
      ...{ alertId: `alert-${alerts}`, subject: `stop-${alerts}`, revision, severity },
      startedAtMs: rig.runtime.eventClock.nowMs(),
      changedAtMs: rig.runtime.eventClock.nowMs(),
      expiresAtMs: rig.runtime.eventClock.nowMs() + 2 * HOUR_MS,
    });
  for (const happening of story) {
    // A moment later, so that what is said twice differs in time.
    await rig.passEventTime(1_000);
    if (happening === 'drive' || happening === 'park') {
      onMotion(happening === 'park');
      await rig[happening]();
    }
    if (happening === 'speak') {
      alerts += 1;
      revision = 1;
      await speak('warning');
    }
    if (happening === 'worsen') {
      revision += 1;
      await speak('critical');
    }
    if (happening === 'wait') await rig.passEventTime(3 * MINUTE_MS);
    if (happening === 'wait long') await rig.passEventTime(7 * HOUR_MS);
    if (happening === 'restart') await rig.restart();
  }
}

/** How many SMS went out, at a stop and at the wheel, over a story with its last word. */
async function smsOf(
  story: readonly Happening[],
): Promise<{ readonly stop: number; readonly wheel: number }> {
  const sms = fakeChannel('sms');
  let isParked = false;
  const sent = { stop: 0, wheel: 0 };
  const channel = {
    ...sms,
    async deliver(...args: Parameters<typeof sms.deliver>) {
      sent[isParked ? 'stop' : 'wheel'] += 1;
      return sms.deliver(...args);
    },
  };
  const person = { personId: DRIVER, channels: ['feed', 'sms'], webhookUrl: 'https://example.org/' } as const;
  const rig = await createRig({ person, channels: [channel] });
  try {
    await live(rig, story, (parked) => {
      isParked = parked;
    });
  } finally {
    await rig.close();
  }
  return sent;
}

test('over random stories of drives, stops, silence, warnings and restarts no SMS reaches the wheel', async () => {
  let stop = 0;
  await fc.assert(
    fc.asyncProperty(happenings, async (story) => {
      // It ends at a stop, so that what waited comes out.
      const sent = await smsOf([...story, 'park', 'wait']);
      stop += sent.stop;
      expect(sent.wheel).toBe(0);
    }),
    { numRuns: 30 },
  );
  // The same stories did send, at stops.
  expect(stop).toBeGreaterThan(5);
});

test('an SMS decided on while driving goes out at the stop, and only there', async () => {
  const drive = ['drive', 'speak', 'wait'] as const;
  expect(await smsOf(drive)).toEqual({ stop: 0, wheel: 0 });
  expect(await smsOf([...drive, 'park', 'wait'])).toEqual({ stop: 1, wheel: 0 });
});

test('an SMS decided on at a stop waits when the car has left by the moment of sending', async () => {
  const sms = fakeChannel('sms');
  const person: RigOptions['person'] = {
    channels: ['feed', 'sms'],
    webhookUrl: 'https://example.org/',
    quietFromMinute: 0,
    quietToMinute: 9 * 60 + 30,
  };
  const rig = await createRig({ person, channels: [sms] });
  await rig.park();
  // 09:00 there: it is decided, and waits for the end of the quiet hours.
  await rig.publishAlert({ expiresAtMs: START_MS + 4 * HOUR_MS, deadlineAtMs: START_MS + 3 * HOUR_MS });
  await rig.passEventTime(29 * MINUTE_MS);
  await rig.drive();
  await rig.passEventTime(MINUTE_MS);
  expect(sms.messages).toEqual([]);
  await rig.park();
  await rig.passEventTime(MINUTE_MS);
  expect(sms.messages.length).toBe(1);
  await rig.close();
});
