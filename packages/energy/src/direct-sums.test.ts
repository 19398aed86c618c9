import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BASE,
  COOL_DOWN,
  electricPerHeat,
  FEATURE_COUNT,
  FEATURES,
  ROLLING,
  SPEED_CHANGES,
  speedChangeFeatureJ,
  TYRE_WARM_UP,
  WARM_UP,
} from './features.ts';
import { buildPrefix, type RoutePrefix } from './prefix.ts';
import { addSegmentFeatures, COLUMN_COUNT, type RouteSegment } from './segment-features.ts';
import { i3, seeded } from './simulated-car.fixture.ts';
import { readStretch, type StretchStart } from './stretch.ts';

// The running sums against what they stand for: every piece of road by itself, added up from one end to the other.

interface Sums {
  readonly features: Float64Array;
  /** Absolute values of all segments touched: what cancels out, or a sliver, is no more exact than its parts. */
  readonly sizes: Float64Array;
}

/** Segment by segment, the cold of the tyres followed along the way. */
function directly(
  prefix: RoutePrefix,
  segments: readonly RouteSegment[],
  fromM: number,
  toM: number,
  start: StretchStart,
): Sums {
  const features = new Float64Array(FEATURE_COUNT);
  const sizes = new Float64Array(FEATURE_COUNT);
  const add = (k: number, value: number, share: number) => {
    features[k] = (features[k] ?? 0) + share * value;
    sizes[k] = (sizes[k] ?? 0) + Math.abs(value);
  };
  const regenW = i3.maxRegenKw * 1000; // of a battery at 20 °C
  let elapsedS = start.elapsedDriveS ?? 0;
  let firstIndex: number | undefined;
  for (const [i, segment] of segments.entries()) {
    const startM = prefix.atM[i] ?? 0;
    const onWayM = Math.min(toM, prefix.atM[i + 1] ?? 0) - Math.max(fromM, startM);
    if (onWayM <= 0) continue;
    const row = new Float64Array(COLUMN_COUNT);
    addSegmentFeatures(row, 0, prefix, segment, segments[i - 1]?.speedMps ?? segment.speedMps, regenW);
    const share = onWayM / segment.distanceM;
    for (const k of FEATURES.keys()) if (k !== TYRE_WARM_UP) add(k, row[k] ?? 0, share);
    const durationS = share * (row[BASE] ?? 0);
    const rollingW = (row[ROLLING] ?? 0) / (row[BASE] ?? 1);
    // ∫ e^(−t/480 s) over this piece alone
    add(TYRE_WARM_UP, rollingW * 480 * Math.exp(-elapsedS / 480) * -Math.expm1(-durationS / 480), 1);
    elapsedS += durationS;
    firstIndex ??= i;
  }
  features[TYRE_WARM_UP] = (start.tyreColdRatio ?? 1) * (features[TYRE_WARM_UP] ?? 0);
  addStart(features, prefix, segments[firstIndex ?? 0] as RouteSegment, start);
  return { features, sizes };
}

function addStart(
  features: Float64Array,
  prefix: RoutePrefix,
  first: RouteSegment,
  start: StretchStart,
): void {
  const { tempC } = first.weather;
  const fromRestJ = speedChangeFeatureJ(prefix.totalMassKg, 0, first.speedMps, prefix.coldBrakingRatio);
  if (start.fromRest) features[SPEED_CHANGES] = (features[SPEED_CHANGES] ?? 0) + fromRestJ;
  const stillCold = Math.exp(-(start.elapsedDriveS ?? 0) / 480); // of a cabin nobody has measured
  const deficitK = start.cabinTempC === undefined ? (22 - tempC) * stillCold : 22 - start.cabinTempC;
  const gone = -Math.expm1(-(features[BASE] ?? 0) / 480);
  if (deficitK > 0 && tempC < 20) features[WARM_UP] = gone * deficitK * electricPerHeat(i3.heater, tempC);
  if (deficitK < 0 && tempC >= 18) features[COOL_DOWN] = gone * -deficitK;
}

/** Largest difference of a feature, as a share of what it is made of. */
function worstDifference(
  segments: readonly RouteSegment[],
  fromM: number,
  toM: number,
  start: StretchStart,
): number {
  const prefix = buildPrefix({ vehicle: i3, segments, batteryTempC: 20 });
  const { features } = readStretch(prefix, fromM, toM, start);
  const direct = directly(prefix, segments, fromM, toM, start);
  const differences = FEATURES.map((_, k) => {
    const size = Math.max(direct.sizes[k] ?? 0, Math.abs(direct.features[k] ?? 0));
    const difference = Math.abs((features[k] ?? 0) - (direct.features[k] ?? 0));
    return size > 0 ? difference / size : difference;
  });
  return Math.max(...differences);
}

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
/** In tenths: next to other roads, one of 1e-300 m of climb is one without. */
const tenths = (min: number, max: number) => fc.integer({ min: 10 * min, max: 10 * max }).map((n) => n / 10);
const anyLevelSegment: fc.Arbitrary<RouteSegment> = fc.record({
  distanceM: between(50, 900),
  speedMps: tenths(3, 40),
  climbM: fc.constant(0),
  bearingDeg: between(0, 360),
  weather: fc.record({
    tempC: tenths(-25, 38),
    windSpeedMps: tenths(0, 20),
    windFromDeg: between(0, 360),
    wetness: tenths(0, 4),
  }),
});
/** Hills up and down, no steeper than roads are. */
const anySegment = anyLevelSegment.chain((segment) =>
  tenths(-8, 8).map((percent) => ({
    ...segment,
    climbM: (percent / 100) * segment.distanceM,
  })),
);
const anyStart: fc.Arbitrary<StretchStart> = fc.record(
  {
    cabinTempC: between(-20, 45),
    elapsedDriveS: fc.oneof(fc.constant(0), between(0, 43_200)),
    tyreColdRatio: fc.oneof(fc.constant(0), between(0.001, 1)),
    fromRest: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** 1000 km of town, hills and motorway in changing weather: about 12 h. */
const random = seeded(8);
const longRoad: RouteSegment[] = Array.from({ length: 2000 }, (_, i) => ({
  distanceM: 500,
  speedMps: (i % 200 < 20 ? 8 : 24) * (0.8 + 0.4 * random()),
  climbM: 20 * random() - 8,
  bearingDeg: 360 * random(),
  weather: { tempC: 40 * random() - 15, windSpeedMps: 10 * random(), windFromDeg: 360 * random() },
}));

describe('running sums are direct sums', () => {
  test('between any two places of any road, however the drive began', () => {
    fc.assert(
      fc.property(
        fc.array(anySegment, { minLength: 1, maxLength: 60 }),
        between(0, 1),
        between(0, 1),
        anyStart,
        (segments, oneShare, otherShare, start) => {
          const lengthM = segments.reduce((sum, { distanceM }) => sum + distanceM, 0);
          const fromM = Math.min(oneShare, otherShare) * (lengthM - 50);
          const toM = Math.max(fromM + 50, Math.max(oneShare, otherShare) * lengthM);
          expect(worstDifference(segments, fromM, Math.min(toM, lengthM), start)).toBeLessThan(1e-8);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('along 1000 km and twelve hours, to its last hundred metres', () => {
    const { durationS } = buildPrefix({ vehicle: i3, segments: longRoad });
    expect(durationS / 3600).toBeGreaterThan(12);
    fc.assert(
      fc.property(between(0, 999_900), between(100, 1_000_000), anyStart, (fromM, lengthM, start) => {
        const toM = Math.min(1_000_000, fromM + lengthM);
        expect(worstDifference(longRoad, fromM, toM, start)).toBeLessThan(1e-8);
      }),
      {
        numRuns: 100,
        examples: [
          [999_900, 100, { elapsedDriveS: 43_200 }],
          [0, 1_000_000, {}],
        ],
      },
    );
  });

  test('of tyres: after twelve hours of driving nothing is left, and after a night all of it is back', () => {
    const prefix = buildPrefix({ vehicle: i3, segments: longRoad, batteryTempC: 20 });
    const tyresJ = (fromM: number, elapsedDriveS = 0) =>
      readStretch(prefix, fromM, fromM + 100_000, { elapsedDriveS }).features[TYRE_WARM_UP] ?? 0;
    expect(tyresJ(900_000, 43_200) / tyresJ(900_000)).toBeCloseTo(0, 30);
    expect(tyresJ(900_000, 43_200)).toBeGreaterThan(0);
    expect(tyresJ(900_000) / tyresJ(0)).toBeGreaterThan(0.5);
  });
});
