import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { at, fixAt, KX, lengthOf, placeAlong, stretchThrough } from './route-progress.fixture.ts';
import { advanceProgress, type ProgressStretch, type RouteProgress, tripStart } from './route-progress.ts';

describe('any road', () => {
  const jitterM = 70; // in each direction: below 100 m in all
  /** Pieces of 2 to 9 km that turn by less than a right angle each: no real road folds back on itself at once. */
  const road = fc.array(
    fc.record({
      lengthM: fc.integer({ min: 2_000, max: 9_000 }),
      turnDeg: fc.integer({ min: -60, max: 60 }),
    }),
    { minLength: 1, maxLength: 12 },
  );
  const noise = fc.infiniteStream(
    fc.record({
      east: fc.double({ min: -jitterM, max: jitterM, noNaN: true }),
      north: fc.double({ min: -jitterM, max: jitterM, noNaN: true }),
    }),
  );
  const speedMps = fc.integer({ min: 8, max: 40 });
  const everyS = fc.constantFrom(1, 10, 30, 60);

  const pointsOf = (pieces: readonly { lengthM: number; turnDeg: number }[]) => {
    let heading = 0;
    let east = 0;
    let north = 0;
    const points = [at(0)];
    for (const { lengthM, turnDeg } of pieces) {
      heading += (turnDeg * Math.PI) / 180;
      east += Math.cos(heading) * lengthM;
      north += Math.sin(heading) * lengthM;
      points.push(at(east, north));
    }
    return points;
  };

  const drive = (
    stretches: readonly ProgressStretch[],
    mps: number,
    stepS: number,
    jitter: Iterator<{ east: number; north: number }>,
    look: (progress: RouteProgress, truth: { stretch: number; alongM: number }) => void,
  ) => {
    let progress = tripStart(0);
    let atS = 0;
    for (const [stretch, road] of stretches.entries()) {
      const roadM = lengthOf(road);
      for (let alongM = 0; alongM < roadM; alongM += mps * stepS) {
        atS += stepS;
        const { east, north } = jitter.next().value;
        const place = placeAlong(road, alongM);
        const fix = fixAt({ lat: place.lat + north / 111_195, lon: place.lon + east / KX }, atS);
        progress = advanceProgress(stretches, progress, fix);
        look(progress, { stretch, alongM });
      }
    }
    return progress;
  };

  test('a car driven along it with a jitter below 100 m never loses its way', () => {
    fc.assert(
      fc.property(road, speedMps, everyS, noise, (pieces, mps, stepS, jitter) => {
        const stretch = stretchThrough('end', ...pointsOf(pieces));
        let lastM = 0;
        drive([stretch], mps, stepS, jitter, (progress) => {
          expect(progress.isOffRoute).toBe(false);
          expect(progress.alongM).toBeGreaterThanOrEqual(lastM);
          lastM = progress.alongM;
        });
        expect(lastM).toBeGreaterThan(lengthOf(stretch) - mps * stepS - 1_000);
      }),
      { numRuns: 60 },
    );
  });

  test('out and back on the same road is two ways, not one', () => {
    fc.assert(
      fc.property(road, speedMps, everyS, noise, (pieces, mps, stepS, jitter) => {
        const points = pointsOf(pieces);
        const there = stretchThrough('there', ...points);
        const home = stretchThrough('home', ...points.toReversed());
        const wayM = lengthOf(there);
        drive([there, home], mps, stepS, jitter, (progress, truth) => {
          expect(progress.isOffRoute).toBe(false);
          const drivenM = progress.stretch * wayM + progress.alongM;
          const trueM = truth.stretch * wayM + truth.alongM;
          // Near the turning point nobody can tell yet; nowhere is the way mistaken by more.
          expect(Math.abs(drivenM - trueM)).toBeLessThan(2_000);
        });
      }),
      { numRuns: 60 },
    );
  });

  test('standing at the end of it, after any drive, is being at the stop', () => {
    fc.assert(
      fc.property(road, speedMps, everyS, noise, (pieces, mps, stepS, jitter) => {
        const stretch = stretchThrough('end', ...pointsOf(pieces));
        const driven = drive([stretch], mps, stepS, jitter, () => {});
        const fix = fixAt(stretch.stop, driven.atMs / 1000 + 60, true);
        expect(advanceProgress([stretch], driven, fix)).toMatchObject({ stretch: 1, atStop: 0 });
      }),
      { numRuns: 60 },
    );
  });
});
