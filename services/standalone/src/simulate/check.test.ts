import { summariseQuality } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { checkOf, checkText } from './check.ts';
import type { JudgedStretch } from './life.ts';

const HEARD_MS = 1_000_000_000;
let trips = 0;

function stretch(
  change: Partial<JudgedStretch['truth']> & { readonly leadMin?: number; readonly flips?: number },
): JudgedStretch {
  const { leadMin, flips = 0, ...truth } = change;
  return {
    truth: {
      ...{ car: 1, tripId: `trip-${trips++}`, stopId: 'stop', isTold: true, endedAtMs: HEARD_MS + 9_000_000 },
      ...{ reserveSocPct: 5, arrivalSocPct: 20, lowestSocPct: 20, isStranded: false, wouldHaveFailed: false },
      ...{ firstWarnedAtMs: null, actedAtMs: null, charger: null },
      ...truth,
    },
    deadlineAtMs: leadMin === undefined ? undefined : HEARD_MS + leadMin * 60_000,
    flips,
  };
}
const times = (count: number, change: Parameters<typeof stretch>[0]) =>
  Array.from({ length: count }, () => stretch(change));
const warned = { firstWarnedAtMs: HEARD_MS };

describe('warnings against the truth', () => {
  test('a warning is right where the reserve would have been missed without it', () => {
    const judged = [...times(8, { ...warned, wouldHaveFailed: true, leadMin: 30 }), ...times(2, warned)];
    expect(checkOf(judged)).toMatchObject({ warned: 10, inNeed: 8, precision: { of: 10, ratio: 0.8 } });
  });

  test('who was not warned, too late, or without advice is not counted as warned in time', () => {
    const need = { wouldHaveFailed: true };
    const judged = [
      ...times(7, { ...need, ...warned, leadMin: 0.1 }),
      ...[stretch(need), stretch({ ...need, ...warned, leadMin: 0 }), stretch({ ...need, ...warned })],
    ];
    expect(checkOf(judged).recall).toMatchObject({ of: 10, ratio: 0.7 });
  });

  test('plans that nobody told are in no figure, and few cases give none', () => {
    expect(checkOf(times(9, { isTold: false, wouldHaveFailed: true }))).toMatchObject({
      ...{ stretches: 0, inNeed: 0, leadMin: null, flipsPerTrip: null, recall: { ratio: null } },
    });
  });

  test('lead is a median, flips are counted by trip', () => {
    const judged = [5, 10, 60].map((leadMin) =>
      stretch({ ...warned, leadMin, flips: leadMin === 60 ? 3 : 0 }),
    );
    expect(checkOf(judged)).toMatchObject({ leadMin: 10, flipsPerTrip: 1 });
  });

  test('the text says which target is kept, and which is missed, at the target itself too', () => {
    const quality = { ...summariseQuality([]), held: [], notUseful: [], isSynthetic: true, leftOut: 0 };
    const text = (right: number) =>
      checkText(
        checkOf([
          ...times(right, { ...warned, wouldHaveFailed: true, leadMin: 20 }),
          ...times(10 - right, warned),
        ]),
        quality,
      );
    expect(text(8)).toMatch(/precision +80 % .* kept/);
    expect(text(7)).toMatch(/precision +70 % .* MISSED/);
    expect(text(8)).toMatch(/median lead +20 min .* kept/);
    expect(text(8)).toMatch(/^Synthetic/);
  });
});
