import type { RuleLoad } from '@outrider/domain';
import { expect, test } from 'vitest';
import { loadsText } from './loads.ts';

const load = (change: Partial<RuleLoad>): RuleLoad => ({
  ...{ loadId: 'a', atMs: 0, kind: 'reload', process: 'pre_1', setId: 'new', beforeId: 'old', rules: [] },
  lines: ['some-rule: on became off (night-shift: storm)'],
  ...change,
});

test('each load has its moment, its set and a line for each change or mistake', () => {
  const text = loadsText([
    load({ kind: 'refused', lines: ['a.yaml:1: no\u001b[2J field', 'a.yaml:2: no'] }),
    load({}),
    load({ kind: 'start', beforeId: 'new', lines: [] }),
    load({ kind: 'start', beforeId: null, lines: ['some-rule: new, on'] }),
  ]);
  expect(text).toBe(
    [
      '1970-01-01 00:00:00 UTC  REFUSED  set new after old, by pre_1',
      '  a.yaml:1: no [2J field',
      '  a.yaml:2: no',
      '1970-01-01 00:00:00 UTC  took over  set new after old, by pre_1',
      '  some-rule: on became off (night-shift: storm)',
      '1970-01-01 00:00:00 UTC  started with  set new, by pre_1',
      '  nothing changed',
      '1970-01-01 00:00:00 UTC  started with  set new, by pre_1',
      '  some-rule: new, on',
      '',
    ].join('\n'),
  );
});

test('nothing stored is said so', () => {
  expect(loadsText([])).toContain('No load of rules is stored');
});
