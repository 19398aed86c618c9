import assert from 'node:assert/strict';
import { distanceM, type Position, polylineM } from '@outrider/domain';
import { ProviderUnavailable } from '../provider.ts';
import type { RouteProvider } from './route-provider.ts';

// What every route provider keeps, as sentences that hold or throw: the contract test of this folder runs them, and so
// does whoever has a real server.

export interface Way {
  readonly name: string;
  readonly from: Position;
  readonly to: Position;
}

export interface RoutePromise {
  readonly name: string;
  keep(provider: RouteProvider, way: Way): Promise<void>;
}

const never = new AbortController().signal;

export const ROUTE_PROMISES: readonly RoutePromise[] = [
  {
    name: 'a road from one place to the other, no shorter than the straight line',
    async keep(provider, { from, to }) {
      const { points, distanceM: roadM } = await provider.route(from, to, never);
      const [first, last] = [points[0], points.at(-1)];
      assert.ok(first !== undefined && distanceM(first, from) < 500);
      assert.ok(last !== undefined && distanceM(last, to) < 500);
      assert.ok(roadM >= distanceM(from, to) * 0.99);
      assert.ok(polylineM(points) <= roadM * 1.01);
    },
  },
  {
    name: 'driven at a speed that cars drive',
    async keep(provider, { from, to }) {
      const { distanceM: roadM, durationS } = await provider.route(from, to, never);
      assert.ok(roadM / durationS > 3 && roadM / durationS < 45);
    },
  },
  {
    name: 'speeds along the way, where it knows them, take as long as the whole',
    async keep(provider, { from, to }) {
      const { points, durationS, speedsMps } = await provider.route(from, to, never);
      if (speedsMps === undefined) return;
      assert.equal(speedsMps.length, points.length - 1);
      const tookS = speedsMps.reduce(
        (sum, speed, i) => sum + distanceM(points[i] as Position, points[i + 1] as Position) / speed,
        0,
      );
      assert.ok(Math.abs(tookS / durationS - 1) < 0.01);
    },
  },
  {
    name: 'heights, where it knows them, along all of it and no steeper than a road',
    async keep(provider, { from, to }) {
      const { distanceM: roadM, profile } = await provider.route(from, to, never);
      if (profile === undefined) return;
      const { everyM, valuesM } = profile;
      assert.ok(Math.abs((valuesM.length - 1) * everyM - roadM) <= 2 * everyM);
      const steepest = Math.max(...valuesM.map((one, i) => Math.abs(one - (valuesM[i - 1] ?? one))));
      assert.ok(steepest <= 0.15 * everyM + 1e-6);
    },
  },
  {
    name: 'from a place to itself is no way, and no error',
    async keep(provider, { from }) {
      const route = await provider.route(from, from, never);
      assert.ok(route.points.length >= 2);
      assert.deepEqual([route.distanceM, route.durationS], [0, 0]);
    },
  },
  {
    name: 'asked in vain it says so by name, so that the next provider is asked',
    async keep(provider, { from, to }) {
      try {
        await provider.route(from, to, AbortSignal.abort());
      } catch (error) {
        assert.ok(error instanceof ProviderUnavailable);
        assert.equal(error.provider, provider.name);
      }
    },
  },
];
