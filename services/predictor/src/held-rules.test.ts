import type { StretchLabel } from '@outrider/domain';
import { createMetrics, manualClock, silentLog } from '@outrider/runtime';
import { openState, type State } from '@outrider/state';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HeldRules } from './held-rules.ts';
import { NOW_MS } from './predictor.fixture.ts';
import { ruleOn } from './rule.fixture.ts';
import type { LoadedRule } from './rule.ts';

const DAY_MS = 24 * 3_600_000;
const TODAY_MS = Math.floor(NOW_MS / DAY_MS) * DAY_MS;

let state: State;
let offset = 0;
beforeEach(async () => {
  state = await openState('memory:', { log: silentLog, synchronous: 'off' });
});
afterEach(() => state.close());

const rule = ruleOn('belowReserveProbability', 'stop');
const clock = manualClock(NOW_MS);

/** A predictor process of its own, with these rules. */
async function openProcess(rules: readonly LoadedRule[] = [rule]) {
  const set = { rules };
  const metrics = createMetrics();
  const lines: string[] = [];
  const log = { ...silentLog, error: (_: unknown, text: string) => void lines.push(text) };
  const held = await HeldRules.open({ set, state, runtime: { eventClock: clock, log, metrics } });
  return { held, set, metrics, lines };
}

const heldBy = ({ rules }: HeldRules) => rules[0]?.heldBy?.kind;

/** As a checkpoint stores it. */
async function storeFalseAlarms(count: number, dayMs = TODAY_MS, ruleVersion = rule.version): Promise<void> {
  const previous = await state.predictor.readCheckpoint(0);
  offset += 1;
  const label: StretchLabel = {
    ...{ dayMs, outcome: 'false-alarm' },
    warnings: [{ ruleId: rule.id, ruleVersion, times: 1, leadS: 60 }],
  };
  await state.predictor.writeCheckpoint({
    ...{ partition: 0, previous, vehicles: [], alerts: [], outbox: [] },
    next: { partition: 0, generation: 1, offsets: new Map([['t', offset]]), savedAtMs: 1 },
    labels: Array.from({ length: count }, (_, index) => ({ labelId: `${offset}-${index}`, label })),
  });
}

const lift = async (atMs = NOW_MS) => {
  for (const { restraintId } of await state.restraints.list(10))
    await state.restraints.answer(restraintId, { kind: 'lift', by: 'operator', atMs });
};

describe('a rule below its bar', () => {
  test('is held by whichever process sees it first, and by all, and after a restart', async () => {
    const early = await openProcess();
    await storeFalseAlarms(20);
    expect(heldBy(early.held)).toBeUndefined();
    const first = await openProcess();
    expect(heldBy(first.held)).toBe('below-bar');
    expect(first.lines).toHaveLength(1);
    expect(await first.metrics.text()).toContain('predictor_rules_held{kind="below-bar"} 1');
    await early.held.look();
    expect(heldBy(early.held)).toBe('below-bar');
    const restarted = await openProcess();
    expect(heldBy(restarted.held)).toBe('below-bar');
    expect([...early.lines, ...restarted.lines]).toEqual([]);
    expect(await state.restraints.list(10)).toHaveLength(1);
  });

  test.each([
    ['on the last of 14 days', 13, 'below-bar'],
    ['a day before', 14, undefined],
  ])('counts what ended %s', async (_, daysAgo, expected) => {
    await storeFalseAlarms(20, TODAY_MS - daysAgo * DAY_MS);
    expect(heldBy((await openProcess()).held)).toBe(expected);
  });

  test('may interrupt again when an operator says so, in every process, and stays so', async () => {
    await storeFalseAlarms(20);
    const process = await openProcess();
    await lift();
    await process.held.look();
    expect(heldBy(process.held)).toBeUndefined();
    expect(await process.metrics.text()).toContain('predictor_rules_held{kind="below-bar"} 0');
    expect(heldBy((await openProcess()).held)).toBeUndefined();
  });

  test('may interrupt again with another text, and is judged by that alone', async () => {
    await storeFalseAlarms(20);
    const process = await openProcess();
    process.set.rules = [{ ...rule, version: 'v2' }];
    expect(heldBy(process.held)).toBeUndefined();
    await process.held.look();
    expect(await state.restraints.list(10)).toMatchObject([{ endedAtMs: NOW_MS }]);
    await storeFalseAlarms(20, TODAY_MS, 'v2');
    expect(heldBy((await openProcess([{ ...rule, version: 'v2' }])).held)).toBe('below-bar');
  });
});

test('a state that cannot tell stops a start, and later changes nothing', async () => {
  await storeFalseAlarms(20);
  const { held } = await openProcess();
  const { restraints } = state;
  const silent = { ...restraints, list: () => Promise.reject(new Error('away')) };
  Object.assign(state, { restraints: silent });
  await held.look();
  expect(heldBy(held)).toBe('below-bar');
  await expect(openProcess()).rejects.toThrow();
  Object.assign(state, { restraints });
});
