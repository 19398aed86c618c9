import { type Alert, type Remedy, SIGNAL } from '@outrider/domain';
import { afterEach, describe, expect, test } from 'vitest';
import { createRig, type Rig } from './app.fixture.ts';
import {
  conditionsOf,
  DRIVING,
  modelOf,
  NOW_MS,
  placeOf,
  stopAt,
  tripOf,
  VEHICLE,
} from './predictor.fixture.ts';
import { decideCommand, isWarmingWorth } from './warming-command.ts';

const CAR = modelOf();
const FACTS = { isFastChargeAhead: true, batteryTempC: 0, minutesToFastCharge: 30 };
const warming = (change: object = {}): Remedy => ({
  ...{ kind: 'precondition', minutes: 25, belowReserveProbability: 0.01 },
  arrivalSocPct: { p10: 20, p50: 25, p90: 30 },
  ...change,
});
const alertWith = (facts: Alert['facts'] = {}, remedies: Remedy[] = [warming()]): Alert => ({
  ...{ alertId: 'alert-1', revision: 1, vehicleId: VEHICLE, ruleId: 'cold-battery', subject: 'vehicle' },
  ...{ state: 'firing', severity: 'info', message: 'cold-battery' },
  ...{ startedAtMs: NOW_MS, changedAtMs: NOW_MS, expiresAtMs: NOW_MS + 1 },
  facts: { ...FACTS, ...facts },
  remedies,
  evidence: { inputs: [], modelVersion: 'm', ruleVersion: 'r' },
});

describe('warming', () => {
  const rows: readonly { name: string; alert: Alert; isWorth: boolean }[] = [
    { name: 'pays in the cold', alert: alertWith(), isWorth: true },
    { name: 'saves too little when it is mild', alert: alertWith({ batteryTempC: 19 }), isWorth: false },
    {
      name: 'that takes long costs more than it saves',
      alert: alertWith({ minutesToFastCharge: 45 }, [warming({ minutes: 80 })]),
      isWorth: false,
    },
    {
      name: 'half of which fits in is worth it',
      alert: alertWith({ minutesToFastCharge: 12.5 }),
      isWorth: true,
    },
    { name: 'less of which fits in is not', alert: alertWith({ minutesToFastCharge: 12.4 }), isWorth: false },
    {
      name: 'at the edge of the risk is worth it',
      alert: alertWith({}, [warming({ belowReserveProbability: 1 / 22 })]),
      isWorth: true,
    },
    {
      name: 'that puts the arrival at risk is not',
      alert: alertWith({}, [warming({ belowReserveProbability: 0.046 })]),
      isWorth: false,
    },
    {
      name: 'without a fast charger ahead is not',
      alert: alertWith({ isFastChargeAhead: false }),
      isWorth: false,
    },
    { name: 'of an unknown temperature is not', alert: alertWith({ batteryTempC: null }), isWorth: false },
    { name: 'that is not the advice is not', alert: alertWith({}, []), isWorth: false },
  ];
  test.each(rows)('$name', ({ alert, isWorth }) => {
    expect(isWarmingWorth(alert, CAR)).toBe(isWorth);
  });
});

describe('a step of the alert', () => {
  const over = (facts: Alert['facts']): Alert => ({ ...alertWith(facts, []), state: 'resolved' });
  const adviceBefore = 'precondition';
  const rows: readonly { name: string; said: Parameters<typeof decideCommand>[0]; does: string | null }[] = [
    { name: 'the first asks', said: { alert: alertWith(), isShadow: false }, does: 'asked' },
    { name: 'one on trial asks nothing', said: { alert: alertWith(), isShadow: true }, does: null },
    {
      name: 'the charger is no longer next',
      said: { alert: over({ isFastChargeAhead: false }), isShadow: false, adviceBefore },
      does: 'cancelled',
    },
    {
      name: 'the way came to need the charge',
      said: { alert: over({ batteryTempC: 14.9 }), isShadow: false, adviceBefore },
      does: 'cancelled',
    },
    {
      name: 'the battery is warm: the car may finish',
      said: { alert: over({ batteryTempC: 15 }), isShadow: false, adviceBefore },
      does: null,
    },
    {
      name: 'an alert without the advice takes nothing back',
      said: { alert: over({}), isShadow: false, adviceBefore: 'none' },
      does: null,
    },
    {
      name: 'the last minutes of it are not taken back',
      said: { alert: alertWith({ minutesToFastCharge: 1 }), isShadow: false, adviceBefore },
      does: null,
    },
  ];
  test.each(rows)('$name', ({ said, does }) => {
    expect(decideCommand(said, CAR)).toBe(does);
  });
});

describe('on the way to a fast charger in the cold', () => {
  let rig: Rig;
  afterEach(() => rig.close());
  const trip = tripOf({
    departAtMs: NOW_MS,
    stops: [stopAt('there', 60_000, { kind: 'charge', powerKw: 90 })],
  });
  const allow = (isGranted: boolean): Promise<void> =>
    rig.trust.recordConsent({
      ...{ vehicleId: VEHICLE, personId: 'per_driver0001', actor: 'test' },
      ...{ purpose: 'warm_battery', isGranted, textVersion: '1' },
    });
  const drive = async (fromKm: number, minutes: number): Promise<void> => {
    for (let minute = 0; minute < minutes; minute++) {
      const values = { [SIGNAL.soc]: 60, [SIGNAL.airTemp]: -10, [SIGNAL.batteryTemp]: 0 };
      await rig.say({ ...placeOf((fromKm + minute * 1.6) * 1_000), ...DRIVING, ...values });
      await rig.pass(60, 30);
    }
  };
  const begin = async (isGranted: boolean): Promise<void> => {
    rig = await createRig();
    if (isGranted) await allow(true);
    await rig.tell(trip, conditionsOf({ trip }));
    await drive(0, 4);
  };

  test('the car is asked once per episode, over restarts, and no longer when the plan is gone', async () => {
    await begin(true);
    const [alert] = (await rig.alerts()).filter(({ ruleId }) => ruleId === 'cold-battery');
    expect(alert?.remedies[0]).toMatchObject({ kind: 'precondition', stopName: 'there' });
    const asked = await rig.commands();
    expect(asked).toMatchObject([{ kind: 'precondition-battery', state: 'asked', alertId: alert?.alertId }]);
    // The heater's 5 kW for so long; where the car goes is not said unsealed.
    expect(asked[0]?.energyKwh).toBeCloseTo((asked[0]?.minutes ?? 0) / 12, 9);
    expect(JSON.stringify(asked)).not.toContain('there');
    await rig.restart();
    await drive(6.4, 12);
    expect(await rig.commands()).toEqual(asked);
    await rig.plan({ ...trip, revision: 2, withdrawn: true });
    await drive(25.6, 3);
    expect((await rig.commands()).map(({ commandId, state }) => [commandId, state])).toEqual([
      [asked[0]?.commandId, 'asked'],
      [asked[0]?.commandId, 'cancelled'],
    ]);
  });

  test('without the owner’s standing consent it is not asked, and the warning is the same', async () => {
    await begin(false);
    expect((await rig.alerts()).map(({ ruleId }) => ruleId)).toContain('cold-battery');
    expect(await rig.commands()).toEqual([]);
  });
});
