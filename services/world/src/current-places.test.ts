import type { ChargingLocation, EvseStatus } from '@outrider/domain';
import { expect, test } from 'vitest';
import { createCurrentPlaces } from './current-places.ts';
import { at, location } from './world.fixture.ts';

const EVERY_MS = 5_000;
const place = (status: EvseStatus, id = 'a'): ChargingLocation => {
  const one = location(id, at(0));
  return { ...one, evses: one.evses.map((evse) => ({ ...evse, status })) };
};

test.each<[EvseStatus, EvseStatus, boolean]>([
  ['AVAILABLE', 'OUTOFORDER', true],
  ['OUTOFORDER', 'AVAILABLE', true],
  ['AVAILABLE', 'UNKNOWN', true],
  ['UNKNOWN', 'INOPERATIVE', true],
  ['AVAILABLE', 'CHARGING', false],
  ['RESERVED', 'AVAILABLE', false],
  ['OUTOFORDER', 'INOPERATIVE', false],
])('from %s to %s: news is %s, and told once', (before, after, isNews) => {
  const one = createCurrentPlaces([place(before)], EVERY_MS);
  one.replace('a', place(after));
  expect([...one.refresh(0)]).toEqual(isNews ? ['a'] : []);
  expect([...one.refresh(EVERY_MS)]).toEqual([]);
  const all = createCurrentPlaces([place(before)], EVERY_MS);
  all.replaceAll([place(after)]);
  expect([...all.refresh(0)]).toEqual(isNews ? ['a'] : []);
});

test('a place that is gone is news, one that is new is not: nobody was told of it', () => {
  const current = createCurrentPlaces([place('AVAILABLE'), place('AVAILABLE', 'b')], EVERY_MS);
  current.replace('a', undefined);
  current.replaceAll([place('AVAILABLE', 'c')]);
  expect([...current.refresh(0)].toSorted()).toEqual(['a', 'b']);
});

test('the index follows after a while, and what changed is told when it has', () => {
  const current = createCurrentPlaces([place('AVAILABLE')], EVERY_MS);
  current.replace('b', place('AVAILABLE', 'b'));
  expect(current.index.size).toBe(1);
  current.refresh(0);
  expect(current.index.size).toBe(2);
  current.replace('a', undefined);
  expect([...current.refresh(EVERY_MS - 1)]).toEqual([]);
  expect(current.index.size).toBe(2);
  expect([...current.refresh(EVERY_MS)]).toEqual(['a']);
  expect(current.index.size).toBe(1);
});
