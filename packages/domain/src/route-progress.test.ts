import { describe, expect, test } from 'vitest';
import type { Position } from './fields.ts';
import { distanceM } from './geo.ts';
import { at, fixAt, follow, placeAlong, stretchThrough } from './route-progress.fixture.ts';
import {
  advanceProgress,
  expectedOn,
  type Fix,
  isSameRoad,
  type ProgressStretch,
  resumeProgress,
  tripStart,
} from './route-progress.ts';

const straight = stretchThrough('there', at(0), at(40_000));
const back = stretchThrough('home', at(40_000), at(0));

describe('on the way', () => {
  test('standing at the origin is being there', () => {
    expect(follow([straight], [fixAt(at(200, 300), 60, true)])).toMatchObject({ atStop: -1, alongM: 0 });
  });

  test('driving on leaves the stop', () => {
    const progress = follow([straight], [fixAt(at(900), 60)]);
    expect(progress.atStop).toBeNull();
    expect(progress.alongM).toBeCloseTo(900, 0);
  });

  test('a fix behind the car does not turn it round', () => {
    const progress = follow([straight], [fixAt(at(5_000), 300), fixAt(at(4_950), 310)]);
    expect(progress.alongM).toBeCloseTo(5_000, 0);
  });

  test('a road beyond what a car can have driven is not believed', () => {
    const far = follow([straight], [fixAt(at(30_000), 10)]);
    expect(far.isOffRoute).toBe(true);
  });

  test('after a long silence the car may be far ahead', () => {
    expect(follow([straight], [fixAt(at(30_000), 1_200)]).alongM).toBeCloseTo(30_000, 0);
  });

  test('fixes without time between them do not lose the car', () => {
    const fix = fixAt(at(100), 5);
    expect(follow([straight], [fix, fix, fix])).toEqual(follow([straight], [fix]));
  });

  test('a plan that is over stays over', () => {
    const over = { ...tripStart(0), stretch: 1, atStop: 0 };
    expect(advanceProgress([straight], over, fixAt(at(0), 60))).toEqual({ ...over, atMs: 60_000 });
    expect(advanceProgress([], tripStart(0), fixAt(at(0), 60))).toEqual({ ...tripStart(60_000) });
  });
});

describe('stops', () => {
  const next = stretchThrough('end', at(40_000), at(80_000));
  const nearly = follow([straight, next], [fixAt(at(38_000), 1_800)]);

  test.each([
    ['990 m before it, standing', at(39_010), true, 0],
    ['1,010 m before it, standing', at(38_990), true, null],
    ['at it, but moving', at(40_000), false, null],
    ['800 m beside it, standing', at(40_000, 800), true, 0],
  ])('%s', (_, place, isStanding, atStop) => {
    expect(advanceProgress([straight, next], nearly, fixAt(place, 1_900, isStanding)).atStop).toBe(atStop);
  });

  test('the stretch after the stop is the one driven next', () => {
    const arrived = advanceProgress([straight, next], nearly, fixAt(at(40_000), 1_900, true));
    expect(arrived).toMatchObject({ stretch: 1, alongM: 0, atStop: 0 });
  });

  test('a stop that is passed without standing does not hold the car', () => {
    const passed = follow([straight, next], [fixAt(at(39_900), 1_900), fixAt(at(41_000), 1_940)], nearly);
    expect(passed).toMatchObject({ stretch: 1, atStop: null });
    expect(passed.alongM).toBeCloseTo(1_000, 0);
  });

  test('a loop does not end where it begins', () => {
    const loop = stretchThrough('round', at(0), at(5_000), at(5_000, 5_000), at(0, 5_000), at(0, 50));
    expect(follow([loop], [fixAt(at(10), 30, true)])).toMatchObject({ stretch: 0, atStop: -1 });
    const fixes = Array.from({ length: 200 }, (_, i) => fixAt(placeAlong(loop, i * 100), i * 10));
    const round = follow([loop], [...fixes, fixAt(at(0, 60), 2_100, true)]);
    expect(round).toMatchObject({ stretch: 1, atStop: 0 });
  });

  test('a car first seen again at the stop is there', () => {
    const short = stretchThrough('near', at(0), at(2_000));
    const there = follow([short], [fixAt(at(60), 30), fixAt(at(1_990), 90, true)]);
    expect(there).toMatchObject({ stretch: 1, atStop: 0 });
    expect(follow([short], [fixAt(at(60), 30), fixAt(at(1_990), 90)])).toMatchObject({ atStop: null });
  });

  test('moving to another parking space is no departure', () => {
    const charged = advanceProgress([straight, next], nearly, fixAt(at(40_000), 1_900, true));
    const moved = follow(
      [straight, next],
      [fixAt(at(40_300, 250), 5_000), fixAt(at(40_350, 500), 5_060, true)],
      charged,
    );
    expect(moved).toMatchObject({ stretch: 1, atStop: 0, alongM: 0, isOffRoute: false });
    expect(follow([straight], [fixAt(at(300), 60), fixAt(at(350), 120, true)]).atStop).toBe(-1);
  });

  test('standing at the roadside further on is not the stop', () => {
    const charged = advanceProgress([straight, next], nearly, fixAt(at(40_000), 1_900, true));
    const rest = follow(
      [straight, next],
      [fixAt(at(41_500), 2_000), fixAt(at(41_500), 2_060, true)],
      charged,
    );
    expect(rest).toMatchObject({ stretch: 1, atStop: null });
  });

  test('standing short of a turning point, then at it, counts as the stop', () => {
    const early = follow([straight, back], [fixAt(at(38_000), 1_800), fixAt(at(39_100), 1_900, true)]);
    const there = follow([straight, back], [fixAt(at(39_500), 1_950), fixAt(at(40_000), 2_000, true)], early);
    const later = advanceProgress([straight, back], there, fixAt(at(40_000), 20_000, true));
    expect(later).toMatchObject({ stretch: 1, atStop: 0, alongM: 0, isOffRoute: false });
  });
});

describe('off the route', () => {
  const onIt = follow([straight], [fixAt(at(10_000), 600)]);
  const off = (northM: number, atS: number, from = onIt) =>
    advanceProgress([straight], from, fixAt(at(10_000, northM), atS));

  test.each([
    [249, false],
    [251, true],
  ])('%i m beside it starts the two minutes: %s', (northM, starts) => {
    expect(off(northM, 610).offSinceMs !== null).toBe(starts);
    expect(off(northM, 610).isOffRoute).toBe(false);
  });

  test.each([
    [995, false],
    [1_005, true],
  ])('%i m away is off at once: %s', (northM, isOffRoute) => {
    expect(off(northM, 610).isOffRoute).toBe(isOffRoute);
  });

  test.each([
    [729, false],
    [730, true],
  ])('300 m beside since 610 s is off at %i s: %s', (atS, isOffRoute) => {
    expect(off(300, atS, off(300, 610)).isOffRoute).toBe(isOffRoute);
  });

  test('coming back to the road ends it, and a shorter absence starts anew', () => {
    const returned = advanceProgress([straight], off(2_000, 700), fixAt(at(12_000, 50), 800));
    expect(returned).toMatchObject({ isOffRoute: false, offSinceMs: null });
    expect(returned.alongM).toBeCloseTo(12_000, 0);
  });
});

describe('on a road the car was not followed on', () => {
  const next = stretchThrough('end', at(40_000), at(40_000, 30_000));

  test('a plan begins at its origin when nobody knows where the car is, or when it is there', () => {
    const start = { stretch: 0, atStop: -1 };
    expect(resumeProgress([straight], start, null, 7)).toEqual(tripStart(7));
    expect(resumeProgress([straight], start, fixAt(at(500), 7, true), 7_000)).toEqual(tripStart(7_000));
  });

  test('a plan revised on the way goes on where the car is', () => {
    const found = resumeProgress(
      [straight, next],
      { stretch: 0, atStop: null },
      fixAt(at(25_000, 40), 9),
      9_000,
    );
    expect(found).toMatchObject({ stretch: 0, atStop: null, isOffRoute: false, atMs: 9_000 });
    expect(found.alongM).toBeCloseTo(25_000, 0);
  });

  test('of a road driven out and back the first pass counts, unless the stop before is behind', () => {
    const fix = fixAt(at(25_000), 9);
    expect(resumeProgress([straight, back], { stretch: 0, atStop: -1 }, fix, 0).stretch).toBe(0);
    expect(resumeProgress([straight, back], { stretch: 1, atStop: null }, fix, 0)).toMatchObject({
      stretch: 1,
      alongM: expect.closeTo(15_000, -1),
    });
  });

  test('a car far from every road of the plan is waited for at its beginning', () => {
    const found = resumeProgress([straight], { stretch: 0, atStop: -1 }, fixAt(at(0, 50_000), 9), 9_000);
    expect(found).toEqual(tripStart(9_000));
  });

  test('a car that stands at a later stop is at that stop', () => {
    const found = resumeProgress(
      [straight, next],
      { stretch: 0, atStop: -1 },
      fixAt(at(40_000, 20), 9, true),
      0,
    );
    expect(found).toMatchObject({ stretch: 1, atStop: 0 });
  });

  test('a revision is expected where the plan before it was', () => {
    const driving = { ...tripStart(0), stretch: 1, alongM: 5_000, atStop: null };
    expect(expectedOn(null, [], ['a'])).toEqual({ stretch: 0, atStop: -1 });
    expect(expectedOn(driving, ['a', 'b'], ['a', 'b', 'c'])).toEqual({ stretch: 1, atStop: null });
    expect(expectedOn(driving, ['a', 'b'], ['b', 'c'])).toEqual({ stretch: 0, atStop: null });
    expect(expectedOn(driving, ['a', 'b'], ['x'])).toEqual({ stretch: 0, atStop: -1 });
    const standing = { ...driving, atStop: 0, alongM: 0 };
    expect(expectedOn(standing, ['a', 'b'], ['a', 'b', 'c'])).toEqual({ stretch: 1, atStop: 0 });
    expect(expectedOn(standing, ['a', 'b'], ['b'])).toEqual({ stretch: 0, atStop: -1 });
  });

  test('roads are the same only with all their pieces', () => {
    expect(isSameRoad(straight, stretchThrough('other', at(0), at(40_000)))).toBe(true);
    expect(isSameRoad(straight, stretchThrough('there', at(0), at(40_001)))).toBe(false);
    expect(isSameRoad(straight, back)).toBe(false);
    expect(isSameRoad(undefined, undefined)).toBe(true);
    expect(isSameRoad(straight, undefined)).toBe(false);
  });
});

describe('a road that nobody knows', () => {
  /** Two places 40 km apart, and one 40 km north of the second: 1.3 times as far on whatever road there is. */
  const guess = (stopId: string, from: Position, to: Position): ProgressStretch => ({
    stopId,
    segments: [{ ...from, distanceM: distanceM(from, to) * 1.3 }],
    stop: to,
    isGuess: true,
  });
  const [first, second] = [guess('there', at(0), at(40_000)), guess('north', at(40_000), at(40_000, 40_000))];
  const onRoad = (fixes: readonly Fix[]) => follow([first, second], fixes);

  test('is not left, however far beside the line the car drives', () => {
    expect(onRoad([fixAt(at(10_000, 8_000), 900), fixAt(at(20_000, 12_000), 1_800)])).toMatchObject({
      stretch: 0,
      isOffRoute: false,
      offSinceMs: null,
    });
  });

  test('is driven as far as its end has come nearer, and never back', () => {
    const halfway = onRoad([fixAt(at(20_000), 1_800)]);
    expect(halfway.alongM).toBeCloseTo(26_000, -2);
    expect(onRoad([fixAt(at(20_000), 1_800), fixAt(at(15_000), 2_400)]).alongM).toBeCloseTo(26_000, -2);
  });

  test.each([
    ['26.9 km', 13_100, false],
    ['27.1 km', 12_900, true],
  ])('with 26 km of it left and the end %s away it is the wrong one', (_, eastM, isOffRoute) => {
    expect(onRoad([fixAt(at(20_000), 1_800), fixAt(at(eastM), 2_400)]).isOffRoute).toBe(isOffRoute);
  });

  test('standing at its end is being there', () => {
    const near = fixAt(at(38_000, 1_500), 3_000);
    expect(onRoad([near, fixAt(at(39_500), 3_200, true)])).toMatchObject({
      stretch: 1,
      atStop: 0,
      alongM: 0,
    });
    expect(onRoad([near, fixAt(at(38_500), 3_200, true)])).toMatchObject({ stretch: 0, atStop: null });
  });

  test.each([
    ['2.9 km beside it', 2_900, 1],
    ['3.1 km beside it', 3_100, 0],
  ])('a stop that is driven past %s is behind the car once it is left', (_, besideM, stretch) => {
    const past = [fixAt(at(40_000 - besideM), 3_000), fixAt(at(40_000 - besideM, 5_000), 3_300)];
    expect(onRoad(past).stretch).toBe(stretch);
  });

  test('a car that comes nearer to a stop has not passed it', () => {
    expect(onRoad([fixAt(at(37_500), 3_000), fixAt(at(38_000), 3_030)]).stretch).toBe(0);
  });
});
