import { expect, test } from 'vitest';
import { geojson } from './geojson.ts';

const read = (value: unknown) =>
  geojson.read({
    text: typeof value === 'string' ? value : JSON.stringify(value),
    departAtMs: Date.UTC(2026, 0, 15, 8),
    entryId: 'file',
  });
const line = (...coordinates: number[][]) => ({ type: 'LineString', coordinates });
const feature = (geometry: object, properties: object | null = null) => ({
  type: 'Feature',
  geometry,
  properties,
});

test('longitude comes first, the third number is the height, and the name is the destination', () => {
  const { entries, problems } = read(
    feature(line([24, 60, 10], [24, 61, 95]), { name: 'Cabin', colour: 'red' }),
  );
  expect(problems).toEqual([]);
  expect(entries[0]?.plan).toMatchObject({
    origin: { lat: 60, lon: 24 },
    stops: [{ name: 'Cabin', lat: 61, lon: 24 }],
    legs: [{ points: [{ elevationM: 10 }, { elevationM: 95 }] }],
  });
});

test('a bare line, a collection and a line of several parts are roads too; points of interest are passed over', () => {
  expect(read(line([24, 60], [24, 61])).entries).toHaveLength(1);
  const point = feature({ type: 'Point', coordinates: [1, 1] });
  const many = { type: 'FeatureCollection', features: [point, feature(line([24, 60], [24, 61]))] };
  expect(read(many).entries[0]?.plan.legs).toHaveLength(1);
  const parts = {
    type: 'MultiLineString',
    coordinates: [
      [
        [24, 60],
        [24, 60.5],
      ],
      [
        [24, 60.5],
        [24, 61],
      ],
    ],
  };
  expect(read(feature(parts)).entries[0]?.plan.legs).toHaveLength(2);
});

test.each([
  ['no JSON', 'LINESTRING (24 60, 24 61)'],
  ['a key said twice', '{"type":"LineString","type":"LineString","coordinates":[[24,60],[24,61]]}'],
  ['latitude first', line([24, 95], [24, 96])],
  ['a number for a line', { type: 'LineString', coordinates: 5 }],
  ['text for a number', { type: 'LineString', coordinates: [['24', '60']] }],
  ['a point', { type: 'Point', coordinates: [24, 60] }],
  ['null', 'null'],
])('%s is a problem and no trip', (_name, value) => {
  const { entries, problems } = read(value);
  expect(entries).toEqual([]);
  expect(problems).not.toEqual([]);
});
