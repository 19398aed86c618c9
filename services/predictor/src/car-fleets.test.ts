import { SIGNAL } from '@outrider/domain';
import { type Log, readSettings, silentLog } from '@outrider/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRig, type Rig } from './app.fixture.ts';
import { CarFleets, type Fleets } from './car-fleets.ts';
import { charger, conditionsOf, DRIVING, placeOf, tripOf, VEHICLE } from './predictor.fixture.ts';
import { type RuleFolder, ruleFolder, ruleText } from './rule-set.fixture.ts';
import { predictorSettings } from './settings.ts';

// A running predictor whose cars move from fleet to fleet.

const low = { ...placeOf(2_000), ...DRIVING, [SIGNAL.soc]: 45, [SIGNAL.airTemp]: 0 };
const forNorth = ruleText('some-rule', { cars: '{ fleets: [north] }' });
const forSilent = ruleText('some-rule', {
  ...{ scope: 'vehicle', when: 'isDriving', levels: '[{ severity: info }]', for: '0s' },
  ...{ clear: '{ when: "!isDriving", for: 0s }', absence: '{ of: car, for: 5m }' },
  ...{ cars: '{ fleets: [north] }', audience: 'operators', remedies: '[]' },
});

let rig: Rig;
let folder: RuleFolder;
beforeEach(async () => {
  folder = await ruleFolder('some-rule');
  rig = await createRig();
});
afterEach(async () => {
  await rig.close();
  await folder[Symbol.asyncDispose]();
});

async function restartWith(text: string): Promise<void> {
  await folder.put('some-rule.yaml', text);
  await rig.predictor.stop();
  rig.predictor = rig.create({ settings: readSettings(predictorSettings, { RULES_FOLDER: folder.path }) });
  await rig.predictor.start();
  await rig.tell(tripOf(), conditionsOf({ chargers: [charger('halfway', 90_000)] }));
  await rig.say(low);
}
const move = (fleet: string | null) => rig.state.vehicles.update(VEHICLE, { fleet });
const told = async () => (await rig.alerts()).map(({ state, revision }) => `${state} ${revision}`);

test('a car that comes to a fleet is asked at its next word, and one that leaves it hears the end without one', async () => {
  await restartWith(forNorth);
  await rig.pass(80);
  expect(await told()).toEqual([]);
  await move('north');
  await rig.pass(10);
  await rig.say(low);
  await rig.pass(80);
  expect(await told()).toEqual(['firing 1']);
  await move('south');
  await rig.pass(10);
  expect(await told()).toEqual(['firing 1', 'resolved 2']);
});

test('a car moved while nothing ran is of its new fleet at the start', async () => {
  await move('north');
  await restartWith(forNorth);
  await rig.pass(80);
  expect(await told()).toEqual(['firing 1']);
  await move(null);
  await rig.restart();
  await restartWith(forNorth);
  await rig.pass(10);
  expect(await told()).toEqual(['firing 1', 'resolved 2']);
});

test('a silent car that comes to a fleet is asked by its rules about silence, which no word of it would', async () => {
  await restartWith(forSilent);
  await rig.pass(60);
  await move('north');
  await rig.pass(330, 10);
  expect(await told()).toEqual(['firing 1']);
});

test('a state that cannot tell changes nothing, and is asked again', async () => {
  const warned: string[] = [];
  const log: Log = { ...silentLog, warn: (_: object, message: string) => void warned.push(message) };
  const read: Fleets[] = [];
  let answer: Promise<Fleets> = Promise.reject(new Error('down'));
  const vehicles = { ...rig.state.vehicles, fleets: () => answer };
  const fleets = new CarFleets({
    ...{ state: { vehicles }, log, rules: () => [{ fleets: ['north'] }] },
    onRead: (known) => void read.push(known),
  });
  await fleets.look();
  expect([read.length, warned.length, fleets.isLooking]).toEqual([0, 1, false]);
  answer = Promise.resolve(new Map([[VEHICLE, 'north']]));
  await Promise.all([fleets.look(), fleets.look()]);
  expect(read).toEqual([new Map([[VEHICLE, 'north']])]);
});

test('where no rule asks for a fleet nobody reads them', async () => {
  const vehicles = { ...rig.state.vehicles, fleets: () => Promise.reject(new Error('asked')) };
  const fleets = new CarFleets({
    ...{ state: { vehicles }, log: silentLog, rules: () => [{}, {}] },
    onRead: () => expect.unreachable(),
  });
  await fleets.look();
  expect(fleets.isLooking).toBe(false);
});
