import { SIGNAL } from '@outrider/domain';
import { afterEach, expect, test } from 'vitest';
import { createRig, type Rig } from './app.fixture.ts';
import { charger, conditionsOf, DRIVING, PARKED, placeOf, tripOf, VEHICLE } from './predictor.fixture.ts';

let rig: Rig;
afterEach(() => rig.close());

const allow = (isGranted: boolean): Promise<void> =>
  rig.trust.recordConsent({
    ...{ vehicleId: VEHICLE, personId: 'per_driver0001', actor: 'test' },
    ...{ purpose: 'service_quality_aggregate', isGranted, textVersion: '1' },
  });
const labels = () => rig.state.quality.listSince(0, 100);

/** 200 km to a charger with too little charge; `restartAt`: another predictor takes over at that minute. */
async function drive(restartAt?: number): Promise<void> {
  await rig.tell(
    tripOf({ departAtMs: rig.clock.nowMs() }),
    conditionsOf({ chargers: [charger('half', 90_000)] }),
  );
  for (let minute = 0; minute <= 122; minute += 2) {
    if (minute === restartAt) await rig.restart();
    const onRoad = minute > 0 && minute < 120 ? DRIVING : PARKED;
    const km = Math.min(200, (minute * 200) / 120);
    const socPct = 45 - Math.min(41, (minute * 41) / 120);
    await rig.say({ ...placeOf(km * 1_000), ...onRoad, [SIGNAL.soc]: socPct, [SIGNAL.airTemp]: 0 });
    await rig.pass(120, 60);
  }
}

test('a stretch that ended is stored once, over restarts, and names nobody', async () => {
  rig = await createRig();
  await allow(true);
  await drive(60);
  expect(await labels()).toMatchObject([
    {
      outcome: 'ignored',
      warnings: [
        { ruleId: 'arrival-below-reserve', times: 1 },
        { ruleId: 'point-of-no-return', times: 1 },
      ],
    },
  ]);
  expect(JSON.stringify(await labels())).not.toMatch(new RegExp(`${VEHICLE}|trip-1|there`));
  await rig.restart();
  await rig.pass(60);
  expect(await labels()).toHaveLength(1);
});

test('whose owner did not agree to that counts in no figure', async () => {
  rig = await createRig();
  await drive();
  expect((await rig.alerts()).length).toBeGreaterThan(0);
  expect(await labels()).toEqual([]);
});

test('of a synthetic car stands apart, over restarts', async () => {
  rig = await createRig(undefined, true);
  await allow(true);
  await drive(60);
  expect(await labels()).toEqual([]);
  expect(await rig.state.quality.listSince(0, 100, { isSynthetic: true })).toHaveLength(1);
});
