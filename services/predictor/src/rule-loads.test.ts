import { type Log, readSettings, silentLog } from '@outrider/runtime';
import { openState, type State } from '@outrider/state';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRig } from './app.fixture.ts';
import { RuleLoads } from './rule-loads.ts';
import { ruleFolder, ruleText } from './rule-set.fixture.ts';
import type { ReadSet } from './rule-set.ts';
import { predictorSettings } from './settings.ts';

let state: State;
beforeEach(async () => {
  state = await openState('memory:', { log: silentLog });
});
afterEach(() => state.close());

const read = (atMs: number, change: Partial<ReadSet> = {}): ReadSet => ({
  ...{ kind: 'reload', atMs, setId: `set-${atMs}`, beforeId: 'set-0', lines: [`line of ${atMs}`] },
  rules: [{ id: 'some-rule', version: `v${atMs}`, mode: 'on' }],
  ...change,
});
const list = () => state.ruleLoads.list({ limit: 1_000 });

/** A store that can be away, and what was logged meanwhile. */
function loadsOn(ruleLoads: Partial<State['ruleLoads']> = {}) {
  const said: string[] = [];
  const note = (_: object, message: string) => void said.push(message);
  const log: Log = { ...silentLog, warn: note, error: note };
  const own = { state: { ruleLoads: { ...state.ruleLoads, ...ruleLoads } }, log, process: 'pre_1' };
  return { loads: new RuleLoads(own), said };
}

describe('what is stored of a load', () => {
  test('a set that took over, with what changed; one that was refused, with its mistakes and no rules', async () => {
    const { loads } = loadsOn();
    loads.note(read(1));
    loads.note(read(2, { kind: 'refused', lines: ['a.yaml:1: no'], rules: [] }));
    await loads.write();
    expect(await list()).toMatchObject([
      { atMs: 2, kind: 'refused', lines: ['a.yaml:1: no'], rules: [] },
      { atMs: 1, kind: 'reload', process: 'pre_1', setId: 'set-1', beforeId: 'set-0', lines: ['line of 1'] },
    ]);
  });

  test('a start is told beside the set that ran last, in whatever process', async () => {
    const { loads } = loadsOn();
    loads.note(read(1, { kind: 'start', beforeId: null, lines: [] }));
    loads.note(read(2, { kind: 'start', beforeId: null, lines: [] }));
    loads.note(read(3, { kind: 'refused', rules: [] }));
    loads.note(read(4, { kind: 'start', setId: 'set-2', rules: read(2).rules }));
    await loads.write();
    expect((await list()).toReversed()).toMatchObject([
      { beforeId: null, lines: ['some-rule: new, on'] },
      { beforeId: 'set-1', lines: ['some-rule: v1 became v2'] },
      { kind: 'refused' },
      { beforeId: 'set-2', lines: [] },
    ]);
  });

  test('at most 200 lines of 500 characters, and how many more there were', async () => {
    const { loads } = loadsOn();
    const many = (count: number) => Array.from({ length: count }, () => 'x'.repeat(501));
    loads.note(read(1, { lines: many(200) }));
    loads.note(read(2, { lines: many(201) }));
    await loads.write();
    const [more, all] = await list();
    expect([all?.lines.length, all?.lines[0]?.length]).toEqual([200, 500]);
    expect([more?.lines.length, more?.lines.at(-1)]).toEqual([201, 'and 1 more']);
  });
});

describe('a store that is away', () => {
  test('gets the loads later, in their order, each once, though an answer was lost', async () => {
    let fails = 2;
    const { loads, said } = loadsOn({
      async append(load) {
        if (fails === 1) await state.ruleLoads.append(load);
        if (fails-- > 0) throw new Error('away');
        await state.ruleLoads.append(load);
      },
    });
    loads.note(read(1));
    await loads.write();
    loads.note(read(2));
    await loads.write();
    expect(said).toHaveLength(2);
    await loads.write();
    expect((await list()).map(({ atMs }) => atMs)).toEqual([2, 1]);
    expect(loads.isWriting).toBe(false);
  });

  test('for long: of more than 100 the oldest are given up, and that is logged', async () => {
    let isAway = true;
    const append: State['ruleLoads']['append'] = (load) =>
      isAway ? Promise.reject(new Error('away')) : state.ruleLoads.append(load);
    const { loads, said } = loadsOn({ append });
    for (let atMs = 1; atMs <= 101; atMs++) {
      loads.note(read(atMs));
      await loads.write();
    }
    isAway = false;
    await loads.write();
    const times = (await list()).map(({ atMs }) => atMs);
    expect([times.length, times.at(-1)]).toEqual([100, 2]);
    expect(said.filter((one) => one.includes('not in the audit'))).toHaveLength(1);
  });

  test('stops no reload', async () => {
    await using folder = await ruleFolder('some-rule');
    const rig = await createRig();
    await rig.predictor.stop();
    let isAway = false;
    const append: State['ruleLoads']['append'] = (load) =>
      isAway ? Promise.reject(new Error('away')) : rig.state.ruleLoads.append(load);
    rig.predictor = rig.create({
      state: { ...rig.state, ruleLoads: { ...rig.state.ruleLoads, append } },
      settings: readSettings(predictorSettings, { RULES_FOLDER: folder.path }),
    });
    await rig.predictor.start();
    const kinds = async () =>
      (await rig.state.ruleLoads.list({ limit: 9 })).map(({ kind, lines }) => `${kind} ${lines[0] ?? ''}`);
    isAway = true;
    await folder.put('modes.yaml', 'all: { mode: off, by: night-shift, why: It warns of a storm. }');
    await rig.pass(15);
    expect((await kinds())[0]).toMatch(/^start/);
    isAway = false;
    await rig.pass(10);
    expect((await kinds())[0]).toBe('reload some-rule: on became off (night-shift: It warns of a storm.)');
    await folder.put('some-rule.yaml', ruleText('some-rule', { when: 'isUnderwy' }));
    await rig.pass(15);
    expect((await kinds())[0]).toMatch(/^refused .*some-rule\.yaml:5: .*isUnderwy/);
    await rig.close();
  });
});

test('a set that is refused at the start is stored before the start fails', async () => {
  await using folder = await ruleFolder('some-rule');
  await folder.put('some-rule.yaml', ruleText('some-rule', { for: '60' }));
  const rig = await createRig();
  // After the start of the rig’s own.
  await rig.pass(5);
  const settings = readSettings(predictorSettings, { RULES_FOLDER: folder.path });
  await expect(rig.create({ settings }).start()).rejects.toThrow('rules refused');
  const [load] = await rig.state.ruleLoads.list({ limit: 1 });
  expect(load).toMatchObject({ kind: 'refused', rules: [], beforeId: null });
  expect(load?.lines[0]).toContain('some-rule.yaml:7: for');
  await rig.close();
});
