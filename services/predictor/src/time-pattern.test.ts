import { describe, expect, test } from 'vitest';
import type { Facts, Patterns, Truth } from './rule.ts';
import { matchPatterns, type Trace } from './time-pattern.ts';

const MINUTE_MS = 60_000;
/** Event time is large; windows must not depend on where it begins. */
const START_MS = 1_760_000_000_000;

interface Moment {
  readonly minute: number;
  readonly when?: Truth;
  readonly first?: Truth;
  readonly value?: number;
  /** Nothing was heard since the moment before: a timer, or the world, asks. */
  readonly isSilent?: boolean;
}

/** Plays moments one after another, each twice, and through JSON: a repeat and a restart change nothing. */
function play(patterns: Patterns, moments: readonly Moment[]) {
  let trace: Trace | undefined;
  let heardAtMs = START_MS;
  return moments.map(({ minute, when = 'true', first, value, isSilent = false }) => {
    const nowMs = START_MS + minute * MINUTE_MS;
    if (!isSilent) heardAtMs = nowMs;
    const facts: Facts = value === undefined ? {} : { pressureKpa: { kind: 'known', value } };
    const verdict = { when, clear: 'false' as const, levels: [], ...(first === undefined ? {} : { first }) };
    const observed = { verdict, facts, heardAtMs, wordAtMs: heardAtMs };
    const once = matchPatterns(patterns, trace, observed, nowMs);
    const restored = once.trace && JSON.parse(JSON.stringify(once.trace));
    expect(matchPatterns(patterns, restored, observed, nowMs)).toEqual(once);
    trace = restored;
    const { dueAtMs } = once;
    if (dueAtMs !== undefined) expect(dueAtMs).toBeGreaterThan(nowMs);
    return { when: once.when, dueMinute: dueAtMs === undefined ? null : (dueAtMs - START_MS) / MINUTE_MS };
  });
}
const answers = (...given: Parameters<typeof play>) => play(...given).map(({ when }) => when);

describe('nothing heard of the car', () => {
  const patterns: Patterns = { absence: { of: 'car', forS: 600 } };

  test('is true from its time on, which a timer asks for', () => {
    const played = play(patterns, [
      { minute: 0 },
      { minute: 9.99, isSilent: true },
      { minute: 10, isSilent: true },
      { minute: 11 },
    ]);
    expect(played).toEqual([
      { when: 'false', dueMinute: 10 },
      { when: 'false', dueMinute: 10 },
      { when: 'true', dueMinute: null },
      { when: 'false', dueMinute: 21 },
    ]);
  });

  test('wakes nobody while the rule is about something else', () => {
    expect(play(patterns, [{ minute: 0, when: 'false' }])).toEqual([{ when: 'false', dueMinute: null }]);
  });

  test('is unknown where the rest is', () => {
    expect(answers(patterns, [{ minute: 0 }, { minute: 10, isSilent: true, when: 'unknown' }])).toEqual([
      'false',
      'unknown',
    ]);
  });
});

describe('a fact that is missing', () => {
  const patterns: Patterns = { absence: { of: 'pressureKpa', forS: 600 } };

  test('counts from when it was seen to be gone, and not while it is there', () => {
    const played = play(patterns, [
      { minute: 0, value: 250 },
      { minute: 5 },
      { minute: 14.99 },
      { minute: 15 },
      { minute: 16, value: 250 },
      { minute: 17 },
    ]);
    expect(played.map(({ when }) => when)).toEqual(['false', 'false', 'false', 'true', 'false', 'false']);
    expect(played.map(({ dueMinute }) => dueMinute)).toEqual([null, 15, 15, null, null, 27]);
  });
});

describe('a fact that moved', () => {
  const falls: Patterns = { change: { of: 'pressureKpa', withinS: 600, by: -20 } };
  const rises: Patterns = { change: { of: 'pressureKpa', withinS: 600, by: 20 } };

  test.each([
    ['fell by less', falls, 230.1, 'false'],
    ['fell by as much', falls, 230, 'true'],
    ['fell by more', falls, 229.9, 'true'],
    ['rose instead', falls, 300, 'false'],
    ['rose by less', rises, 269.9, 'false'],
    ['rose by as much', rises, 270, 'true'],
    ['fell instead', rises, 200, 'false'],
  ] as const)('%s', (_, patterns, value, expected) => {
    const moments = [
      { minute: 0, value: 250 },
      { minute: 3, value: 250 },
      { minute: 9, value },
    ];
    expect(answers(patterns, moments).at(-1)).toBe(expected);
  });

  test('is compared with the highest of the window, and no longer than the window', () => {
    const played = play(falls, [
      { minute: 0, value: 240 },
      { minute: 2, value: 250 },
      { minute: 5, value: 230 },
      { minute: 11.9, value: 231 },
      { minute: 12, value: 230 },
    ]);
    expect(played.map(({ when }) => when)).toEqual(['unknown', 'false', 'true', 'false', 'false']);
    expect(played[2]?.dueMinute).toBe(12);
  });

  test('a change that leaves the window is over though nothing arrives', () => {
    const moments = [
      { minute: 0, value: 250 },
      { minute: 4, value: 220 },
      { minute: 9.9, value: 220, isSilent: true },
      { minute: 10, value: 220, isSilent: true },
    ];
    expect(answers(falls, moments)).toEqual(['unknown', 'true', 'true', 'false']);
  });

  test.each([
    ['nothing to compare with', [{ minute: 0, value: 250 }]],
    [
      'only what is older than the window',
      [
        { minute: 0, value: 250 },
        { minute: 10, value: 200 },
      ],
    ],
    ['no value now', [{ minute: 0, value: 250 }, { minute: 1 }]],
    [
      'no number at all',
      [
        { minute: 0, value: 250 },
        { minute: 1, value: Number.NaN },
      ],
    ],
  ])('is unknown with %s', (_, moments) => {
    expect(answers(falls, moments).at(-1)).toBe('unknown');
  });

  test('remembers a bounded number of values, however often it is asked', () => {
    let trace: Trace | undefined;
    for (let second = 0; second < 3_600; second++) {
      const facts: Facts = { pressureKpa: { kind: 'known', value: 250 - second / 1_000 } };
      const verdict = { when: 'true' as const, clear: 'false' as const, levels: [] };
      const nowMs = START_MS + second * 1_000;
      trace = matchPatterns(falls, trace, { verdict, facts, heardAtMs: nowMs, wordAtMs: nowMs }, nowMs).trace;
    }
    expect(trace?.samples?.length).toBeLessThanOrEqual(21);
  });
});

describe('this after that', () => {
  const patterns: Patterns = { after: { when: 'isPlugged', withinS: 600 } };
  const no = 'false' as const;
  const yes = 'true' as const;

  test.each([
    ['right after it', 10.01, yes],
    ['at the end of its time', 20, yes],
    ['a moment later', 20.01, no],
  ])('%s', (_, minute, expected) => {
    const moments: Moment[] = [
      { minute: 0, first: yes, when: no },
      { minute: 10, first: no, when: no },
      { minute, first: no, when: yes },
    ];
    expect(answers(patterns, moments).at(-1)).toBe(expected);
  });

  test.each([
    ['what never came first', [{ minute: 0, first: no, when: yes }], [no]],
    ['both at once', [{ minute: 0, first: yes, when: yes }], [no]],
    [
      'the other way round',
      [
        { minute: 0, first: no, when: yes },
        { minute: 1, first: yes, when: yes },
        { minute: 2, first: no, when: yes },
      ],
      [no, no, no],
    ],
  ] as const)('%s is none', (_, moments, expected) => {
    expect(answers(patterns, moments)).toEqual(expected);
  });

  test('lasts as long as the second does, and begins anew with it', () => {
    const moments: Moment[] = [
      { minute: 0, first: yes, when: no },
      { minute: 1, first: no, when: yes },
      { minute: 60, first: no, when: yes },
      { minute: 61, first: no, when: 'unknown' },
      { minute: 62, first: no, when: yes },
      { minute: 63, first: no, when: no },
      { minute: 64, first: no, when: yes },
    ];
    expect(answers(patterns, moments)).toEqual([no, yes, yes, 'unknown', yes, no, no]);
  });

  test('what came first counts until it was seen to end, however long the car was silent', () => {
    const moments: Moment[] = [
      { minute: 0, first: yes, when: no },
      { minute: 480, first: no, when: yes },
    ];
    expect(answers(patterns, moments)).toEqual([no, yes]);
  });
});

describe('so many times', () => {
  const begins: Patterns = { times: { atLeast: 3, withinS: 1_800 } };
  const flips = (...minutes: readonly number[]): Moment[] =>
    minutes.map((minute, index) => ({ minute, when: index % 2 === 0 ? 'true' : 'false' }));

  test('counts beginnings, not how often it is asked', () => {
    expect(
      answers(
        begins,
        [0, 1, 2, 3, 4, 5].map((minute) => ({ minute })),
      ),
    ).not.toContain('true');
    expect(answers(begins, flips(0, 1, 2, 3, 4))).toEqual(['false', 'false', 'false', 'false', 'true']);
  });

  test.each([
    ['just within the time', 29.99, 'true'],
    ['just not', 30, 'false'],
  ])('%s', (_, minute, expected) => {
    expect(answers(begins, flips(0, 1, 2, 3, minute)).at(-1)).toBe(expected);
  });

  test('is over when the first leaves the window, which a timer asks for', () => {
    const played = play(begins, [...flips(0, 1, 2, 3, 4), { minute: 30, when: 'false', isSilent: true }]);
    expect(played[4]?.dueMinute).toBe(30);
    expect(played[5]).toEqual({ when: 'false', dueMinute: null });
  });

  test('an answer that is away for a while has not begun again', () => {
    const moments: Moment[] = [0, 1, 2, 3, 4, 5].map((minute) => ({
      minute,
      when: minute % 2 === 0 ? 'true' : 'unknown',
    }));
    expect(answers(begins, moments)).toEqual(['false', 'unknown', 'false', 'unknown', 'false', 'unknown']);
  });

  const moments: Patterns = { times: { atLeast: 2, of: 3 } };
  const answersOf = (...whens: readonly Truth[]) =>
    answers(
      moments,
      whens.map((when, minute) => ({ minute, when })),
    );

  test('of the last moments the car was heard', () => {
    const no = 'false';
    expect(answersOf('true', no, 'true', no, no)).toEqual([no, no, 'true', no, no]);
    expect(answersOf('true', no, no, 'true', 'true')).toEqual([no, no, no, no, 'true']);
  });

  test('a timer that asks about the same moment counts nothing', () => {
    const silent = [{ minute: 0 }, { minute: 1, isSilent: true }, { minute: 2, isSilent: true }];
    expect(answers(moments, silent)).toEqual(['false', 'false', 'false']);
    expect(answers(moments, [{ minute: 0 }, { minute: 1 }])).toEqual(['false', 'true']);
  });

  test('what is unknown is no moment', () => {
    expect(answersOf('true', 'unknown', 'unknown', 'true')).toEqual(['false', 'unknown', 'unknown', 'true']);
  });
});

test('what is asked together holds together: nothing heard, so many times', () => {
  const patterns: Patterns = {
    absence: { of: 'car', forS: 300 },
    times: { atLeast: 2, withinS: 3_600 },
  };
  const played = answers(patterns, [
    { minute: 0 },
    { minute: 5, isSilent: true },
    { minute: 6 },
    { minute: 11, isSilent: true },
    { minute: 12 },
    { minute: 60, when: 'false' },
    { minute: 65, when: 'false', isSilent: true },
  ]);
  expect(played).toEqual(['false', 'false', 'false', 'true', 'true', 'true', 'false']);
});

test('a rule that asks nothing of time remembers nothing', () => {
  const verdict = { when: 'true' as const, clear: 'false' as const, levels: [] };
  const matched = matchPatterns({}, undefined, { verdict, facts: {}, heardAtMs: 0, wordAtMs: 0 }, START_MS);
  expect(matched).toEqual({ when: 'true', trace: undefined });
});
