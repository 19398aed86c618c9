import { createMetrics, type Log, silentLog } from '@outrider/runtime';
import { describe, expect, test } from 'vitest';
import { factCatalogue } from './facts/index.ts';
import { ruleFolder, ruleText } from './rule-set.fixture.ts';
import { type ReadSet, RuleSet } from './rule-set.ts';

const NOW_S = 1_760_000_000;

interface Fields {
  readonly changes?: readonly string[];
  readonly mistakes?: readonly string[];
}

async function openSet(folder: string) {
  const said: { readonly fields: Fields; readonly message: string }[] = [];
  const note = (fields: object, message: string) => said.push({ fields: { ...fields }, message });
  const log: Log = { ...{ debug: note, info: note, warn: note, error: note }, child: () => silentLog };
  const metrics = createMetrics();
  const clock = { nowMs: () => NOW_S * 1000 };
  const reads: ReadSet[] = [];
  const onRead = (read: ReadSet) => void reads.push(read);
  const set = await RuleSet.open({ folder, catalogue: factCatalogue, log, metrics, clock, onRead });
  const count = async (name: string): Promise<number> => {
    const line = (await metrics.text()).split('\n').find((one) => one.startsWith(`${name} `));
    return Number(line?.slice(name.length));
  };
  return { set, said, count, reads };
}

/** Files that still change are waited for: a look that finds the same as the one before decides. */
async function lookTwice(set: RuleSet): Promise<void> {
  await set.look();
  await set.look();
}
const idsOf = (set: RuleSet) => set.rules.map(({ id }) => id);

describe('a folder that changed', () => {
  test('is taken over whole once it stands still, and the log says what changed', async () => {
    await using folder = await ruleFolder('first-rule', 'second-rule');
    const { set, said } = await openSet(folder.path);
    const before = set.rules;
    await folder.put('first-rule.yaml', ruleText('first-rule', { for: '61s' }));
    await folder.put('second-rule.yaml', null);
    await folder.put('second-rule.test.yaml', null);
    await folder.put('third-rule.yaml', ruleText('third-rule', { mode: 'shadow' }));
    await folder.put('third-rule.test.yaml', '[]');
    await set.look();
    expect(set.rules).toBe(before);
    await set.look();
    expect(idsOf(set)).toEqual(['first-rule', 'third-rule']);
    expect(said).toHaveLength(1);
    expect(said[0]?.fields).toMatchObject({
      changes: [
        `first-rule: ${before[0]?.version} became ${set.rules[0]?.version}`,
        'second-rule: gone',
        'third-rule: new, shadow',
      ],
    });
  });

  test('is left alone while nothing changed', async () => {
    await using folder = await ruleFolder('first-rule');
    const { set, said } = await openSet(folder.path);
    const before = set.rules;
    await lookTwice(set);
    expect(set.rules).toBe(before);
    expect(said).toEqual([]);
  });

  test('with a mistake is refused whole, once, and the set before goes on until it is mended', async () => {
    await using folder = await ruleFolder('first-rule', 'second-rule');
    const { set, said, count, reads } = await openSet(folder.path);
    const before = set.rules;
    await folder.put('first-rule.yaml', ruleText('first-rule', { for: '61s' }));
    await folder.put('second-rule.yaml', ruleText('second-rule', { when: 'isUnderwy', unknown: 'maybe' }));
    await lookTwice(set);
    await lookTwice(set);
    expect(set.rules).toBe(before);
    expect(said).toHaveLength(1);
    expect(said[0]?.fields.mistakes).toEqual([expect.stringMatching(/second-rule.yaml:9: unknown/)]);
    expect(await count('predictor_rules_mistakes')).toBe(1);
    await folder.put('second-rule.yaml', ruleText('second-rule'));
    await lookTwice(set);
    expect(set.rules[0]?.forS).toBe(61);
    expect(await count('predictor_rules_mistakes')).toBe(0);
    expect(reads.map(({ kind, beforeId }) => [kind, beforeId])).toEqual([
      ['start', null],
      ['refused', reads[0]?.setId],
      ['reload', reads[0]?.setId],
    ]);
  });

  test('with a mistake that is taken back is as if it had never been', async () => {
    await using folder = await ruleFolder('first-rule');
    const { set, count } = await openSet(folder.path);
    await folder.put('first-rule.yaml', 'id: first-rule');
    await lookTwice(set);
    expect(await count('predictor_rules_mistakes')).toBeGreaterThan(1);
    await folder.put('first-rule.yaml', ruleText('first-rule'));
    await set.look();
    expect(await count('predictor_rules_mistakes')).toBe(0);
    expect(idsOf(set)).toEqual(['first-rule']);
  });

  test('that is empty, or gone, stops nothing', async () => {
    const folder = await ruleFolder('first-rule');
    const { set, count } = await openSet(folder.path);
    await folder.put('first-rule.yaml', null);
    await folder.put('first-rule.test.yaml', null);
    await lookTwice(set);
    expect(idsOf(set)).toEqual(['first-rule']);
    expect(await count('predictor_rules_mistakes')).toBe(1);
    await folder[Symbol.asyncDispose]();
    await lookTwice(set);
    expect(idsOf(set)).toEqual(['first-rule']);
    expect(await count('predictor_rules_mistakes')).toBe(1);
  });
});

test('with a mistake at the start nothing runs, and all of them are told', async () => {
  await using folder = await ruleFolder('first-rule', 'second-rule');
  await folder.put('first-rule.yaml', ruleText('first-rule', { for: '60' }));
  await folder.put('second-rule.test.yaml', null);
  await expect(openSet(folder.path)).rejects.toThrow(/first-rule.yaml:7.*\n.*second-rule.yaml:1/);
});

const entry = (mode: string, more = ''): string =>
  `{ mode: ${mode}${more}, by: night-shift, why: It warns of a broken thermometer. }`;

describe('modes.yaml', () => {
  test.each([
    ['switches a rule off', `first-rule: ${entry('off')}`, ['off', undefined, 'on', undefined]],
    [
      'tells a share of the fleet',
      `first-rule: ${entry('on', ', share: 0.1')}`,
      ['on', 0.1, 'on', undefined],
    ],
    ['stops all rules', `all: ${entry('off')}`, ['off', undefined, 'off', undefined]],
    [
      'never lets a rule go further than all',
      `first-rule: ${entry('on')}\nall: ${entry('shadow')}`,
      ['shadow', undefined, 'shadow', undefined],
    ],
    [
      'nor lets all turn on what is off',
      `first-rule: ${entry('off')}\nall: ${entry('on')}`,
      ['off', undefined, 'on', undefined],
    ],
    [
      'takes the smaller share',
      `first-rule: ${entry('on', ', share: 0.5')}\nall: ${entry('on', ', share: 0.2')}`,
      ['on', 0.2, 'on', 0.2],
    ],
    ['says nothing when it is empty', '# nothing is switched\n', ['on', undefined, 'on', undefined]],
  ] as const)('%s', async (_, text, expected) => {
    await using folder = await ruleFolder('first-rule', 'second-rule');
    const { set } = await openSet(folder.path);
    await folder.put('modes.yaml', text);
    await lookTwice(set);
    expect(set.rules.flatMap(({ mode, share }) => [mode, share])).toEqual(expected);
  });

  test('says who switched what, and why, and ends with its entry', async () => {
    await using folder = await ruleFolder('first-rule');
    const { set, said } = await openSet(folder.path);
    await folder.put('modes.yaml', `first-rule: ${entry('off')}`);
    await lookTwice(set);
    await folder.put('modes.yaml', '');
    await lookTwice(set);
    expect(said.map(({ fields }) => fields.changes)).toEqual([
      ['first-rule: on became off (night-shift: It warns of a broken thermometer.)'],
      ['first-rule: off (night-shift: It warns of a broken thermometer.) became on'],
    ]);
  });
});

describe('a switch with a mistake', () => {
  test.each([
    [
      'a rule that is not there',
      `frist-rule: ${entry('off')}`,
      /modes.yaml:1: no rule `frist-rule`; .*`first-rule`/,
    ],
    ['a mode nobody knows', `\nfirst-rule: ${entry('maybe')}`, /modes.yaml:2: first-rule.mode/],
    [
      'nobody who says so',
      'first-rule: { mode: off, why: It warns of nothing. }',
      /modes.yaml:1: first-rule.by/,
    ],
    ['no reason', 'first-rule: { mode: off, by: night-shift }', /modes.yaml:1: first-rule.why/],
    ['a share of nobody', `first-rule: ${entry('on', ', share: 0')}`, /modes.yaml:1: first-rule.share/],
    ['more than all', `first-rule: ${entry('on', ', share: 1.1')}`, /modes.yaml:1: first-rule.share/],
  ])('%s refuses the set', async (_, text, expected) => {
    await using folder = await ruleFolder('first-rule');
    await folder.put('modes.yaml', text);
    await expect(openSet(folder.path)).rejects.toThrow(expected);
  });
});
