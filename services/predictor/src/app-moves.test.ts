import { SIGNAL } from '@outrider/domain';
import type { App } from '@outrider/runtime';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRig } from './app.fixture.ts';
import { conditionsOf, PARKED, placeOf, stopAt, tripOf } from './predictor.fixture.ts';

// Partitions move while a car's charge falls and its plan is told anew: at the frame, between it and the end of the
// rule's minute, at the step that is saved. Whoever has them then tells of the fall, in time, and each step once.

/** Frames come every 5 s; a fall is told a minute later. */
const FRAMES = 40;
const FALL_AT = 8;
const EVERY_MS = 5_000;
/** From the fall: the rule's minute, the reorder window, and as much again as a move may cost. */
const TOLD_WITHIN_MS = 60_000 + 10_000 + 15_000;

/** What happens to the predictors before a frame, and how far they come before the next. */
const moment = fc.record({
  what: fc.oneof(
    { weight: 5, arbitrary: fc.constant('nothing' as const) },
    fc.constantFrom('joins', 'leaves', 'is replaced'),
  ),
  turns: fc.integer({ min: 0, max: 12 }),
});
type Moment = typeof moment extends fc.Arbitrary<infer T> ? T : never;

interface Course {
  readonly moments: readonly Moment[];
  /** Frames after the fall at which the car's new plan comes, and after that the look at the road for it. */
  readonly planAfter: number;
  readonly lookAfter: number;
}

const course: fc.Arbitrary<Course> = fc.record({
  moments: fc.array(moment, { minLength: FRAMES, maxLength: FRAMES }),
  planAfter: fc.integer({ min: -2, max: 2 }),
  lookAfter: fc.integer({ min: 0, max: 6 }),
});

const ready = { ...PARKED, ...placeOf(0), [SIGNAL.airTemp]: 0 };

async function drive({ moments, planAfter, lookAfter }: Course) {
  const rig = await createRig();
  const trip = tripOf();
  const next = tripOf({
    revision: 2,
    stops: [stopAt('elsewhere', 200_000, { kind: 'charge', powerKw: 90 })],
  });
  await rig.tell(trip, conditionsOf({ trip }));
  await rig.say({ ...ready, [SIGNAL.soc]: 95 });
  await rig.pass(15 * 60, 60);
  const members: App[] = [rig.predictor];
  const leave = () => (members.length > 1 ? members.shift()?.stop() : undefined);
  const join = async () => {
    const other = rig.create();
    await other.start();
    members.push(other);
  };
  let fallAtMs = 0;
  let toldAtMs = Number.POSITIVE_INFINITY;
  for (let frame = 0; frame < FRAMES; frame++) {
    const { what = 'nothing', turns = 0 } = moments[frame] ?? {};
    if (what === 'joins' || what === 'is replaced') await join();
    const left = what === 'leaves' || what === 'is replaced' ? leave() : undefined;
    rig.clock.advanceTo(rig.clock.nowMs() + EVERY_MS);
    const nowMs = rig.clock.nowMs();
    if (frame === FALL_AT) fallAtMs = nowMs;
    if (frame === FALL_AT + planAfter) await rig.plan(next);
    if (frame === FALL_AT + planAfter + lookAfter)
      await rig.look(conditionsOf({ trip: next, change: { asOfMs: nowMs } }));
    await rig.say({ ...ready, [SIGNAL.soc]: frame < FALL_AT ? 95 : 12 }, { settles: false });
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    await left;
    const said = frame > FALL_AT && toldAtMs === Number.POSITIVE_INFINITY ? await rig.alerts() : [];
    if (said.some(({ startedAtMs }) => startedAtMs >= fallAtMs)) toldAtMs = nowMs;
  }
  while (members.length > 1) await leave();
  rig.predictor = members[0] ?? rig.predictor;
  await rig.pass(30);
  const alerts = (await rig.alerts()).filter(({ ruleId }) => ruleId === 'departure-below-reserve');
  await rig.close();
  return { alerts, afterMs: toldAtMs - fallAtMs, early: alerts.filter((one) => one.startedAtMs < fallAtMs) };
}

test('a fall of the charge is told in time, whoever gets its partition in the middle of it', async () => {
  await fc.assert(
    fc.asyncProperty(course, async (one) => {
      const { alerts, afterMs, early } = await drive(one);
      // Of another stop the minute begins when its road is known.
      const seenAfterMs = Math.max(0, one.planAfter + one.lookAfter) * EVERY_MS;
      expect(afterMs).toBeLessThanOrEqual(TOLD_WITHIN_MS + seenAfterMs);
      expect(early).toEqual([]);
      for (const { subject } of alerts) expect(['there', 'elsewhere']).toContain(subject);
    }),
    { numRuns: 10 },
  );
}, 60_000);

/** A fall of two minutes whose frames come so much later, all at once. */
async function fallHeardAfter(delayS: number) {
  const rig = await createRig();
  const trip = tripOf();
  await rig.tell(trip, conditionsOf({ trip }));
  await rig.say({ ...ready, [SIGNAL.soc]: 95 });
  await rig.pass(15 * 60, 60);
  const fallAtMs = rig.clock.nowMs() + EVERY_MS;
  const waiting: (readonly [observedAtMs: number, socPct: number])[] = [];
  for (let atS = 0; atS < 360; atS += EVERY_MS / 1_000) {
    rig.clock.advanceTo(fallAtMs + atS * 1_000);
    waiting.push([rig.clock.nowMs(), atS < 120 ? 12 : 95]);
    if (atS >= delayS)
      for (const [observedAtMs, socPct] of waiting.splice(0))
        await rig.say({ ...ready, [SIGNAL.soc]: socPct }, { observedAtMs, settles: false });
    await rig.settle();
  }
  const alerts = (await rig.alerts()).filter(({ ruleId }) => ruleId === 'departure-below-reserve');
  await rig.close();
  return alerts.map(({ state, changedAtMs }) => [state, (changedAtMs - fallAtMs) / 1_000]);
}

test('a fall that lasts is told when it is heard of; one that is over by then is told to nobody', async () => {
  expect(await fallHeardAfter(0)).toEqual([
    ['firing', 60],
    ['resolved', 180],
  ]);
  // The clock went on meanwhile, and rules wait by it: two minutes heard in one moment are a moment.
  const [firing] = await fallHeardAfter(100);
  expect(firing?.[0]).toBe('firing');
  expect(firing?.[1]).toBeGreaterThan(60);
  expect(await fallHeardAfter(130)).toEqual([]);
}, 30_000);
