import { distanceM } from '@outrider/domain';
import { expect, test } from 'vitest';
import { greatCircle, ROAD_FACTOR } from './great-circle.ts';
import { routeProviderContract } from './route-provider.contract.ts';

routeProviderContract(() => greatCircle);

const from = { lat: 41, lon: -73 };
const to = { lat: 41.5, lon: -72 };

test('is the straight line times 1.3 at 70 km/h, and flagged as the floor it is', async () => {
  const route = await greatCircle.route(from, to, AbortSignal.abort());
  expect(route.distanceM).toBeCloseTo(distanceM(from, to) * 1.3, 6);
  expect(ROAD_FACTOR).toBe(1.3);
  expect((route.distanceM / route.durationS) * 3.6).toBeCloseTo(70, 6);
  expect(route).toMatchObject({ source: 'great-circle', points: [from, to] });
});

test('claims no heights', async () => {
  const route = await greatCircle.route(from, to, AbortSignal.abort());
  expect(route.points.every((point) => point.elevationM === undefined)).toBe(true);
});
