import { describe, expect, test } from 'vitest';
import { readCommand } from './command-line.ts';
import { DEFAULT_OUT, DEFAULT_SCENARIOS } from './defaults.ts';
import { helpText } from './help-text.ts';

const demo = (...args: string[]) => {
  const command = readCommand(['demo', ...args]);
  if (command.kind !== 'demo') throw new Error(`not a demo: ${JSON.stringify(command)}`);
  return command;
};

describe('the command line', () => {
  test('without options the demo replays both drives as fast as it can and keeps nothing', () => {
    expect(demo()).toEqual({
      kind: 'demo',
      scenarios: DEFAULT_SCENARIOS,
      speedRatio: undefined,
      isKept: false,
      isWithFleet: false,
      isJson: false,
      out: DEFAULT_OUT,
    });
  });

  test('scenarios may be given several times, by name or folder, in the order to replay them', () => {
    expect(demo('--scenario', 'one', '-s', './two').scenarios).toEqual(['one', './two']);
  });

  test('quality is asked for the last two weeks, or for so many days', () => {
    expect(readCommand(['quality'])).toEqual({
      kind: 'quality',
      isSynthetic: false,
      days: 14,
      isJson: false,
    });
    expect(readCommand(['quality', '--synthetic'])).toMatchObject({ isSynthetic: true });
    expect(readCommand(['quality', '--days', '400', '--json'])).toEqual({
      ...{ kind: 'quality', isSynthetic: false, days: 400, isJson: true },
    });
    for (const days of ['0', '401', '1.5', '-1', 'week', ''])
      expect(readCommand(['quality', `--days=${days}`])).toMatchObject({
        ...{ kind: 'wrong', about: 'quality', problem: expect.stringContaining('--days is 1 to 400') },
      });
  });

  test('keep, fleet, json and out are taken as given', () => {
    expect(demo('--keep', '--fleet', '--json', '--out', 'a/b.html')).toMatchObject({
      isKept: true,
      isWithFleet: true,
      isJson: true,
      out: 'a/b.html',
    });
  });

  test.each([
    ['60', 60],
    ['0.5', 0.5],
    ['600x', 600],
  ])('speed %s is %d times real time', (text, ratio) => {
    expect(demo('--speed', text).speedRatio).toBe(ratio);
  });

  test.each(['0', '-1', 'fast', '', 'Infinity', 'NaN'])('speed %j is refused in words', (text) => {
    const command = readCommand(['demo', `--speed=${text}`]);
    expect(command).toMatchObject({ kind: 'wrong', about: 'demo' });
    expect(command.kind === 'wrong' && command.problem).toContain('--speed');
  });

  test.each([
    [['start'], { kind: 'start' }],
    [['--help'], { kind: 'help', about: 'outrider' }],
    [['-h'], { kind: 'help', about: 'outrider' }],
    [['demo', '--help'], { kind: 'help', about: 'demo' }],
    [['start', '-h'], { kind: 'help', about: 'start' }],
    [['--version'], { kind: 'version' }],
  ])('%j is understood', (args, command) => {
    expect(readCommand(args)).toEqual(command);
  });

  test.each([
    [[], 'a command is missing', 'outrider'],
    [['dmeo'], 'there is no command "dmeo"', 'outrider'],
    [['--loud'], 'there is no option "--loud"', 'outrider'],
    [['demo', '--fast'], "Unknown option '--fast'", 'demo'],
    [['demo', 'winter'], "Unexpected argument 'winter'", 'demo'],
    [['demo', '--scenario'], '--scenario', 'demo'],
    [['demo', '--out='], '--out', 'demo'],
    [['start', '--port', '1'], "Unknown option '--port'", 'start'],
  ])('%j is refused, and the help that fits is named', (args, problem, about) => {
    const command = readCommand(args);
    expect(command).toMatchObject({ kind: 'wrong', about });
    expect(command.kind === 'wrong' && command.problem).toContain(problem);
  });

  test('the help of the demo names every option it takes', () => {
    const options = [
      '--scenario',
      '--speed',
      '--keep',
      '--fleet',
      '--json',
      '--out',
      '--chaos',
      '--seed',
      '--help',
    ];
    for (const option of options) expect(helpText('demo')).toContain(option);
  });
});

describe('demo --chaos', () => {
  test('plays the winter drive with the first seed, or what it is told', () => {
    const winter = { kind: 'chaos', scenario: '2013-01-winter-i95', seed: 1, isJson: false };
    expect(readCommand(['demo', '--chaos'])).toEqual(winter);
    expect(readCommand(['demo', '--chaos', '--seed', '12', '-s', 'mine', '--json'])).toEqual({
      ...{ kind: 'chaos', scenario: 'mine', seed: 12, isJson: true },
    });
  });

  test.each([
    [['--chaos', '--seed', '-1'], '--seed'],
    [['--chaos', '--seed=1.5'], '--seed'],
    [['--seed', '1'], '--seed goes with --chaos'],
    [['--chaos', '-s', 'a', '-s', 'b'], 'one --scenario'],
    [['--chaos', '--keep'], '--keep does not go with --chaos'],
    [['--chaos', '--fleet'], '--fleet does not go with --chaos'],
    [['--chaos', '--speed', '60'], '--speed'],
    [['--chaos', '--out', 'x.html'], '--out'],
  ])('%j is refused', (args, problem) => {
    const command = readCommand(['demo', ...args]);
    expect(command).toMatchObject({ kind: 'wrong', about: 'demo' });
    expect(command.kind === 'wrong' && command.problem).toContain(problem);
  });
});

describe('providers check', () => {
  test('prints a table, or JSON', () => {
    expect(readCommand(['providers', 'check'])).toEqual({ kind: 'providers-check', isJson: false });
    expect(readCommand(['providers', 'check', '--json'])).toEqual({ kind: 'providers-check', isJson: true });
    expect(readCommand(['providers', '--help'])).toEqual({ kind: 'help', about: 'providers' });
    expect(readCommand(['providers', 'check', '-h'])).toEqual({ kind: 'help', about: 'providers' });
    expect(helpText('providers')).toContain('providers check');
  });

  test.each([[[]], [['mend']], [['check', '--fast']]])('%j is not understood', (args) => {
    expect(readCommand(['providers', ...args])).toMatchObject({ kind: 'wrong', about: 'providers' });
  });
});

describe('topics', () => {
  test.each([
    [['topics', '-h'], { kind: 'help', about: 'topics' }],
    [['topics', 'create'], { kind: 'topics-create', partitions: 32, replication: 1 }],
    [
      ['topics', 'check', '--partitions=1024', '--replication', '3'],
      { kind: 'topics-check', partitions: 1_024, replication: 3 },
    ],
  ])('%j is understood', (args, command) => {
    expect(readCommand(args)).toEqual(command);
  });

  test.each([
    [[]],
    [['delete']],
    [['create', '--partitions', '0']],
    [['create', '--partitions', '1025']],
    [['create', '--replication', '1.5']],
    [['create', '--retention', '1']],
  ])('%j is refused', (args) => {
    expect(readCommand(['topics', ...args])).toMatchObject({ kind: 'wrong', about: 'topics' });
  });
});

describe('series', () => {
  test.each([
    [['series', '--help'], { kind: 'help', about: 'series' }],
    [['series', 'prepare', '-h'], { kind: 'help', about: 'series' }],
    [['series', 'prepare'], { kind: 'series-prepare', rawDays: 30, minuteDays: 180 }],
    [
      ['series', 'prepare', '--raw-days', '7', '--minute-days=90'],
      { kind: 'series-prepare', rawDays: 7, minuteDays: 90 },
    ],
    [
      ['series', 'prepare', '--token-file', 'a/token'],
      { kind: 'series-prepare', rawDays: 30, minuteDays: 180, tokenFile: 'a/token' },
    ],
    [
      ['series', 'backfill', '--from', '2026-01-15', '--to', '2026-01-15T08:30Z'],
      { kind: 'series-backfill', fromMs: Date.UTC(2026, 0, 15), toMs: Date.UTC(2026, 0, 15, 8, 30) },
    ],
  ])('%j is understood', (args, command) => {
    expect(readCommand(args)).toEqual(command);
  });

  test.each([
    [['series'], 'prepare or to backfill'],
    [['series', 'prepare', '--raw-days', '0'], '--raw-days'],
    [['series', 'prepare', '--minute-days', '1.5'], '--minute-days'],
    [['series', 'prepare', '--token-file='], '--token-file'],
    [['series', 'backfill', '--to', '2026-01-15'], '--from'],
    [['series', 'backfill', '--from', '2026-02-31', '--to', 'soon'], '--to'],
    [['series', 'backfill', '--from', '2026-01-15', '--to', '2026-01-15'], '--to'],
  ])('%j is refused, and what is wrong is named', (args, problem) => {
    const command = readCommand(args);
    expect(command).toMatchObject({ kind: 'wrong', about: 'series' });
    expect(command.kind === 'wrong' && command.problem).toContain(problem);
  });

  test('its help names every option it takes', () => {
    for (const option of ['--raw-days', '--minute-days', '--token-file', '--from', '--to', '--help'])
      expect(helpText('series')).toContain(option);
  });
});
