import { SIGNAL } from '@outrider/domain';
import { readSettings } from '@outrider/runtime';
import type { NotificationRow } from '@outrider/state';
import { afterEach, expect, test } from 'vitest';
import { createRig, type Rig } from './app.fixture.ts';
import {
  CHARGING,
  charger,
  conditionsOf,
  DRIVING,
  PARKED,
  placeOf,
  tripOf,
  VEHICLE,
} from './predictor.fixture.ts';
import { ruleFolder, ruleText } from './rule-set.fixture.ts';
import { predictorSettings } from './settings.ts';

let rig: Rig;
afterEach(() => rig.close());

const allow = (isGranted: boolean): Promise<void> =>
  rig.trust.recordConsent({
    ...{ vehicleId: VEHICLE, personId: 'per_driver0001', actor: 'test' },
    ...{ purpose: 'service_quality_aggregate', isGranted, textVersion: '1' },
  });
const labels = () => rig.state.quality.listSince(0, 100);

async function restart(settings: ReturnType<typeof readSettings<typeof predictorSettings>>): Promise<void> {
  await rig.predictor.stop();
  rig.predictor = rig.create({ settings });
  await rig.predictor.start();
  await rig.settle();
}

/** 200 km to a charger with too little charge; `restartAt`: another predictor takes over at that minute. */
async function drive(restartAt?: number, settings = readSettings(predictorSettings, {})): Promise<void> {
  await rig.tell(
    tripOf({ departAtMs: rig.clock.nowMs() }),
    conditionsOf({ chargers: [charger('half', 90_000)] }),
  );
  for (let minute = 0; minute <= 122; minute += 2) {
    if (minute === restartAt) await restart(settings);
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

test('a label says whether warnings came as early as their rules ask, over restarts', async () => {
  await using folder = await ruleFolder('early-enough', 'too-late', 'asks-nothing');
  await folder.put('early-enough.yaml', ruleText('early-enough', { leadTime: '1m' }));
  await folder.put('too-late.yaml', ruleText('too-late', { leadTime: '1d' }));
  rig = await createRig();
  await allow(true);
  const settings = readSettings(predictorSettings, { RULES_FOLDER: folder.path });
  await restart(settings);
  await drive(60, settings);
  const [label] = await labels();
  expect(label?.warnings.map(({ ruleId, isLate }) => [ruleId, isLate]).toSorted()).toEqual([
    ['asks-nothing', undefined],
    ['early-enough', false],
    ['too-late', true],
  ]);
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

/** The same way, charged at its half from 26 to 60 %. */
async function driveAndCharge(atHalf: () => Promise<void>): Promise<void> {
  await rig.tell(
    tripOf({ departAtMs: rig.clock.nowMs() }),
    conditionsOf({ chargers: [charger('half', 90_000)] }),
  );
  const say = async (km: number, socPct: number, values: Readonly<Record<string, number | boolean>>) => {
    await rig.say({ ...placeOf(km * 1_000), ...values, [SIGNAL.soc]: socPct, [SIGNAL.airTemp]: 0 });
    await rig.pass(120, 60);
  };
  const onRoad = { ...DRIVING, [SIGNAL.isPlugged]: false, [SIGNAL.isCharging]: false };
  for (let km = 0; km < 90; km += 4) await say(km, 45 - km * 0.21, onRoad);
  await atHalf();
  for (let socPct = 27; socPct <= 60; socPct += 3) await say(90, socPct, CHARGING);
  for (let km = 92; km < 200; km += 4) await say(km, 60 - (km - 90) * 0.21, onRoad);
  await say(200, 37, PARKED);
}

test('who heard a warning that was acted on doubts its rule no more, in figures about crowds or not', async () => {
  rig = await createRig();
  const { notifications } = rig.state;
  const personId = 'per_driver0001';
  let doubted: readonly string[] = [];
  const doubts = async () => (await notifications.listDoubts(personId)).map(({ ruleId }) => ruleId);
  await driveAndCharge(async () => {
    for (const { alertId, ruleId } of await rig.alerts()) {
      const heard = { notificationId: `of ${alertId}`, alertId, ruleId, personId, vehicleId: VEHICLE };
      await notifications.insert([{ ...HEARD, ...heard }]);
      await notifications.putDoubts({
        ...{ personId, ruleId, times: 2, alertId: 'an earlier one' },
        ...{ atMs: rig.clock.nowMs(), probability: 0.9 },
      });
    }
    doubted = await doubts();
  });
  expect(doubted).toContain('arrival-below-reserve');
  expect(await doubts()).not.toContain('arrival-below-reserve');
  expect(await labels()).toEqual([]);
});

const HEARD: NotificationRow = {
  ...{ notificationId: '', alertId: '', revision: 1, vehicleId: VEHICLE, ruleId: '', subject: 'stop' },
  ...{ personId: null, channel: 'feed', state: 'read', severity: 'warning', interrupts: true },
  ...{ purpose: 'alert', reason: null, createdAtMs: 0, changedAtMs: 0, expiresAtMs: 1, notBeforeMs: 0 },
  ...{ attempts: 1, keyId: null, box: null },
};
