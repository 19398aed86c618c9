import { conditions } from '@outrider/domain';
import { greatCircle, ProviderUnavailable, type RouteProvider } from '@outrider/providers';
import { expect, test } from 'vitest';
import { drawing, drawnIn } from './drawn-roads.ts';
import { takeSnapshot } from './snapshot.ts';
import type { WorldVehicle } from './vehicle.ts';
import { at, carAt, depsOf, NOW_MS, stopAt, tripOf } from './world.fixture.ts';

/** A router that can be switched off, and counts its questions. */
function router() {
  const asked = { count: 0, isUp: true };
  const provider: RouteProvider = {
    name: 'router',
    async route(from, to, signal) {
      asked.count += 1;
      if (!asked.isUp) throw new ProviderUnavailable('router', 'is down');
      return { ...(await greatCircle.route(from, to, signal)), source: 'provider' };
    },
  };
  return { asked, provider };
}

const trip = tripOf({
  legs: undefined,
  stops: [stopAt('there', at(40_000)), stopAt('north', at(40_000, 40_000), { plugged: true })],
});
const progress = { stretch: 0, alongM: 0, atStop: -1, offSinceMs: null, isOffRoute: false, atMs: NOW_MS };
const car = (change: Partial<WorldVehicle> = {}) => carAt(at(0), { trip, progress, ...change });

async function look(provider: RouteProvider, vehicle: WorldVehicle) {
  const drawn = drawing(vehicle.roads);
  const snapshot = conditions.parse(
    await takeSnapshot(vehicle, depsOf({ routing: [provider], drawing: drawn }), NOW_MS),
  );
  return { snapshot, roads: drawn.drawn, sources: snapshot.stretches.map(({ routeSource }) => routeSource) };
}

test('a road is asked for once, and outlasts who told it', async () => {
  const { asked, provider } = router();
  const first = await look(provider, car());
  asked.isUp = false;
  const again = await look(provider, car({ roads: first.roads }));
  expect(asked.count).toBe(2);
  expect(again.snapshot.stretches).toEqual(first.snapshot.stretches);
});

test('the floor is asked for again until somebody knows better', async () => {
  const { asked, provider } = router();
  asked.isUp = false;
  const guessed = await look(provider, car());
  expect(guessed.sources).toEqual(['great-circle', 'great-circle']);
  asked.isUp = true;
  expect((await look(provider, car({ roads: guessed.roads }))).sources).toEqual(['provider', 'provider']);
});

test('a road drawn anew from where the car is, is another road', async () => {
  const { asked, provider } = router();
  const first = await look(provider, car());
  const lost = car({ roads: first.roads, reroute: { stretch: 0, from: at(10_000, 3_000) } });
  await look(provider, lost);
  expect(asked.count).toBe(3);
});

test('only the roads of the last look are kept', async () => {
  const { provider } = router();
  const { roads } = await look(provider, car());
  expect(roads.size).toBe(2);
  const other = tripOf({ legs: undefined });
  expect((await look(provider, car({ trip: other, roads }))).roads.size).toBe(1);
});

test('after a restart they are read from what the last look said', async () => {
  const { asked, provider } = router();
  const { snapshot } = await look(provider, car());
  asked.isUp = false;
  const again = await look(provider, car({ roads: drawnIn(snapshot, trip) }));
  expect(again.sources).toEqual(['provider', 'provider']);
  expect(again.snapshot.stretches).toEqual(snapshot.stretches);
});

test('what was drawn from elsewhere than the plan begins is not its road', async () => {
  const { provider } = router();
  const lost = await look(provider, car({ reroute: { stretch: 0, from: at(10_000, 3_000) } }));
  expect(drawnIn(lost.snapshot, trip).size).toBe(1);
});
