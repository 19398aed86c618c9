import { describe, expect, test } from 'vitest';
import { readRules } from './load-rules.ts';
import type { LoadedRule } from './rule.ts';
import { runRuleTests } from './rule-test.ts';

const text = `
id: some-rule
about: A rule for the tests of the runner.
owner: outrider
scope: stop
when: socPct < 20.0
levels:
  - severity: info
  - { severity: warning, when: socPct < 10.0, until: socPct > 15.0 }
for: 60s
clear: { when: socPct > 25.0, for: 60s }
unknown: hold
expiresAfter: 1h
message: some-message
remedies: [charge-at]
`;

function rule(added = ''): LoadedRule {
  const read = readRules(
    [
      { path: 'some-rule.yaml', text: text + added },
      { path: 'some-rule.test.yaml', text: '' },
    ],
    {
      stop: [{ name: 'socPct', type: 'number', about: 'charge' }],
      charging: [],
      charger: [],
      parked: [],
      tyre: [],
      vehicle: [],
    },
  );
  const first = read.kind === 'rules' ? read.rules[0] : undefined;
  if (first === undefined) throw new Error('refused');
  return first;
}

const failureOf = (yaml: string, added?: string) => runRuleTests(rule(added), yaml)[0]?.failure;

describe('a case', () => {
  test.each([
    ['holds its facts as long as `for`', '[{ name: a, facts: { socPct: 19 }, expect: info }]'],
    ['holds them as long as it says', '[{ name: a, facts: { socPct: 19 }, held: 59s, expect: quiet }]'],
    ['knows unchanged from every level', '[{ name: a, facts: {}, held: 1d, expect: unchanged }]'],
    [
      'may be a series',
      '[{ name: a, series: [{ at: 0s, facts: { socPct: 9 }, expect: quiet }, { at: 60s, expect: warning }, { at: 2m, unknown: [socPct], expect: unchanged }] }]',
    ],
  ])('%s', (_, yaml) => {
    expect(failureOf(yaml)).toBeUndefined();
  });

  test.each([
    ['the wrong severity', '[{ name: a, facts: { socPct: 9 }, expect: info }]', /expected info, got warning/],
    ['an alert where none is wanted', '[{ name: a, facts: { socPct: 9 }, expect: quiet }]', /got warning/],
    ['silence where an alert is wanted', '[{ name: a, facts: { socPct: 21 }, expect: info }]', /got quiet/],
    [
      'a change where none is wanted',
      '[{ name: a, facts: { socPct: 26 }, expect: unchanged }]',
      /became quiet/,
    ],
    [
      'a start where none is wanted',
      '[{ name: a, facts: { socPct: 19 }, expect: unchanged }]',
      /quiet became info/,
    ],
    ['a fact the rule does not read', '[{ name: a, facts: { socPtc: 9 }, expect: info }]', /does not read/],
    [
      'the step of a series that fails',
      '[{ name: a, series: [{ at: 0s, facts: { socPct: 9 }, expect: quiet }, { at: 60s, expect: info }] }]',
      /at 60 s: expected info, got warning/,
    ],
    [
      'a series that goes back in time',
      '[{ name: a, series: [{ at: 60s, expect: quiet }, { at: 0s, expect: quiet }] }]',
      /forward/,
    ],
    ['an unknown field', '[{ name: a, fact: { socPct: 9 }, expect: info }]', /./],
    ['a file without cases', '[]', /./],
    ['an empty file', '', /./],
    ['broken YAML', '[{', /./],
  ])('fails on %s', (_, yaml, why) => {
    expect(failureOf(yaml)).toMatch(why);
  });
});

describe('silence in a case', () => {
  const absence = 'absence: { of: car, for: 10m }';

  test.each([
    [
      'by default lasts as long as the rule asks',
      '[{ name: a, facts: { socPct: 19 }, expect: info }]',
      undefined,
    ],
    [
      'or as long as the case says',
      '[{ name: a, facts: { socPct: 19 }, held: 10m, expect: quiet }]',
      undefined,
    ],
    [
      'a step that says nothing goes on with it',
      '[{ name: a, series: [{ at: 0s, facts: { socPct: 19 }, expect: quiet }, { at: 9m, expect: quiet }, { at: 11m, expect: info }] }]',
      undefined,
    ],
    [
      'a step that says something ends it',
      '[{ name: a, series: [{ at: 0s, facts: { socPct: 19 }, expect: quiet }, { at: 9m, facts: { socPct: 18 }, expect: quiet }, { at: 11m, expect: info }] }]',
      /at 660 s: expected info, got quiet/,
    ],
  ])('%s', (_, yaml, failure) => {
    if (failure === undefined) expect(failureOf(yaml, absence)).toBeUndefined();
    else expect(failureOf(yaml, absence)).toMatch(failure);
  });
});
