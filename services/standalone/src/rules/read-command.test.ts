import { expect, test } from 'vitest';
import { readCommand } from '../command-line.ts';
import { helpText } from '../help-text.ts';

test.each([
  [['test'], { kind: 'rules-test', folder: undefined }],
  [['test', '--rules', 'own'], { kind: 'rules-test', folder: 'own' }],
  [['test', '--help'], { kind: 'help', about: 'rules' }],
  [['-h'], { kind: 'help', about: 'rules' }],
  [
    ['explain', 'veh_1', '--rule', 'cold-battery', '--at', '2026-01-15', '--json'],
    {
      ...{ kind: 'rules-explain', vehicleId: 'veh_1', ruleId: 'cold-battery' },
      ...{ atMs: Date.UTC(2026, 0, 15), isJson: true },
    },
  ],
  [
    ['explain', 'veh_1'],
    { kind: 'rules-explain', vehicleId: 'veh_1', ruleId: undefined, atMs: undefined, isJson: false },
  ],
  [['history'], { kind: 'rules-history', limit: 20, isJson: false }],
  [['history', '--limit', '1000', '--json'], { kind: 'rules-history', limit: 1_000, isJson: true }],
  [['brakes'], { kind: 'rules-brakes', said: [], isJson: false }],
  [
    ['brakes', '--release', 'a', '--keep', 'b', '--release', 'c', '--json'],
    {
      kind: 'rules-brakes',
      said: [
        { ruleId: 'a', answer: 'lift' },
        { ruleId: 'c', answer: 'lift' },
        { ruleId: 'b', answer: 'keep' },
      ],
      isJson: true,
    },
  ],
  [['reinstate', 'silent-car'], { kind: 'rules-reinstate', ruleId: 'silent-car' }],
  [
    ['backtest', '--from', '2026-01-15', '--to', '2026-01-16', '--rules', 'own'],
    {
      isSynthetic: false,
      ...{ kind: 'rules-backtest', fromMs: Date.UTC(2026, 0, 15), toMs: Date.UTC(2026, 0, 16) },
      ...{ folder: 'own', isJson: false },
    },
  ],
])('rules %j is understood', (args, command) => {
  expect(readCommand(['rules', ...args])).toEqual(command);
});

test.each([
  [[], 'rules can be asked to'],
  [['mend'], 'not "mend"'],
  [['test', '--rules='], '--rules'],
  [['history', '--limit', '0'], '--limit is'],
  [['history', '--limit', '1001'], '--limit is'],
  [['history', '--limit', 'all'], '--limit is'],
  [['test', 'own'], "Unexpected argument 'own'"],
  [['explain'], 'the id of one car'],
  [['explain', 'veh_1', 'veh_2'], 'the id of one car'],
  [['explain', 'veh_1', '--rule='], '--rule'],
  [['explain', 'veh_1', '--at', 'noon'], '--at is a day or a moment'],
  [['brakes', 'silent-car'], 'Unexpected argument'],
  [['brakes', '--keep='], 'need the id of a rule'],
  [['reinstate'], 'the id of one rule'],
  [['reinstate', 'silent-car', 'more'], 'the id of one rule'],
  [['backtest', '--from', '2026-01-15', '--to', '2026-01-16'], '--rules needs'],
  [['backtest', '--rules', 'own', '--from', '2026-01-15'], '--to is a day'],
  [['backtest', '--rules', 'own', '--from', '2026-01-15', '--to', '2026-01-15'], 'later than --from'],
])('rules %j is refused in words', (args, problem) => {
  expect(readCommand(['rules', ...args])).toMatchObject({
    ...{ kind: 'wrong', about: 'rules' },
    problem: expect.stringContaining(problem),
  });
});

test('the help of rules names every option', () => {
  for (const option of [
    '--rules',
    '--rule <id>',
    '--release <rule>',
    '--keep <rule>',
    '--at',
    '--from, --to',
    '--json',
    '--help',
  ])
    expect(helpText('rules')).toContain(option);
});
