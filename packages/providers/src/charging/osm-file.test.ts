import { expect, test } from 'vitest';
import { readChargers } from './index.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 12);
const POINT = { type: 'Point', coordinates: [13.4, 52.5] };
const feature = (tags: object, geometry: object = POINT, id: unknown = 'node/1') => ({
  ...{ type: 'Feature', id, geometry },
  properties: { amenity: 'charging_station', 'socket:type2': '2', ...tags },
});
const read = (...features: readonly unknown[]) =>
  readChargers('berlin.osm.geojson', JSON.stringify({ type: 'FeatureCollection', features }), NOW_MS);
const plugsOf = (tags: object) =>
  read(feature({ 'socket:type2': undefined, ...tags })).locations[0]?.evses.map(({ connectors }) => {
    const [{ standard, powerType, maxPowerKw } = { standard: '', powerType: '', maxPowerKw: 0 }] = connectors;
    return `${standard} ${powerType} ${maxPowerKw}`;
  });

test('a node is a place with a post per socket', () => {
  const { locations, problems } = read(feature({ name: 'Market', 'socket:type2:output': '22 kW' }));
  expect(problems).toEqual([]);
  expect(locations).toMatchObject([
    { locationId: 'osm-node-1', name: 'Market', lat: 52.5, lon: 13.4, source: 'berlin.osm.geojson' },
  ]);
  expect(locations[0]?.evses).toHaveLength(2);
});

test.each<[string, object, readonly string[] | undefined]>([
  [
    '150 kW',
    { 'socket:type2_combo': '1', 'socket:type2_combo:output': '150 kW' },
    ['IEC_62196_T2_COMBO DC 150'],
  ],
  ['no unit', { 'socket:chademo': 'yes', 'socket:chademo:output': '50' }, ['CHADEMO DC 50']],
  ['watts', { 'socket:schuko': '1', 'socket:schuko:output': '2300 W' }, ['DOMESTIC_F AC_1_PHASE 2.3']],
  [
    'watts without a unit',
    { 'socket:type2': '1', 'socket:type2:output': '22000' },
    ['IEC_62196_T2 AC_3_PHASE 22'],
  ],
  ['a comma', { 'socket:type2': '1', 'socket:type2:output': '7,4kW' }, ['IEC_62196_T2 AC_1_PHASE 7.4']],
  ['several', { 'socket:type2': '1', 'socket:type2:output': '11 kW;22 kW' }, ['IEC_62196_T2 AC_3_PHASE 22']],
  ['nothing', { 'socket:type2_cable': '1' }, ['IEC_62196_T2 AC_3_PHASE 11']],
  ['prose', { 'socket:type2': '1', 'socket:type2:output': 'fast' }, ['IEC_62196_T2 AC_3_PHASE 11']],
  ['a socket that is not there', { 'socket:type2': 'no', 'socket:chademo': '0' }, undefined],
])('an output of %s', (_, tags, plugs) => {
  expect(plugsOf(tags)).toEqual(plugs);
});

test('no more cars than its capacity', () => {
  expect(plugsOf({ 'socket:type2': '8', capacity: '2' })).toHaveLength(2);
  expect(plugsOf({ 'socket:type2': '1;1' })).toHaveLength(2);
  expect(plugsOf({ 'socket:type2': '100000' })).toHaveLength(100);
});

test('an area is where its middle is', () => {
  const ring = [
    [
      [13, 52],
      [14, 52],
      [14, 53],
      [13, 53],
      [13, 52],
    ],
  ];
  const { locations } = read(feature({}, { type: 'Polygon', coordinates: ring }, 'way/2'));
  expect(locations).toMatchObject([{ locationId: 'osm-way-2', lat: 52.5, lon: 13.5 }]);
});

test("what is not for everybody's car is no problem and no place", () => {
  const none = [{ access: 'private' }, { access: 'no' }, { motorcar: 'no' }, { amenity: 'fuel' }];
  expect(read(...none.map((tags) => feature(tags)))).toEqual({ locations: [], problems: [] });
});

test.each<[string, unknown, string]>([
  ['without a geometry', { ...feature({}), geometry: null }, 'geometry'],
  ['without a socket', feature({ 'socket:type2': undefined }), 'socket'],
  ['beyond the pole', feature({}, { type: 'Point', coordinates: [13.4, 95] }), 'lat'],
])('a station %s is a problem of its own', (_, one, word) => {
  const { locations, problems } = read(one, feature({}, POINT, 'node/9'));
  expect(locations).toHaveLength(1);
  expect(problems).toEqual([expect.stringContaining(word)]);
});

test('something else is refused', () => {
  expect(readChargers('a.osm.json', '{}', NOW_MS).problems).toHaveLength(1);
  expect(readChargers('a.osm.json', '{', NOW_MS).problems).toHaveLength(1);
});

test.each([
  [{ operator: 'Stadtwerke', network: 'Ladenetz' }, 'Stadtwerke'],
  [{ network: 'Ladenetz' }, 'Ladenetz'],
  [{ operator: 'unknown' }, undefined],
  [{}, undefined],
])('%j is run by %s', (tags, operator) => {
  expect(read(feature(tags)).locations[0]?.operator).toBe(operator);
});
