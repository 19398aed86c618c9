import type { Severity } from '@outrider/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AlertState, alertId, endEpisode, type Step, step, type Timing } from './alert-lifecycle.ts';
import type { Truth, UnknownPolicy, Verdict } from './rule.ts';

const timing = (unknown: UnknownPolicy = 'hold', forS = 60, clearS = 30): Timing => ({
  forS,
  clear: { when: '', forS: clearS },
  unknown,
  expiresAfterS: 600,
});

/** A rule on one number: card at 10, warning at 50, critical at 90; each withdrawn below half. */
function judge(value: number | undefined): Verdict {
  const is = (truth: boolean): Truth => (value === undefined ? 'unknown' : truth ? 'true' : 'false');
  const x = value ?? 0;
  const level = (severity: Severity, at: number) => ({ severity, when: is(x >= at), until: is(x < at / 2) });
  return {
    when: is(x >= 10),
    clear: is(x < 5),
    levels: [{ ...level('info', 10), when: 'true' }, level('warning', 50), level('critical', 90)],
  };
}

interface Heard {
  readonly atS: number;
  readonly what: string;
}

/** Plays values at seconds, and the timers between with the value of then, as the predictor does. */
function play(rule: Timing, points: readonly (readonly [number, number | undefined])[]) {
  let current: Step | undefined;
  let value: number | undefined;
  const heard: Heard[] = [];
  const note = (next: Step, atMs: number) => {
    const { transition, episode } = next;
    if (transition !== undefined) {
      const detail = [episode?.severity, episode?.because].filter(Boolean).join(' ');
      heard.push({ atS: atMs / 1000, what: `${transition} ${detail}`.trim() });
    }
    current = next;
  };
  for (const [atS, next] of points) {
    while (current?.dueAtMs !== undefined && current.dueAtMs < atS * 1000) {
      const dueAtMs: number = current.dueAtMs;
      note(step(current.state, rule, judge(value), dueAtMs), dueAtMs);
    }
    value = next;
    note(step(current?.state, rule, judge(value), atS * 1000), atS * 1000);
  }
  return { heard, state: current?.state };
}

const heard = (rule: Timing, ...points: (readonly [number, number | undefined])[]) =>
  play(rule, points).heard;
const news = (rule: Timing, ...points: (readonly [number, number | undefined])[]) =>
  heard(rule, ...points).map(({ atS, what }) => `${atS}: ${what}`);

describe('an episode', () => {
  test('is pending first, fires after its time without new telemetry, and ends after its clear time', () => {
    expect(news(timing(), [0, 20], [300, 2], [400, 2])).toEqual([
      '0: pending',
      '60: firing info',
      '330: resolved info condition-over',
    ]);
  });

  test('stays silent when it is over just before its time', () => {
    expect(news(timing(), [0, 20], [59.999, 2], [300, 2])).toEqual(['0: pending']);
  });

  test('stays silent when the condition ends between the thresholds before its time', () => {
    expect(news(timing(), [0, 20], [30, 7], [300, 7])).toEqual(['0: pending']);
  });

  test('fires at once without a `for`', () => {
    expect(news(timing('hold', 0), [0, 20])).toEqual(['0: firing info']);
  });

  test('ends at once without a clear time', () => {
    expect(news(timing('hold', 0, 0), [0, 20], [10, 2])).toEqual([
      '0: firing info',
      '10: resolved info condition-over',
    ]);
  });

  test('goes on when the danger is back before the clear time is over', () => {
    expect(news(timing(), [0, 20], [100, 2], [129, 20], [300, 20])).toEqual([
      '0: pending',
      '60: firing info',
    ]);
  });

  test('does not end between the thresholds', () => {
    expect(news(timing(), [0, 20], [100, 5], [10_000, 5])).toEqual(['0: pending', '60: firing info']);
  });

  test('keeps the time it began as its identity, through everything until it ends', () => {
    const { state } = play(timing(), [
      [10, 20],
      [80, 95],
      [200, 2],
      [210, 20],
      [900, undefined],
      [1000, 20],
    ]);
    expect(state).toMatchObject({ kind: 'firing', startedAtMs: 10_000, firedAtMs: 70_000 });
  });

  test('ends when its subject is gone, whatever it was', () => {
    const firing = play(timing(), [
      [0, 20],
      [60, 20],
    ]).state as AlertState;
    expect(endEpisode(firing, 90_000)).toEqual({
      state: { kind: 'inactive', atMs: 90_000 },
      transition: 'resolved',
      episode: { startedAtMs: 0, severity: 'info', because: 'subject-gone' },
    });
    const pending = play(timing(), [[0, 20]]).state as AlertState;
    expect(endEpisode(pending, 10_000)).toEqual({ state: { kind: 'inactive', atMs: 10_000 } });
  });

  test('has an id made of what it is about and when it began', () => {
    expect(alertId('veh_a', 'rule', 'stop:1', 5)).toBe(alertId('veh_a', 'rule', 'stop:1', 5));
    const others = [
      alertId('veh_b', 'rule', 'stop:1', 5),
      alertId('veh_a', 'rule2', 'stop:1', 5),
      alertId('veh_a', 'rule', 'stop:2', 5),
      alertId('veh_a', 'rule', 'stop:1', 6),
    ];
    expect(new Set([...others, alertId('veh_a', 'rule', 'stop:1', 5)]).size).toBe(5);
  });
});

describe('severity', () => {
  test('is the gravest that lasted as long as the alert had to', () => {
    expect(news(timing(), [0, 95], [100, 95])).toEqual(['0: pending', '60: firing critical']);
    expect(news(timing(), [0, 20], [30, 95], [100, 95])).toEqual([
      '0: pending',
      '60: firing info',
      '90: severity critical',
    ]);
  });

  test('does not rise on a peak', () => {
    expect(news(timing(), [0, 20], [100, 60], [159, 20], [300, 20])).toEqual([
      '0: pending',
      '60: firing info',
    ]);
  });

  test('falls only below half of what raised it, and only when that lasts', () => {
    expect(news(timing(), [0, 60], [100, 25], [200, 24], [229, 25], [300, 24], [400, 24])).toEqual([
      '0: pending',
      '60: firing warning',
      '330: severity info',
    ]);
  });

  test('falls several levels in one step', () => {
    expect(news(timing(), [0, 95], [100, 6], [200, 6])).toEqual([
      '0: pending',
      '60: firing critical',
      '130: severity info',
    ]);
  });

  test('does not announce a fall at the moment the alert ends', () => {
    expect(news(timing(), [0, 95], [100, 2], [200, 2])).toEqual([
      '0: pending',
      '60: firing critical',
      '130: resolved critical condition-over',
    ]);
  });

  test('of a level that the rule no longer has becomes the next lower one', () => {
    const firing = play(timing(), [
      [0, 95],
      [60, 95],
    ]).state;
    const verdict = judge(95);
    const next = step(firing, timing(), { ...verdict, levels: verdict.levels.slice(0, 2) }, 61_000);
    expect(next).toMatchObject({ transition: 'severity', episode: { severity: 'warning' } });
  });
});

describe('unknown', () => {
  test('hold: freezes the time before firing', () => {
    expect(news(timing('hold'), [0, 20], [40, undefined], [1000, 20], [1019, 20], [1020, 20])).toEqual([
      '0: pending',
      '1020: firing info',
    ]);
  });

  test('hold: never ends a firing alert, however long', () => {
    expect(news(timing('hold'), [0, 20], [100, undefined], [1e6, undefined])).toEqual([
      '0: pending',
      '60: firing info',
    ]);
  });

  test('hold: freezes the clear time', () => {
    expect(
      news(timing('hold'), [0, 20], [100, 2], [120, undefined], [1000, 2], [1009.999, 2], [1010, 2]),
    ).toEqual(['0: pending', '60: firing info', '1010: resolved info condition-over']);
  });

  test('hold: fires nothing at the very moment the answer is lost', () => {
    expect(news(timing('hold'), [0, 20], [60, undefined], [500, undefined])).toEqual(['0: pending']);
  });

  test('clear: counts as over', () => {
    expect(news(timing('clear'), [0, 20], [30, undefined], [500, undefined])).toEqual(['0: pending']);
    expect(news(timing('clear'), [0, 60], [100, undefined], [500, undefined])).toEqual([
      '0: pending',
      '60: firing warning',
      '130: resolved warning inputs-missing',
    ]);
  });

  test('stale: holds, and ends an alert without an answer for as long as its news would be useful', () => {
    expect(news(timing('stale'), [0, 20], [100, undefined], [699, undefined])).toHaveLength(2);
    expect(news(timing('stale'), [0, 20], [100, undefined], [10_000, undefined])).toEqual([
      '0: pending',
      '60: firing info',
      '700: resolved info inputs-missing',
    ]);
  });

  test('stale: an answer in between starts the time again', () => {
    expect(
      news(timing('stale'), [0, 20], [100, undefined], [600, 20], [601, undefined], [1200, undefined]),
    ).toHaveLength(2);
  });

  test('stale: a pending one is forgotten', () => {
    expect(news(timing('stale'), [0, 20], [30, undefined], [1000, 20], [1001, 20])).toEqual([
      '0: pending',
      '1000: pending',
    ]);
  });

  test.each(['hold', 'clear', 'stale'] as const)('%s: starts nothing', (policy) => {
    expect(news(timing(policy), [0, undefined], [1e5, undefined])).toEqual([]);
  });
});

const policy = fc.constantFrom<UnknownPolicy>('hold', 'clear', 'stale');
const anyValue = fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined, freq: 6 });
const walk = fc.array(fc.tuple(fc.integer({ min: 0, max: 120 }), anyValue), { maxLength: 60 });
const asPoints = (gaps: readonly (readonly [number, number | undefined])[]) => {
  let atS = 0;
  return gaps.map(([gapS, value]) => {
    atS += gapS;
    return [atS, value] as const;
  });
};

describe('properties', () => {
  test('oscillation shorter than `for` never alerts', () => {
    const swings = fc.array(
      fc.tuple(
        fc.integer({ min: 1, max: 59 }),
        fc.integer({ min: 10, max: 100 }),
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 0, max: 9 }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(swings, (all) => {
        const points = asPoints(
          all.flatMap(
            ([highS, high, , low], index) =>
              [
                [index === 0 ? 0 : (all[index - 1]?.[2] ?? 0), high],
                [highS, low],
              ] as const,
          ),
        );
        expect(heard(timing(), ...points).filter(({ what }) => what !== 'pending')).toEqual([]);
      }),
    );
  });

  test('the twin: the same oscillation a second longer does alert', () => {
    expect(news(timing(), [0, 20], [60, 20], [61, 2])).toContain('60: firing info');
  });

  test('a firing alert never flaps between its clear threshold and its threshold', () => {
    const between = fc.array(fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 5, max: 49 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(between, (gaps) => {
        const points = asPoints([[0, 20], [60, 20], ...gaps]);
        expect(heard(timing(), ...points)).toHaveLength(2);
      }),
    );
  });

  test('severity never flaps between half of a level and the level', () => {
    const between = fc.array(fc.tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 25, max: 89 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(between, (gaps) => {
        const points = asPoints([[0, 60], [60, 60], ...gaps]);
        expect(heard(timing(), ...points)).toHaveLength(2);
      }),
    );
  });

  test('news alternate: one firing, then severities that differ, then one resolved', () => {
    fc.assert(
      fc.property(policy, walk, (unknown, gaps) => {
        let severity: string | undefined;
        for (const { what } of heard(timing(unknown), ...asPoints(gaps))) {
          const [kind, next] = what.split(' ');
          if (kind === 'pending' || kind === 'firing') expect(severity).toBeUndefined();
          if (kind === 'severity') expect(severity).not.toBe(next);
          if (kind === 'severity') expect(severity).toBeDefined();
          if (kind === 'resolved') expect(severity).toBe(next);
          severity = kind === 'resolved' || kind === 'pending' ? undefined : next;
        }
      }),
    );
  });

  test('the same verdict at the same time again, or any verdict from before, changes nothing', () => {
    fc.assert(
      fc.property(
        policy,
        walk,
        fc.integer({ min: 1, max: 1000 }),
        anyValue,
        (unknown, gaps, agoMs, other) => {
          const rule = timing(unknown);
          let state: AlertState | undefined;
          for (const [atS, value] of asPoints(gaps)) {
            const first = step(state, rule, judge(value), atS * 1000);
            const again = step(first.state, rule, judge(value), atS * 1000);
            expect(again.transition).toBeUndefined();
            expect(again.state).toEqual(first.state);
            expect(again.dueAtMs).toBe(first.dueAtMs);
            const late = step(first.state, rule, judge(other), atS * 1000 - agoMs);
            expect(late.transition).toBeUndefined();
            expect(late.state).toBe(first.state);
            expect(late.dueAtMs).toBe(first.dueAtMs);
            state = first.state;
          }
        },
      ),
    );
  });

  test('a state survives JSON, a timer lies ahead, and the input is not touched', () => {
    fc.assert(
      fc.property(policy, walk, (unknown, gaps) => {
        const rule = timing(unknown);
        let state: AlertState | undefined;
        for (const [atS, value] of asPoints(gaps)) {
          const before = JSON.stringify(state);
          const next = step(state, rule, judge(value), atS * 1000);
          expect(JSON.stringify(state)).toBe(before);
          const restored = JSON.parse(JSON.stringify(next.state)) as AlertState;
          expect(restored).toEqual(next.state);
          if (next.dueAtMs !== undefined) expect(next.dueAtMs).toBeGreaterThan(atS * 1000);
          state = restored;
        }
      }),
    );
  });

  test('more frequent looks at the same values tell the same news', () => {
    fc.assert(
      fc.property(policy, walk, fc.integer({ min: 1, max: 40 }), (unknown, gaps, everyS) => {
        const points = asPoints(gaps);
        const dense = points.flatMap(([atS, value], index) => {
          const untilS = points[index + 1]?.[0] ?? atS;
          const looks: (readonly [number, number | undefined])[] = [[atS, value]];
          for (let lookS = atS + everyS; lookS < untilS; lookS += everyS) looks.push([lookS, value]);
          return looks;
        });
        expect(heard(timing(unknown), ...dense)).toEqual(heard(timing(unknown), ...points));
      }),
    );
  });
});
