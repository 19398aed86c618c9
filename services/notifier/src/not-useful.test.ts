import { afterEach, expect, test } from 'vitest';
import { createRig, HOUR_MS, type Rig, START_MS } from './notifier.fixture.ts';

let rig: Rig;
afterEach(() => rig.close());

const DAY_MS = 24 * HOUR_MS;

/** A driver who was warned, and agreed to figures about crowds or not. */
async function warn(isAgreed = true): Promise<void> {
  rig = await createRig();
  await rig.trust.recordConsent({
    ...{ vehicleId: 'veh_milford0001', personId: 'per_driver0001', actor: 'test', textVersion: '1' },
    ...{ purpose: 'service_quality_aggregate', isGranted: isAgreed },
  });
  await rig.park();
  await rig.publishAlert();
}
const counts = (fromMs = 0) => rig.state.opinions.countSince(fromMs, { isSynthetic: false });
const say = (change: object = {}) =>
  rig.publishFeedback({
    ...{ kind: 'not-useful', alertId: 'alert-1', personId: 'per_driver0001', atMs: START_MS },
    ...change,
  });

test('"not useful" is kept with its reason and day, once per person and alert, and names neither', async () => {
  await warn();
  await say({ because: 'too-late' });
  await say({ because: 'already-knew' });
  expect(await counts()).toEqual([{ ruleId: 'arrival-below-reserve', because: 'already-knew', count: 1 }]);
  const today = Math.floor(START_MS / DAY_MS) * DAY_MS;
  expect(await counts(today)).toHaveLength(1);
  expect(await counts(today + 1)).toEqual([]);
});

test.each([
  ['a word of another kind', { kind: 'declined' }],
  ['an alert nobody was told of', { alertId: 'unknown' }],
  ['somebody who was not told', { personId: 'per_stranger01' }],
])('%s is no complaint', async (_, change) => {
  await warn();
  await say(change);
  expect(await counts()).toEqual([]);
});

test('whose owner did not agree to figures about crowds counts in none', async () => {
  await warn(false);
  await say({ because: 'too-late' });
  expect(await counts()).toEqual([]);
  expect((await rig.rows()).map(({ state }) => state)).toEqual(['read', 'read']);
});
