import { SIGNAL } from '@outrider/domain';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStores, partitionDeps, register, type Stores } from './app.fixture.ts';
import { wantsAt } from './car-times.ts';
import { loadPartition } from './partition.ts';
import {
  conditionsOf,
  DRIVING,
  HOUR_MS,
  MINUTE_MS,
  NOW_MS,
  placeOf,
  record,
  tripOf,
  VEHICLE,
} from './predictor.fixture.ts';
import { ruleOn } from './rule.fixture.ts';

const P = 3;
let stores: Stores;
beforeEach(async () => {
  stores = await openStores();
});
afterEach(() => stores.state.close());

const low = { ...placeOf(2_000), ...DRIVING, [SIGNAL.airTemp]: 0 };

test('whatever happens, it knows when the first car is due as a look at all of them does', async () => {
  const { deps } = partitionDeps(stores);
  const others = ['veh_another00001', 'veh_another00002'];
  for (const id of others) await register(stores.state, stores.trust, id, NOW_MS - 24 * HOUR_MS);
  const ids = [VEHICLE, ...others];
  const home = { name: 'home', south: 40, west: -74, north: 42, east: -72 };
  const two = [
    ruleOn('belowReserveProbability', 'stop', { fleets: ['north'] }),
    ruleOn('socPct', 'vehicle', { id: 'other-rule', regions: [home] }),
  ];
  const step = fc.oneof(
    fc.record({
      car: fc.nat(2),
      soc: fc.integer({ min: 20, max: 90 }),
      agoS: fc.integer({ min: 0, max: 15 }),
    }),
    fc.record({ planned: fc.nat(2), inMin: fc.integer({ min: 1, max: 300 }) }),
    fc.record({ passS: fc.integer({ min: 1, max: 900 }) }),
    fc.record({ rules: fc.nat(2) }),
    fc.record({ north: fc.subarray(ids) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
      let rules = deps.rules;
      const partition = await loadPartition(P, 1, {
        ...deps,
        get rules() {
          return rules;
        },
      });
      const windowMs = deps.reorderWindowMs;
      const scanned = () => {
        const lives = ids.flatMap((id) => partition.cars.get(id)?.live ?? []);
        const times = lives.map((live) => wantsAt(live, rules) ?? Number.POSITIVE_INFINITY);
        const soonestMs = Math.min(...times) + windowMs;
        return soonestMs === Number.POSITIVE_INFINITY ? undefined : soonestMs;
      };
      let nowMs = NOW_MS;
      for (const [index, one] of steps.entries()) {
        if ('passS' in one) {
          nowMs += one.passS * 1_000;
          partition.advance(nowMs);
        } else if ('north' in one) partition.moveFleets(new Map(one.north.map((id) => [id, 'north'])));
        else if ('rules' in one) rules = two.slice(0, one.rules);
        else if ('planned' in one) {
          const trip = tripOf({
            vehicleId: ids[one.planned] ?? VEHICLE,
            departAtMs: nowMs + one.inMin * MINUTE_MS,
          });
          await partition.trip(trip.vehicleId, trip, nowMs);
          const seen = conditionsOf({ trip, change: { vehicleId: trip.vehicleId, asOfMs: nowMs } });
          await partition.conditions(trip.vehicleId, seen, nowMs);
        } else {
          const values = { ...low, [SIGNAL.soc]: one.soc };
          const said = record(nowMs - one.agoS * 1_000, values, { recordId: `record-${index}` });
          await partition.telemetry(ids[one.car] ?? VEHICLE, said);
        }
        expect(partition.nextDueMs()).toBe(scanned());
      }
    }),
    { numRuns: 40 },
  );
});
