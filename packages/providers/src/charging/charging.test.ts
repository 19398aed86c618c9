import { chargingLocation } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { chargerFiles, readChargers } from './index.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 12);
const HEADER = 'id,name,lat,lon,powerKw,connectors,evses,status';
const csv = (...rows: readonly string[]) => readChargers('places.csv', [HEADER, ...rows].join('\n'), NOW_MS);
const GOOD = 'milford,Milford Plaza,41.24,-73.01,90,TESLA_S,4,AVAILABLE';

const feature = (properties: object | null, coordinates: unknown = [-73.01, 41.24], more: object = {}) => ({
  type: 'Feature',
  properties,
  geometry: { type: 'Point', coordinates },
  ...more,
});
const place = {
  id: 'milford',
  name: 'Milford Plaza',
  powerKw: 90,
  plug: 'TESLA_S',
  evses: 4,
  status: 'AVAILABLE',
};
const geojson = (...features: readonly unknown[]) =>
  readChargers('places.geojson', JSON.stringify({ type: 'FeatureCollection', features }), NOW_MS);

test('the same place in either format is the same place', () => {
  const [fromCsv] = csv(GOOD).locations;
  const [fromGeojson] = geojson(feature(place)).locations;
  expect(fromCsv).toEqual({ ...fromGeojson, source: 'places.csv' });
  expect(fromCsv).toMatchObject({ locationId: 'milford', lat: 41.24, lon: -73.01, lastUpdatedAtMs: NOW_MS });
  expect(fromCsv?.evses).toHaveLength(4);
  expect(new Set(fromCsv?.evses.map(({ uid }) => uid)).size).toBe(4);
  expect(chargingLocation.safeParse(fromCsv).success).toBe(true);
});

describe('a CSV row', () => {
  test.each([
    ['without a number of posts or a status', 'a,A,41,-73,22,IEC_62196_T2'],
    ['with empty ones', 'a,A,41,-73,22,IEC_62196_T2,,'],
    ['with spaces around everything', ' a , A , 41 , -73 , 22 , IEC_62196_T2 , 1 , UNKNOWN '],
    ['with a comma in quotes', 'a,"A, the second",41,-73,22,IEC_62196_T2,1,UNKNOWN'],
    ['with several plugs', 'a,A,41,-73,50,CHADEMO | IEC_62196_T2_COMBO,1,UNKNOWN'],
    ['on the equator and the meridian', 'a,A,0,0,22,IEC_62196_T2,1,UNKNOWN'],
  ])('%s is taken', (_, row) => {
    expect(csv(row)).toEqual({ locations: [expect.objectContaining({ locationId: 'a' })], problems: [] });
  });

  test.each([
    ['without an id', ',A,41,-73,22,IEC_62196_T2,1,UNKNOWN', 'id'],
    ['without a name', 'a,,41,-73,22,IEC_62196_T2,1,UNKNOWN', 'name'],
    ['with a latitude as text', 'a,A,north,-73,22,IEC_62196_T2,1,UNKNOWN', 'lat'],
    ['with no longitude', 'a,A,41,,22,IEC_62196_T2,1,UNKNOWN', 'lon'],
    ['with a latitude beyond the pole', 'a,A,91,-73,22,IEC_62196_T2,1,UNKNOWN', 'lat'],
    ['without power', 'a,A,41,-73,0,IEC_62196_T2,1,UNKNOWN', 'powerKw'],
    ['with endless power', 'a,A,41,-73,Infinity,IEC_62196_T2,1,UNKNOWN', 'powerKw'],
    ['with power in watts', 'a,A,41,-73,22000,IEC_62196_T2,1,UNKNOWN', 'maxPowerKw'],
    ['with a plug nobody knows', 'a,A,41,-73,22,TYPE2,1,UNKNOWN', 'connectors'],
    ['with half a post', 'a,A,41,-73,22,IEC_62196_T2,1.5,UNKNOWN', 'evses'],
    ['with no posts', 'a,A,41,-73,22,IEC_62196_T2,0,UNKNOWN', 'evses'],
    ['with a status nobody knows', 'a,A,41,-73,22,IEC_62196_T2,1,WORKS', 'status'],
    ['cut off in the middle', 'a,A,41', 'lon'],
  ])('%s', (_, row, field) => {
    const read = csv(GOOD, row);
    expect(read.locations.map(({ locationId }) => locationId)).toEqual(['milford']);
    expect(read.problems).toEqual([expect.stringMatching(new RegExp(`^places\\.csv: line 3: .*${field}`))]);
  });

  test('is found by its line, empty lines and lines in quotes included', () => {
    const { problems } = csv(
      '',
      'a,"A\nsecond line",41,-73,22,IEC_62196_T2',
      '',
      'b,B,x,-73,22,IEC_62196_T2',
    );
    expect(problems).toEqual([expect.stringContaining('line 6: lat')]);
  });
});

describe('a CSV file', () => {
  test('with a byte order mark and Windows line ends is read', () => {
    expect(readChargers('A.CSV', `\uFEFF${HEADER}\r\n${GOOD}\r\n`, NOW_MS).locations).toHaveLength(1);
  });

  test.each([
    ['empty', ''],
    ['with a header only', HEADER],
  ])('%s holds nothing', (_, text) => {
    expect(readChargers('places.csv', text, NOW_MS)).toEqual({ locations: [], problems: [] });
  });

  test('with a quotation that never ends is refused as a whole', () => {
    const { locations, problems } = csv(GOOD, 'a,"A,41,-73,22,IEC_62196_T2,1,UNKNOWN');
    expect(locations).toEqual([]);
    expect(problems).toEqual([expect.stringContaining('Quote Not Closed')]);
  });

  test('with other columns names what is missing in every row', () => {
    const { locations, problems } = readChargers('places.csv', 'identity,x\na,1\nb,2', NOW_MS);
    expect(locations).toEqual([]);
    expect(problems).toHaveLength(2);
  });
});

describe('a GeoJSON feature', () => {
  test.each<[string, unknown]>([
    ['with a number as id', feature({ ...place, id: 7 })],
    [
      'with its id outside the properties',
      feature({ ...place, id: undefined }, [-73, 41], { id: 'milford' }),
    ],
    ['without an id', feature({ ...place, id: undefined })],
    ['with a height', feature(place, [-73, 41, 12])],
    ['with connectors instead of a plug', feature({ ...place, plug: undefined, connectors: ['CHADEMO'] })],
    ['with properties of others', feature({ ...place, operator: 'somebody', lat: 0, lon: 0 })],
  ])('%s is taken', (_, one) => {
    const read = geojson(one);
    expect(read.problems).toEqual([]);
    expect(read.locations[0]?.lon).toBeLessThan(-72);
  });

  test.each<[string, unknown, string]>([
    ['that is no object', 'milford', 'feature 1'],
    ['without properties', feature(null), 'properties'],
    [
      'that is a line',
      { ...feature(place), geometry: { type: 'LineString', coordinates: [[0, 0]] } },
      'geometry',
    ],
    ['with one coordinate', feature(place, [-73]), 'coordinates'],
    ['with coordinates as text', feature(place, ['-73', '41']), 'coordinates'],
    ['with latitude first', feature(place, [41.24, -173.01]), 'lat'],
    ['with an object as id', feature({ ...place, id: {} }), 'id'],
    ['without a plug', feature({ ...place, plug: undefined }), 'connectors'],
    ['with power as text', feature({ ...place, powerKw: '90' }), 'powerKw'],
  ])('%s is a problem of its own', (_, one, field) => {
    const read = geojson(feature(place), one);
    expect(read.locations).toHaveLength(1);
    expect(read.problems).toEqual([expect.stringContaining(field)]);
    expect(read.problems[0]).toContain('feature 1');
  });

  test.each([
    ['no JSON', '{'],
    ['no collection', '{"type":"Feature"}'],
    ['null', 'null'],
  ])('a file with %s is a problem', (_, text) => {
    const read = readChargers('places.json', text, NOW_MS);
    expect(read.locations).toEqual([]);
    expect(read.problems).toHaveLength(1);
  });

  test('a file with a byte order mark is read', () => {
    const text = `\uFEFF${JSON.stringify({ type: 'FeatureCollection', features: [feature(place)] })}`;
    expect(readChargers('places.geojson', text, NOW_MS).locations).toHaveLength(1);
  });
});

describe('the kind of current', () => {
  const kindOf = (plug: string, powerKw: number, powerType = '') =>
    readChargers('p.csv', `${HEADER},powerType\na,A,41,-73,${powerKw},${plug},1,UNKNOWN,${powerType}`, NOW_MS)
      .locations[0]?.evses[0]?.connectors[0]?.powerType;

  test.each([
    ['CHADEMO', 20, 'DC'],
    ['IEC_62196_T2_COMBO', 20, 'DC'],
    ['IEC_62196_T2', 43, 'AC_3_PHASE'],
    ['IEC_62196_T2', 7.4, 'AC_1_PHASE'],
    ['IEC_62196_T1', 19.2, 'AC_1_PHASE'],
    ['TESLA_S', 24.9, 'AC_1_PHASE'],
    ['TESLA_S', 25, 'DC'],
  ])('%s of %d kW is %s', (plug, powerKw, kind) => {
    expect(kindOf(plug, powerKw)).toBe(kind);
  });

  test('is what the file says when it says it', () => {
    expect(kindOf('TESLA_S', 90, 'AC_3_PHASE')).toBe('AC_3_PHASE');
    expect(kindOf('TESLA_S', 90, 'DIRECT')).toBeUndefined();
  });
});

test('of two places with one id the first counts, and the second is told', () => {
  const read = csv(GOOD, GOOD.replace('41.24', '42'));
  expect(read.locations.map(({ lat }) => lat)).toEqual([41.24]);
  expect(read.problems).toEqual([expect.stringContaining('milford is there twice')]);
});

test('another ending is refused, naming those that are read', () => {
  expect(readChargers('places.xlsx', '', NOW_MS).problems[0]).toContain('.geojson, .json, .csv');
});

test('formats have names and endings of their own', () => {
  const endings = chargerFiles.flatMap(({ extensions }) => extensions);
  expect(new Set(endings).size).toBe(endings.length);
  expect(new Set(chargerFiles.map(({ name }) => name)).size).toBe(chargerFiles.length);
});
