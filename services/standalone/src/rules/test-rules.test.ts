import { join } from 'node:path';
import { OWN_RULES, readRuleFiles, type SourceFile } from '@outrider/predictor';
import { describe, expect, test } from 'vitest';
import { createListen } from './listen.ts';
import { reportText, testRuleFiles, testRules } from './test-rules.ts';

const files = await readRuleFiles(OWN_RULES);
const listen = createListen();

/** The rules of Outrider with something changed in one file. */
const changed = (name: string, from: string, to: string): readonly SourceFile[] =>
  files.map((file) => {
    if (!file.path.endsWith(`/${name}`)) return file;
    expect(file.text).toContain(from);
    return { ...file, text: file.text.replace(from, to) };
  });

const failuresOf = (sources: readonly SourceFile[]) => testRuleFiles(sources, listen).failures;

/** One rule about the driven car, and cases of its own. */
const withCases = (cases: string): readonly SourceFile[] => [
  {
    path: 'rules/some-rule.yaml',
    text: `
id: some-rule
about: A rule for the tests of the runner.
owner: outrider
scope: stop
when: belowReserveProbability >= 0.5
levels: [{ severity: warning }]
for: 0s
clear: { when: belowReserveProbability < 0.2, for: 0s }
unknown: hold
expiresAfter: 1h
message: arrival-below-reserve
remedies: [charge-at]
`,
  },
  { path: 'rules/some-rule.test.yaml', text: cases },
];

test('the rules of Outrider keep what their tests say, messages included', async () => {
  const report = await testRules(OWN_RULES);
  expect(report.failures).toEqual([]);
  expect(report.rules).toBeGreaterThan(0);
  expect(report.cases).toBeGreaterThan(report.rules);
});

test('a rule that changed is told with file, line, expected and got', () => {
  const failures = failuresOf(changed('arrival-below-reserve.yaml', 'for: 60s', 'for: 61s'));
  expect(failures[0]).toMatch(
    /arrival-below-reserve\.test\.yaml:\d+: speaks once it lasted a minute: expected critical, got quiet$/,
  );
  expect(failures.length).toBeGreaterThan(1);
});

test('a refused rule is told with its file and line, and nothing is run', () => {
  const report = testRuleFiles(changed('cold-battery.yaml', 'batteryTempC <', 'batteryTmpC <'), listen);
  expect(report).toMatchObject({ rules: 0, cases: 0 });
  expect(report.failures[0]).toMatch(/cold-battery\.yaml:\d+: .*batteryTempC/);
});

test.each([
  ['that is empty', join(import.meta.dirname, '..', 'print'), /no rule/],
  ['that is not there', join(import.meta.dirname, 'nowhere'), /nowhere: .*ENOENT/],
])('a folder %s is a failure', async (_, folder, why) => {
  expect((await testRules(folder)).failures).toEqual([expect.stringMatching(why)]);
});

test('the summary counts, and failures stand above it', () => {
  expect(reportText({ rules: 1, cases: 2, failures: ['a:1: b: c'] }, 3)).toBe(
    'a:1: b: c\n1 rule, 2 cases, 1 failed, 3 ms\n',
  );
});

const one = (rest: string, probability = 0.6) =>
  failuresOf(
    withCases(
      `- { name: a, facts: { belowReserveProbability: ${probability} }, expect: ${probability < 0.5 ? 'quiet' : 'warning'}, ${rest} }`,
    ),
  );

describe('a message', () => {
  test.each([
    ['its title', 'messages: { feed: You may arrive below your reserve }'],
    ['one of its texts', "messages: { email: { subject: 'Battery: you may arrive below your reserve' } }"],
    ['whether it interrupts', 'messages: { feed: { interrupts: true } }'],
    [
      'the words of its alert',
      "alert: { stopName: Groton }, messages: { feed: { spoken: 'You may arrive below your reserve. Slow down and look for a charger.' } }",
    ],
    [
      'why it is held',
      "listener: { driving: moving }, messages: { email: 'held back: driving-state driver-moving' }",
    ],
    [
      'no telling with quiet hours that are over',
      "listener: { localTime: '07:00', quietHours: '22:00-07:00' }, messages: { feed: { interrupts: true } }",
    ],
    [
      'holding until they are',
      "listener: { localTime: '06:59', quietHours: '22:00-07:00' }, messages: { feed: 'held back: quiet-hours quiet-hours' }",
    ],
  ])('is expected by %s', (_, rest) => {
    expect(one(rest)).toEqual([]);
  });
});

describe('a message that is not as expected', () => {
  test.each([
    ['another title', 'messages: { feed: Hello }', /:1: a: feed: expected "Hello", got "You may arrive/],
    [
      'a text where it waits',
      'listener: { driving: moving }, messages: { email: Hello }',
      /got "held back: driving-state driver-moving"/,
    ],
    [
      'another reason',
      "listener: { driving: moving }, messages: { email: 'held back: quiet-hours quiet-hours' }",
      /got "held back: driving-state/,
    ],
    [
      'an interruption that is none',
      'messages: { feed: { interrupts: false } }',
      /expected interrupts "?false"?, got "true"/,
    ],
    ['a channel that does not exist', 'messages: { pigeon: Hello }', /pigeon/],
    [
      'a driving state that does not exist',
      'listener: { driving: flying }, messages: { feed: nothing }',
      /driving/,
    ],
    [
      'quiet hours without an end',
      "listener: { quietHours: '22:00' }, messages: { feed: nothing }",
      /quiet hours like/,
    ],
    ['a time that is none', "listener: { localTime: '25:00' }, messages: { feed: nothing }", /localTime/],
  ])('fails on %s', (_, rest, why) => {
    expect(one(rest)).toEqual([expect.stringMatching(why)]);
  });

  test('is nothing where the rule is quiet, and that can fail too', () => {
    expect(one('messages: { feed: nothing }', 0.4)).toEqual([]);
    expect(one('messages: { feed: Hello }', 0.4)).toEqual([expect.stringMatching(/got "nothing"/)]);
  });
});

describe('a message of a series', () => {
  test('of a step that fails is told with the line of the step', () => {
    const failures = failuresOf(
      withCases(`- name: a
  series:
    - { at: 0s, facts: { belowReserveProbability: 0.6 }, expect: warning, messages: { feed: You may arrive below your reserve } }
    - { at: 1m, expect: warning, messages: { feed: Again } }
`),
    );
    expect(failures).toEqual([
      expect.stringMatching(/:4: a: at 60 s: feed: expected "Again", got "nothing"$/),
    ]);
  });

  test('that waited is dropped when it is too late, with that reason', () => {
    const late = (at: string, text: string) =>
      failuresOf(
        withCases(`- name: a
  listener: { driving: moving }
  series:
    - { at: 0s, facts: { belowReserveProbability: 0.6 }, expect: warning, messages: { email: 'held back: driving-state driver-moving' } }
    - { at: ${at}, expect: warning, driving: parked, messages: { email: '${text}' } }
`),
      );
    expect(late('3599s', 'You may arrive below your reserve')).toEqual([]);
    expect(late('1h', 'held back: outbox expired')).toEqual([]);
  });
});
