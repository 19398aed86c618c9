import { SIGNAL } from '@outrider/domain';
import { readSettings } from '@outrider/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRig, type Rig } from './app.fixture.ts';
import { charger, conditionsOf, DRIVING, placeOf, tripOf } from './predictor.fixture.ts';
import { type RuleFolder, ruleFolder, ruleText } from './rule-set.fixture.ts';
import { predictorSettings } from './settings.ts';

// A running predictor whose folder of rules changes under it.

const low = { ...placeOf(2_000), ...DRIVING, [SIGNAL.soc]: 45, [SIGNAL.airTemp]: 0 };
const OFF = 'some-rule: { mode: off, by: night-shift, why: It warns of a broken thermometer. }';
/** The folder is looked at every five seconds, and what stands still for two looks counts. */
const RELOAD_S = 15;

let rig: Rig;
let folder: RuleFolder;
beforeEach(async () => {
  folder = await ruleFolder('some-rule');
  rig = await createRig();
  await restart();
  await rig.tell(tripOf(), conditionsOf({ chargers: [charger('halfway', 90_000)] }));
  await rig.say(low);
});
afterEach(async () => {
  await rig.close();
  await folder[Symbol.asyncDispose]();
});

async function restart(): Promise<void> {
  await rig.predictor.stop();
  rig.predictor = rig.create({ settings: readSettings(predictorSettings, { RULES_FOLDER: folder.path }) });
  await rig.predictor.start();
  await rig.settle();
}

const told = async () => (await rig.alerts()).map(({ state, revision }) => `${state} ${revision}`);

test('a `for` under way and a standing alert outlive a new set', async () => {
  await rig.pass(30);
  await folder.put('some-rule.yaml', ruleText('some-rule', { expiresAfter: '40m' }));
  // 60 s of the condition and 10 s of the reorder window after it began: the timer was not begun again.
  await rig.pass(40);
  expect(await told()).toEqual(['firing 1']);
  await folder.put('some-rule.yaml', ruleText('some-rule', { expiresAfter: '50m' }));
  await rig.pass(60);
  expect(await told()).toEqual(['firing 1']);
});

test('a rule switched off takes back what it said of a car that says nothing more, and on again begins anew', async () => {
  await rig.pass(80);
  expect(await told()).toEqual(['firing 1']);
  await folder.put('modes.yaml', OFF);
  await rig.pass(RELOAD_S);
  expect(await told()).toEqual(['firing 1', 'resolved 2']);
  await folder.put('modes.yaml', null);
  await rig.pass(RELOAD_S);
  await rig.say(low);
  await rig.pass(80);
  expect(await told()).toEqual(['firing 1', 'resolved 2', 'firing 1']);
});

test('a rule switched off while nothing ran takes back what it said at the start', async () => {
  await rig.pass(80);
  await folder.put('modes.yaml', OFF);
  await restart();
  await rig.pass(RELOAD_S);
  expect(await told()).toEqual(['firing 1', 'resolved 2']);
});

test('a set with a mistake changes nothing: the alert comes, and stays', async () => {
  await folder.put('some-rule.yaml', ruleText('some-rule', { when: 'isUnderwy' }));
  await rig.pass(200);
  expect(await told()).toEqual(['firing 1']);
});

test('who was told of an alert hears its end, though the rule is in the shadow by then', async () => {
  await rig.pass(80);
  await folder.put('modes.yaml', OFF.replace('mode: off', 'mode: shadow'));
  await rig.pass(RELOAD_S);
  expect(await told()).toEqual(['firing 1']);
  await rig.say({ ...low, [SIGNAL.soc]: 100 });
  await rig.pass(120);
  expect(await told()).toEqual(['firing 1', 'resolved 2']);
  await rig.say(low);
  await rig.pass(120);
  expect(await told()).toEqual(['firing 1', 'resolved 2']);
});
