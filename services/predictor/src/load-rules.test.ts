import { describe, expect, test } from 'vitest';
import { formatMistakes, readRules } from './load-rules.ts';
import type { FactCatalogue } from './rule.ts';

const catalogue: FactCatalogue = {
  stop: [
    { name: 'belowReserveProbability', type: 'number', about: 'p' },
    { name: 'isDriving', type: 'boolean', about: 'drives' },
  ],
  charging: [{ name: 'minutesNeeded', type: 'number', unit: 'min', about: 'time' }],
  charger: [],
  parked: [],
  tyre: [],
  vehicle: [],
};

const lines = [
  'id: some-rule', // 1
  'about: A rule for the tests of the loader.', // 2
  'owner: outrider', // 3
  'scope: stop', // 4
  'when: belowReserveProbability >= card', // 5
  'levels:', // 6
  '  - severity: info', // 7
  '  - severity: warning', // 8
  '    when: belowReserveProbability >= 0.5', // 9
  'for: 60s', // 10
  'clear: { when: belowReserveProbability < card / 2.0, for: 2m }', // 11
  'unknown: hold', // 12
  'expiresAfter: 1h', // 13
  'message: some-message', // 14
  'remedies: [charge-at]', // 15
];
const thresholds = 'card: { value: 0.1, about: Threshold of the test. }\n';

/** The good rule with some lines replaced; an empty text removes the line. */
function ruleText(replaced: Record<number, string> = {}) {
  return lines
    .map((line, index) => replaced[index + 1] ?? line)
    .filter((line) => line !== '')
    .join('\n');
}

const read = (text: string, others: { path: string; text: string }[] = []) =>
  readRules(
    [
      { path: 'rules/thresholds.yaml', text: thresholds },
      { path: 'rules/some-rule.yaml', text },
      { path: 'rules/some-rule.test.yaml', text: '' },
      ...others,
    ],
    catalogue,
  );

const mistakesOf = (result: ReturnType<typeof read>) =>
  result.kind === 'refused' ? formatMistakes(result.mistakes) : '';

describe('a good rule', () => {
  test('is read with its durations in seconds and its defaults', () => {
    const result = read(ruleText());
    expect(mistakesOf(result)).toBe('');
    if (result.kind === 'refused') return;
    expect(result.rules).toMatchObject([
      {
        id: 'some-rule',
        scope: 'stop',
        forS: 60,
        clear: { forS: 120 },
        expiresAfterS: 3600,
        unknown: 'hold',
        mode: 'on',
        reads: ['belowReserveProbability'],
        levels: [
          { severity: 'info', when: 'true', until: '!(true)' },
          { severity: 'warning', until: '!(belowReserveProbability >= 0.5)' },
        ],
      },
    ]);
  });

  test('for operators may interrupt without a remedy; without an audience it is for the driver', () => {
    const result = read(ruleText({ 15: 'remedies: []\naudience: operators' }));
    expect(result).toMatchObject({ kind: 'rules', rules: [{ audience: 'operators', remedies: [] }] });
    const forNobody = read(ruleText({ 15: 'remedies: []\naudience: everybody' }));
    expect(mistakesOf(forNobody)).toMatch(/yaml:16: audience/);
    const forDriver = read(ruleText());
    expect(forDriver.kind === 'rules' && forDriver.rules[0]).not.toHaveProperty('audience');
  });

  test('judges facts on three values', () => {
    const result = read(ruleText({ 5: 'when: isDriving && belowReserveProbability >= card' }));
    const rule = result.kind === 'rules' ? result.rules[0] : undefined;
    expect(
      rule?.judge({
        isDriving: { kind: 'known', value: true },
        belowReserveProbability: { kind: 'known', value: 0.3 },
      }),
    ).toEqual({
      when: 'true',
      clear: 'false',
      levels: [
        { severity: 'info', when: 'true', until: 'false' },
        { severity: 'warning', when: 'false', until: 'true' },
      ],
    });
    expect(rule?.judge({ isDriving: { kind: 'known', value: false } })).toMatchObject({
      when: 'false',
      clear: 'unknown',
    });
    expect(rule?.judge({}).when).toBe('unknown');
  });

  test('is not met where no level is', () => {
    const result = read(ruleText({ 7: '  - { severity: info, when: belowReserveProbability >= 0.3 }' }));
    const rule = result.kind === 'rules' ? result.rules[0] : undefined;
    const at = (value: number) => rule?.judge({ belowReserveProbability: { kind: 'known', value } }).when;
    expect([at(0.09), at(0.2), at(0.3)]).toEqual(['false', 'false', 'true']);
  });

  test('has a version that changes with its text and with the thresholds it reads, and with nothing else', () => {
    const version = (card: number, other: number, text: string) => {
      const result = readRules(
        [
          {
            path: 'thresholds.yaml',
            text: `${thresholds.replace('0.1', String(card))}other: { value: ${other}, about: Nobody reads this. }`,
          },
          { path: 'some-rule.yaml', text },
          { path: 'some-rule.test.yaml', text: '' },
        ],
        catalogue,
      );
      return result.kind === 'rules' ? result.rules[0]?.version : mistakesOf(result);
    };
    const first = version(0.1, 1, ruleText());
    expect(version(0.1, 2, ruleText())).toBe(first);
    expect(version(0.2, 1, ruleText())).not.toBe(first);
    expect(version(0.1, 1, `${ruleText()}\n# note`)).not.toBe(first);
  });
});

describe('a mistake refuses the set and says where it is', () => {
  test.each([
    [
      'a fact with a typo',
      { 5: 'when: belowReserveProbabilty >= card' },
      /yaml:5: .*did you mean `belowReserveProbability`/,
    ],
    [
      'a fact of another scope',
      { 5: 'when: minutesNeeded > 5.0' },
      /yaml:5: no fact `minutesNeeded` in this scope/,
    ],
    ['a typo in a level', { 9: '    when: belowReserveProb >= 0.5' }, /yaml:9: no fact `belowReserveProb`/],
    ['a typo in clear', { 11: 'clear: { when: isDrivin, for: 2m }' }, /yaml:11: .*`isDriving`/],
    ['a typo in the second line of a text', { 5: 'when: >-\n  isDriving\n  && isDrivin' }, /yaml:7: /],
    ['a typo in a kept line break', { 5: 'when: |\n  isDriving\n\n  && isDrivin' }, /yaml:8: /],
    ['a type that does not fit', { 5: 'when: isDriving > 2.0' }, /yaml:5: .*overload/],
    ['a number as condition', { 5: 'when: belowReserveProbability' }, /yaml:5: must be true or false/],
    [
      'an unknown field',
      { 14: 'mesage: some-message' },
      /yaml:14: no field `mesage`; did you mean `message`/,
    ],
    ['no owner', { 3: '' }, /owner/],
    ['no message', { 14: '' }, /message/],
    ['no about', { 2: '' }, /about/],
    ['a wrong unknown policy', { 12: 'unknown: ignore' }, /yaml:12: unknown/],
    ['no unknown policy', { 12: '' }, /unknown/],
    ['a duration without unit', { 10: 'for: 60' }, /yaml:10: for/],
    ['a wrong unit', { 10: 'for: 60sec' }, /yaml:10: for/],
    ['a wrong scope', { 4: 'scope: driver' }, /yaml:4: scope/],
    ['a wrong severity', { 8: '  - severity: urgent' }, /yaml:8: levels.1.severity/],
    ['another id than the file', { 1: 'id: other-rule' }, /yaml:1: .*other-rule.yaml/],
    ['levels that go down', { 7: '  - severity: critical' }, /yaml:7: levels go up/],
    ['a level twice', { 8: '  - severity: info' }, /yaml:7: levels go up/],
    ['an interruption without a remedy', { 15: 'remedies: []' }, /yaml:15: .*remedy/],
    ['a remedy nobody knows', { 15: 'remedies: [pray]' }, /yaml:15: remedies/],
    ['until on the lowest level', { 7: '  - { severity: info, until: isDriving }' }, /yaml:7: .*clear/],
    ['a field twice', { 14: 'owner: outrider' }, /yaml:14: /],
    ['a wrong mode', { 14: 'message: some-message\nmode: maybe' }, /yaml:15: mode/],
    ['an alias', { 3: 'owner: &name outrider', 14: 'message: *name' }, /alias/i],
    ['broken YAML', { 6: 'levels: [' }, /yaml:\d+: /],
  ] as const)('%s', (_, replaced, expected) => {
    expect(mistakesOf(read(ruleText(replaced)))).toMatch(expected);
  });

  test.each([
    ['no mapping', '- a\n- b'],
    ['nothing', ''],
    ['text', 'hello'],
    ['null', 'null'],
  ])('%s instead of a rule', (_, text) => {
    expect(mistakesOf(read(text))).toMatch(/some-rule.yaml:1: /);
  });

  test('all mistakes are told at once, and no rule of the set is used', () => {
    const result = read(ruleText({ 5: 'when: isDrivin', 11: 'clear: { when: isDrivn, for: 1m }' }), [
      { path: 'rules/good-rule.yaml', text: ruleText({ 1: 'id: good-rule' }) },
    ]);
    expect(mistakesOf(result).split('\n')).toEqual([
      expect.stringContaining('some-rule.yaml:5'),
      expect.stringContaining('some-rule.yaml:11'),
      'rules/good-rule.yaml:1: no test file beside it',
    ]);
  });

  test('a test without its rule', () => {
    expect(mistakesOf(read(ruleText(), [{ path: 'rules/gone.test.yaml', text: '' }]))).toMatch(/gone.test/);
  });

  test('a file that would silently not be read', () => {
    expect(mistakesOf(read(ruleText(), [{ path: 'rules/late.yml', text: '' }]))).toMatch(/late.yml:1/);
  });

  test('a threshold with the name of a fact', () => {
    const result = readRules(
      [{ path: 'thresholds.yaml', text: '\nisDriving: { value: 1, about: Not a threshold. }' }],
      catalogue,
    );
    expect(mistakesOf(result)).toMatch(/thresholds.yaml:2: .*fact already/);
  });
});
