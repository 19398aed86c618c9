import { silentLog } from '@outrider/runtime';
import { openState, type State } from '@outrider/state';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { answerBrakes, brakesText } from './brakes.ts';

const HOUR_MS = 3_600_000;
let state: State;
beforeEach(async () => {
  state = await openState('memory:', { log: silentLog });
  for (const ruleId of ['one', 'other'])
    await state.restraints.raise({
      ...{ restraintId: ruleId, ruleId, ruleVersion: 'v1', kind: 'brake', sinceMs: 0 },
      figures: { cars: 25, fleetCars: 100, withinS: 600 },
    });
});
afterEach(() => state.close());

const ask = async (ruleId?: string, answer: 'lift' | 'keep' = 'lift', atMs = 1) => {
  const said = ruleId === undefined ? [] : [{ ruleId, answer }];
  return brakesText(await answerBrakes({ state }, said, atMs));
};

test('brakes are listed with their figures and what ends them, until they lapse', async () => {
  const text = await ask();
  expect(text).toContain(
    'one is held to silent cards since 1970-01-01 00:00 UTC (brake: cars 25, fleetCars 100',
  );
  expect(text).toContain('by outrider rules brakes --release other, at 1970-01-01 06:00 UTC.');
  expect(await ask(undefined, 'lift', 6 * HOUR_MS - 1)).toContain('one is held');
  expect(await ask(undefined, 'lift', 6 * HOUR_MS)).toBe('No rule is braked.\n');
});

test('one is released and the other stays; one that is kept does not lapse', async () => {
  const released = await ask('one');
  expect(released).toMatch(/^one may interrupt again\.\nother is held/);
  expect(await ask('one')).toMatch(/^one is not braked: nothing was changed\.\n/);
  await ask('other', 'keep');
  const later = await ask(undefined, 'lift', 7 * HOUR_MS);
  expect(later).toContain('It is kept so by service rules brakes.');
  expect(later).not.toContain(', at 1970');
});
