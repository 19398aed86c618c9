import { expect, test } from 'vitest';
import { allJobs, type Cell, DRIVES, isFaulty, shortJobs } from './faults.ts';
import { judge } from './judge.ts';
import type { AlertStep, Outcome, Told } from './outcome.ts';

const HOUR_MS = 3_600_000;
const CELL: Cell = { victim: 'weather', fault: 'down', onset: 'always' };

const step = (change: Partial<AlertStep> = {}): AlertStep => ({
  ...{ alertId: 'a', ruleId: 'arrival-below-reserve', subject: 'there', state: 'firing' },
  ...{ severity: 'warning', revision: 1, atMs: HOUR_MS },
  ...change,
});

const told = (change: Partial<Told> = {}): Told => ({
  ...{ alertId: 'a', ruleId: 'arrival-below-reserve', subject: 'there', severity: 'warning', atMs: HOUR_MS },
  body: 'Because: weather from the car alone, 3 min old.',
  facts: { weatherSource: 'car-thermometer', weatherAgeS: 180 },
  ...change,
});

const drive = (cell: Cell | null, change: Partial<Outcome> = {}): Outcome => ({
  ...{ scenario: DRIVES.motorway, cell, fromMs: 0, toMs: 10 * HOUR_MS, faultsMet: cell === null ? 0 : 3 },
  interruptions: [told()],
  steps: [step()],
  points: [{ id: 'leaving', isNeeded: true, isWarned: true, lastRemedyAtMs: 2 * HOUR_MS }],
  ...change,
});

/** What is broken when the healthy drive is as it should be and the faulty one is this. */
const broken = (cell: Cell, change: Partial<Outcome> = {}): string[] =>
  judge([drive(null), drive(cell, change)]).flatMap((one) => one.broken);

const UNWARNED = [{ id: 'leaving', isNeeded: true, isWarned: false, lastRemedyAtMs: 2 * HOUR_MS }];
const silent = { interruptions: [], steps: [] };

test('a drive that is warned as without the fault breaks nothing', () => {
  expect(broken(CELL)).toEqual([]);
});

test('a warning that does not come is missed, by the driver and of the rule', () => {
  expect(broken(CELL, { ...silent, points: UNWARNED })).toEqual([
    expect.stringContaining('nothing at leaving'),
    expect.stringContaining('arrival-below-reserve is silent'),
  ]);
});

test('a warning from before counts while its alert stands, and not once it is taken back', () => {
  expect(broken(CELL, { points: UNWARNED })).toEqual([]);
  const over = step({ state: 'resolved', revision: 2, atMs: 1.5 * HOUR_MS });
  expect(broken(CELL, { points: UNWARNED, steps: [step(), over] })).toHaveLength(1);
  const late = step({ state: 'resolved', revision: 2, atMs: 2.5 * HOUR_MS });
  expect(broken(CELL, { points: UNWARNED, steps: [step(), late] })).toEqual([]);
});

test.each([
  [{ weatherSource: 'car-thermometer' }, 'weather from the car alone', 'weather 3 min old'],
  [{ weatherSource: 'climatology' }, 'weather unknown', 'no wind data'],
  [{ routeSource: 'great-circle' }, 'road estimated', '3 km to go'],
  [{ advisesCharger: true }, 'charger status unknown', 'charger status'],
] as const)('what %j rests on has to be said', (facts, words, others) => {
  expect(broken(CELL, { interruptions: [told({ facts, body: `Because: ${words}.` })] })).toEqual([]);
  expect(broken(CELL, { interruptions: [told({ facts, body: `Because: ${others}.` })] })).toHaveLength(1);
});

test('who is down cannot have told the weather', () => {
  const facts = { weatherSource: 'open-meteo', weatherAgeS: 600 };
  const interruptions = [told({ facts, body: 'weather 10 min old' })];
  expect(broken(CELL, { interruptions })).toEqual([expect.stringContaining('rests on open-meteo')]);
  expect(broken({ ...CELL, onset: 'midway' }, { interruptions })).toEqual([]);
});

test('weather of three days ago is that old', () => {
  const cell: Cell = { ...CELL, fault: 'stale' };
  const at = (weatherAgeS: number) => ({
    interruptions: [told({ facts: { weatherSource: 'met-norway', weatherAgeS }, body: 'weather 74 h old' })],
  });
  expect(broken(cell, at(74 * 3_600))).toEqual([]);
  expect(broken(cell, at(71 * 3_600))).toHaveLength(1);
});

test('a charger that nobody named is not advised, an old status is old', () => {
  const facts = { advisesCharger: true, chargerStatusAgeS: 60 };
  const interruptions = [told({ facts, body: 'charger status 1 min old' })];
  const cell: Cell = { ...CELL, victim: 'chargers' };
  expect(broken(cell, { interruptions })).toHaveLength(1);
  expect(broken({ ...cell, fault: 'stale' }, { interruptions })).toHaveLength(1);
  const old = { ...facts, chargerStatusAgeS: 73 * 3_600 };
  const said = [told({ facts: old, body: 'charger status 73 h old' })];
  expect(broken({ ...cell, fault: 'stale' }, { interruptions: said })).toEqual([]);
});

test('a second that knows as much raises and clears the same', () => {
  const cell: Cell = { ...CELL, victim: 'first-weather' };
  expect(broken(cell)).toEqual([]);
  const cleared = [step(), step({ state: 'resolved', revision: 2, atMs: 3 * HOUR_MS })];
  expect(broken(cell, { steps: cleared })).toHaveLength(1);
  expect(broken(cell, { steps: [step(), step({ alertId: 'b', subject: 'home' })] })).toHaveLength(1);
});

test('a drive without a reason to warn stays undisturbed', () => {
  const calm = { scenario: DRIVES.madeIt, points: [], ...silent };
  const [healthy, disturbed] = [drive(null, calm), drive(CELL, { ...calm, interruptions: [told()] })];
  expect(judge([healthy, drive(CELL, calm)]).flatMap((one) => one.broken)).toEqual([]);
  expect(judge([healthy, disturbed]).flatMap((one) => one.broken)).toEqual([
    expect.stringContaining('interrupted by arrival-below-reserve'),
  ]);
  expect(judge([drive(null, { ...calm, interruptions: [told()] })])[0]?.broken).toHaveLength(1);
});

test('a fault that nobody met shows nothing', () => {
  expect(broken(CELL, { faultsMet: 0 })).toEqual([expect.stringContaining('nobody asked')]);
});

test.each([
  ['always', 0, true],
  ['midway', 5 * HOUR_MS - 1, false],
  ['midway', 5 * HOUR_MS, true],
  ['flapping', 0, false],
  ['flapping', 10 * 60_000, true],
  ['flapping', 20 * 60_000, false],
] as const)('%s at %d ms: %s', (onset, atMs, wanted) => {
  expect(isFaulty(onset, atMs, { fromMs: 0, toMs: 10 * HOUR_MS })).toBe(wanted);
});

test('the short run meets every victim, fault and onset of the long one', () => {
  const kinds = (jobs: ReturnType<typeof allJobs>) =>
    new Set(jobs.flatMap(({ cell }) => (cell === null ? [] : [cell.victim, cell.fault, cell.onset])));
  expect(kinds(shortJobs())).toEqual(kinds(allJobs()));
});

test('what another rule told of the same stop counts while an alert about it stands', () => {
  const handedOver = [
    step({ alertId: 'plug', ruleId: 'unplug-too-early' }),
    step({
      alertId: 'plug',
      ruleId: 'unplug-too-early',
      state: 'resolved',
      revision: 2,
      atMs: 1.4 * HOUR_MS,
    }),
    step({ atMs: 1.5 * HOUR_MS }),
  ];
  const interruptions = [told({ alertId: 'plug', ruleId: 'unplug-too-early' })];
  expect(broken(CELL, { points: UNWARNED, interruptions, steps: handedOver })).toEqual([]);
  const elsewhere = handedOver.map((one) => (one.alertId === 'a' ? { ...one, subject: 'home' } : one));
  expect(broken(CELL, { points: UNWARNED, interruptions, steps: elsewhere })).toHaveLength(1);
});
