import { factCatalogue, type LoadedRule, loadRules, OWN_RULES } from '@outrider/predictor';
import { describe, expect, test } from 'vitest';
import { expectedOf, nameOf } from './expected.ts';
import { missingOf, type Told } from './heard.ts';
import { readCanaryCommand } from './read-command.ts';
import { judgeRound } from './trouble.ts';

const own = await loadRules(OWN_RULES, factCatalogue);
const ruleNamed = (id: string): LoadedRule => {
  const rule = own.find((one) => one.id === id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  return rule;
};
const names = (...given: Parameters<typeof expectedOf>) => expectedOf(...given).map(nameOf);
const card = ruleNamed('cold-battery');
const aloud = ruleNamed('arrival-below-reserve');

describe('what has to arrive', () => {
  test('is every rule that is on by every channel, cards by the feed alone', () => {
    expect(names([card, aloud], ['feed', 'sms', 'push'])).toEqual([
      'cold-battery by feed',
      ...['feed', 'sms', 'push'].map((channel) => `arrival-below-reserve by ${channel}`),
    ]);
    const off = [
      { ...aloud, mode: 'off' },
      { ...aloud, mode: 'shadow' },
    ] as const;
    expect(names(off, ['feed'])).toEqual([]);
  });

  test('is also a rule that cannot be tried: it is seen not to arrive', () => {
    const { drill: _, ...untried } = card;
    expect(names([untried], ['feed', 'email'])).toEqual(['cold-battery by feed', 'cold-battery by email']);
  });

  test('is something for each rule that comes with Outrider', () => {
    expect(new Set(expectedOf(own, ['feed']).map(({ ruleId }) => ruleId))).toEqual(
      new Set(own.map(({ id }) => id)),
    );
    expect(own.filter(({ drill }) => drill === undefined)).toEqual([]);
  });
});

describe('what is missing', () => {
  const expected = [{ ruleId: 'some', channel: 'sms' }] as const;
  const told = (change: Partial<Told> = {}): Told => ({
    ...{ notificationId: 'note-1', alertId: 'alert-1', vehicleId: 'veh_1', ruleId: 'some', state: 'sent' },
    ...{ purpose: 'alert', channel: 'sms', spoken: 'Canary: charge 12 minutes – now.' },
    ...change,
  });
  const isMissing = (one: Told, text?: string, proven: readonly 'sms'[] = []) =>
    missingOf(expected, [one], text === undefined ? [] : [{ channel: 'sms', text }], new Set(proven))
      .length === 1;

  for (const { name, change, missing } of [
    { name: 'a message that is out', change: {}, missing: false },
    { name: 'one that is delivered', change: { state: 'delivered' }, missing: false },
    { name: 'one that failed', change: { state: 'failed' }, missing: true },
    { name: 'one that was decided against', change: { state: 'suppressed' }, missing: true },
    { name: 'one on another channel', change: { channel: 'feed' }, missing: true },
    { name: 'one of another rule', change: { ruleId: 'other' }, missing: true },
    { name: 'one that takes back', change: { purpose: 'resolve' }, missing: true },
  ])
    test(`${name}: ${missing ? 'yes' : 'no'}`, () => {
      expect(isMissing(told(change))).toBe(missing);
    });

  test('where arrivals count, what nobody saw arriving: by its id, or by its words as a phone shows them', () => {
    expect(isMissing(told(), undefined, ['sms'])).toBe(true);
    expect(isMissing(told(), 'CANARY: CHARGE 12 MINUTES - NOW. Reply STOP', ['sms'])).toBe(false);
    expect(isMissing(told(), 'Message-ID: <note-1@localhost>', ['sms'])).toBe(false);
    expect(isMissing(told(), 'Canary: charge 13 minutes', ['sms'])).toBe(true);
    expect(isMissing(told({ state: 'failed' }), 'note-1', ['sms'])).toBe(true);
    const wordless = { ...told(), spoken: '' };
    expect(isMissing(wordless, 'anything', ['sms'])).toBe(true);
  });
});

describe('a round', () => {
  const none = new Set<string>();
  test('that is good calls nobody', () => {
    expect(judgeRound(none, [])).toEqual({ kind: 'nothing' });
  });
  test('that is not is paged once, and again when more is missing', () => {
    const paged = new Set(['a', 'b']);
    expect(judgeRound(none, ['b', 'a'])).toEqual({ kind: 'page', paged });
    expect(judgeRound(paged, ['a'])).toEqual({ kind: 'nothing' });
    expect(judgeRound(paged, ['a', 'c'])).toEqual({ kind: 'page', paged: new Set(['a', 'b', 'c']) });
  });
  test('that is good again is told', () => {
    expect(judgeRound(new Set(['a']), [])).toEqual({ kind: 'recovered', paged: none });
  });
});

describe('the command line', () => {
  const read = (...args: string[]) => readCanaryCommand(args);
  test('has defaults for all but who is warned and who is paged', () => {
    expect(read('--token-file', 't', '--page-file', 'p')).toMatchObject({
      ...{ kind: 'canary', apiUrl: 'http://127.0.0.1:8080', gatewayUrl: 'http://127.0.0.1:8081' },
      ...{ everyMin: 5, withinS: 120, proven: [], isOnce: false, host: '127.0.0.1' },
    });
    expect(read('--token-file', 't', '--once')).toMatchObject({ isOnce: true });
    expect(read('--help')).toEqual({ kind: 'help', about: 'canary' });
  });
  test('takes channels, times and doors', () => {
    const given = [
      '--arrivals',
      'email, webhook',
      '--every',
      '15',
      '--within',
      '1',
      '--api',
      'https://a.example/',
    ];
    expect(read('--token-file', 't', '--page-file', 'p', ...given)).toMatchObject({
      ...{ proven: ['email', 'webhook'], everyMin: 15, withinS: 1, apiUrl: 'https://a.example' },
    });
  });
  for (const [name, args] of [
    ['nobody to warn', ['--page-file', 'p']],
    ['nobody to page', ['--token-file', 't']],
    ['no time', ['--token-file', 't', '--once', '--within', '0']],
    ['too rare', ['--token-file', 't', '--once', '--every', '1441']],
    ['no such channel', ['--token-file', 't', '--once', '--arrivals', 'pigeon']],
    ['no address', ['--token-file', 't', '--once', '--api', 'ftp://a']],
    ['no such option', ['--token-file', 't', '--once', '--loud']],
  ] as const)
    test(`is refused with ${name}`, () => {
      expect(() => read(...args)).toThrow();
    });
});
