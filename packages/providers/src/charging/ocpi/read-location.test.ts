import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chargingLocation } from '@outrider/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLocations } from './read-location.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/ocpi');
const RECEIVED_AT_MS = Date.UTC(2026, 0, 15, 12);
const options = { source: 'feed', receivedAtMs: RECEIVED_AT_MS };

const fixtures = readdirSync(FOLDER)
  .filter((name) => /^\d\d-[a-z0-9-]+\.json$/.test(name))
  .map((name) => name.slice(0, -5));
const read = (name: string): unknown[] => JSON.parse(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));

describe('locations as operators write them', () => {
  test('there are fixtures, each with what is expected of it', () => {
    expect(fixtures.length).toBeGreaterThan(30);
    expect(readdirSync(FOLDER)).toHaveLength(2 * fixtures.length);
  });

  test.each(fixtures)('%s', async (name) => {
    const said = readLocations(read(name), options);
    await expect(`${JSON.stringify(said, null, 1)}\n`).toMatchFileSnapshot(
      join(FOLDER, `${name}.expected.json`),
    );
    for (const location of said.locations) expect(chargingLocation.parse(location)).toEqual(location);
  });
});

test('a good place is read however bad its neighbours are', () => {
  const good = read('01-as-the-specification-has-it');
  const bad = fixtures.slice(1).flatMap(read);
  const said = readLocations(
    [...bad, ...good].map((item, i) => (i === bad.length ? { ...(item as object), id: 'good' } : item)),
    options,
  );
  expect(said.locations.find(({ locationId }) => locationId === 'NL*TST*good')).toMatchObject({
    lat: 52.09,
    lon: 5.12,
    source: 'feed',
  });
});

test('nothing makes it throw, and what it gives is always valid', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.jsonValue(), damaged())), (items) => {
      for (const location of readLocations(items, options).locations) chargingLocation.parse(location);
    }),
  );
});

/** A good location with one of its fields, at any depth, replaced by anything. */
function damaged() {
  const [good] = read('01-as-the-specification-has-it');
  return fc.tuple(fc.integer({ min: 0, max: 60 }), fc.jsonValue()).map(([at, value]) => {
    let seen = 0;
    return JSON.parse(JSON.stringify(good), (key, old) => (key !== '' && seen++ === at ? value : old));
  });
}
