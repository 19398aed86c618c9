import { SIGNAL } from '@outrider/domain';
import { readSettings } from '@outrider/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRig, type Rig } from './app.fixture.ts';
import { DRIVING, placeOf } from './predictor.fixture.ts';
import { type RuleFolder, ruleFolder, ruleText } from './rule-set.fixture.ts';
import { predictorSettings } from './settings.ts';

/** A card below 20 % of charge, a warning below 10 %; needs no plan. */
const LOW = {
  scope: 'vehicle',
  when: 'socPct < 20.0',
  levels: '[{ severity: info }, { severity: warning, when: socPct < 10.0 }]',
  for: '30s',
  clear: '{ when: socPct >= 25.0, for: 30s }',
  remedies: '[turn-back]',
};
const CARS = Array.from({ length: 24 }, (_, index) => `veh_brake${String(index).padStart(6, '0')}`);

let rig: Rig;
let folder: RuleFolder;
beforeEach(async () => {
  folder = await ruleFolder('low-charge');
  await folder.put('low-charge.yaml', ruleText('low-charge', LOW));
  rig = await createRig(CARS);
  await rig.predictor.stop();
  await begin();
});
afterEach(async () => {
  await rig.close();
  await folder[Symbol.asyncDispose]();
});

async function begin(): Promise<void> {
  const settings = readSettings(predictorSettings, { RULES_FOLDER: folder.path });
  rig.predictor = rig.create({ settings });
  await rig.predictor.start();
  await rig.settle();
}

/** These cars say in the same moment that they have little left; then time passes for the rule to fire. */
async function runLow(from: number, to: number): Promise<void> {
  await rig.trust.prepare(CARS);
  for (const vehicleId of CARS.slice(from, to))
    await rig.say({ ...placeOf(2_000), ...DRIVING, [SIGNAL.soc]: 5 }, { vehicleId });
  await rig.pass(60);
}
const severities = async () =>
  Object.groupBy(
    (await Promise.all(CARS.map((vehicleId) => rig.state.alerts.listOf(vehicleId, { limit: 10 })))).flat(),
    ({ severity }) => severity,
  );
const counts = async () => {
  const { info = [], warning = [] } = await severities();
  return { info: info.length, warning: warning.length };
};
const braked = () => rig.state.restraints.list(10);

test('nineteen cars are warned; the twentieth brakes the rule, and cards go on, also after a restart', async () => {
  await runLow(0, 19);
  expect(await counts()).toEqual({ info: 0, warning: 19 });
  expect(await braked()).toEqual([]);
  await runLow(19, 20);
  expect(await counts()).toEqual({ info: 0, warning: 20 });
  expect(await braked()).toMatchObject([{ kind: 'brake', figures: { cars: 20, fleetCars: 24 } }]);
  await runLow(20, 22);
  expect(await counts()).toEqual({ info: 2, warning: 20 });
  await rig.predictor.stop();
  await begin();
  await runLow(22, 23);
  expect(await counts()).toEqual({ info: 3, warning: 20 });
  const [{ restraintId } = { restraintId: '' }] = await braked();
  await rig.state.restraints.answer(restraintId, { kind: 'lift', by: 'operator', atMs: rig.clock.nowMs() });
  await rig.pass(10);
  await runLow(23, 24);
  expect((await counts()).warning).toBeGreaterThan(20);
  expect(await braked()).toHaveLength(1);
});

test('the same cars in more than ten minutes brake nothing', async () => {
  await runLow(0, 12);
  await rig.pass(600, 60);
  await runLow(12, 24);
  expect(await counts()).toEqual({ info: 0, warning: 24 });
  expect(await braked()).toEqual([]);
});
