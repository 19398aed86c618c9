import { buildRouteView } from '@outrider/energy';
import { expect, test } from 'vitest';
import { at, conditionsOf, modelOf, segmentsBetween, stopAt, tripOf } from './predictor.fixture.ts';

const car = modelOf();

test('a plan’s view has a stretch for each stop, in their order', () => {
  const trip = tripOf({ stops: [stopAt('a', 50_000), stopAt('b', 90_000)] });
  const view = buildRouteView(conditionsOf({ trip }), trip, car);
  expect(view?.stretches.map(({ stopId, stopName }) => [stopId, stopName])).toEqual([
    ['a', 'a'],
    ['b', 'b'],
  ]);
  expect(view?.stretches[1]?.prefix.lengthM).toBeCloseTo(40_000, 6);
  expect(view?.progressStretches[1]?.segments).toHaveLength(40);
});

test.each([
  ['another trip', tripOf({ tripId: 'trip-2' })],
  ['another revision', tripOf({ revision: 2 })],
  ['no trip', null],
])('a snapshot of one plan is no view of %s', (_, trip) => {
  expect(buildRouteView(conditionsOf(), trip, car)).toBeNull();
});

test('a snapshot without a plan is no view of one', () => {
  expect(buildRouteView(conditionsOf({ trip: null }), tripOf(), car)).toBeNull();
  expect(buildRouteView(conditionsOf({ trip: null }), null, car)?.stretches).toEqual([]);
});

test('what follows the stops is the way home; without a home it is left out', () => {
  const trip = tripOf({ stops: [stopAt('home', 50_000)] });
  const stretches = [
    ...conditionsOf({ trip }).stretches,
    {
      stopId: 'home',
      segments: segmentsBetween(50_000, 0),
      chargers: [],
      routeSource: 'planner-route' as const,
    },
  ];
  const homeward = buildRouteView(conditionsOf({ trip, home: at(0), change: { stretches } }), trip, car);
  expect(homeward?.stretches.map(({ stop, planned }) => [stop, planned?.stopId ?? null])).toEqual([
    [at(50_000), 'home'],
    [at(0), null],
  ]);
  expect(buildRouteView(conditionsOf({ trip, change: { stretches } }), trip, car)?.stretches).toHaveLength(1);
});

test('a stop visited twice keeps its two roads apart', () => {
  const trip = tripOf({ stops: [stopAt('x', 20_000), stopAt('y', 50_000), stopAt('x', 20_000)] });
  const view = buildRouteView(conditionsOf({ trip }), trip, car);
  expect(view?.progressStretches.map(({ segments }) => segments.length)).toEqual([20, 30, 30]);
  expect(view?.progressStretches[2]?.segments[0]).toMatchObject({ bearingDeg: 270 });
});

test('a road is drawn for the car as it is loaded and shod, and says how well that is known', () => {
  const plain = buildRouteView(conditionsOf(), tripOf(), car);
  const loaded = tripOf({ use: { roofBox: true, payloadKg: 350, tyres: 'winter' } });
  const view = buildRouteView(conditionsOf({ trip: loaded }), loaded, car, { setTempC: 18, isTowing: false });
  expect(view?.stretches[0]?.prefix).toMatchObject({
    setTempC: 18,
    use: { payloadKg: 350, extraDragAreaM2: 0.15, rollingRatio: 1.05 },
  });
  expect(plain?.stretches[0]?.prefix).toMatchObject({ setTempC: 22, use: { extraDragAreaM2: 0 } });
  expect(plain?.sigmas).toMatchObject({ dragAreaM2: 0, rollingRatio: 0 });
  const towing = buildRouteView(conditionsOf(), tripOf(), car, { setTempC: null, isTowing: true });
  expect(towing?.use.extraDragAreaM2).toBe(1);
  expect(view?.sigmas.dragAreaM2).toBeGreaterThan(0);
  expect(view?.sigmas.temperatureK).toBe(plain?.sigmas.temperatureK);
});

test('heights go on from one stretch to the next', () => {
  const trip = tripOf({ stops: [stopAt('a', 2_000), stopAt('b', 4_000)] });
  const view = buildRouteView(conditionsOf({ trip, segment: { climbM: 5 } }), trip, car);
  expect(view?.stretches.map(({ heightsM }) => [...heightsM])).toEqual([
    [0, 5, 10],
    [10, 15, 20],
  ]);
});

test('figures no road has are no view, and no error', () => {
  expect(buildRouteView(conditionsOf({ segment: { tempC: 65 } }), tripOf(), car)).toBeNull();
  expect(buildRouteView(conditionsOf({ segment: { speedMps: 0.1 } }), tripOf(), car)).toBeNull();
});
