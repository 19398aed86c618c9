import type { Position } from '@outrider/domain';

type Box = readonly [southLat: number, westLon: number, northLat: number, eastLon: number];

/**
 * Where a country is, islands far away included, ISO 3166 alpha-3 and alpha-2. Half a degree wide of the truth:
 * made to notice another continent or latitude and longitude exchanged, not a border. Drawn by us.
 */
const BOXES: Readonly<Record<string, readonly Box[]>> = {
  AUT: [[46, 9, 49.5, 17.5]],
  BEL: [[49, 2, 52, 7]],
  BGR: [[40.7, 21.8, 44.8, 29.2]],
  CAN: [[41, -142, 84, -52]],
  CHE: [[45.3, 5.4, 48.3, 11]],
  CZE: [[48, 11.5, 51.6, 19.4]],
  DEU: [[46.7, 5.3, 55.6, 15.6]],
  DNK: [[54, 7.5, 58.3, 15.7]],
  ESP: [
    [35, -10, 44.3, 5],
    [27, -19, 30, -13],
  ],
  EST: [[57, 21.2, 60.2, 28.8]],
  FIN: [[59, 19, 70.6, 32]],
  GBR: [[49, -9, 61.5, 2.3]],
  GRC: [[34.3, 19, 42.3, 30]],
  HRV: [[42, 13, 47, 20]],
  HUN: [[45.2, 15.6, 49.1, 23.4]],
  IRL: [[51, -11, 56, -5]],
  ISL: [[63, -25, 67, -13]],
  ITA: [[35, 6, 47.6, 19]],
  LTU: [[53.4, 20.4, 57, 27.4]],
  LUX: [[49, 5.2, 50.7, 7]],
  LVA: [[55.2, 20.4, 58.6, 28.8]],
  NLD: [
    [50.2, 2.8, 54, 7.7],
    [11.5, -70.5, 18.5, -62.5],
  ],
  NOR: [[57.4, 4, 81, 35]],
  POL: [[48.5, 13.6, 55.4, 24.7]],
  PRT: [
    [36.4, -10, 42.7, -5.7],
    [32, -32, 40.2, -16],
  ],
  ROU: [[43.1, 19.7, 48.8, 30.3]],
  SVK: [[47.2, 16.3, 50.1, 23.1]],
  SVN: [[44.9, 12.9, 47.4, 17.1]],
  SWE: [[54.8, 10, 69.6, 25]],
  TUR: [[35.3, 25, 42.6, 45.4]],
};

const ALPHA_2: Readonly<Record<string, string>> = {
  AT: 'AUT',
  BE: 'BEL',
  BG: 'BGR',
  CA: 'CAN',
  CH: 'CHE',
  CZ: 'CZE',
  DE: 'DEU',
  DK: 'DNK',
  ES: 'ESP',
  EE: 'EST',
  FI: 'FIN',
  GB: 'GBR',
  UK: 'GBR',
  GR: 'GRC',
  HR: 'HRV',
  HU: 'HUN',
  IE: 'IRL',
  IS: 'ISL',
  IT: 'ITA',
  LT: 'LTU',
  LU: 'LUX',
  LV: 'LVA',
  NL: 'NLD',
  NO: 'NOR',
  PL: 'POL',
  PT: 'PRT',
  RO: 'ROU',
  SK: 'SVK',
  SI: 'SVN',
  SE: 'SWE',
  TR: 'TUR',
};

/** Undefined for a country without a box: nothing is known against the place. */
export function isInCountry(place: Position, country: string | undefined): boolean | undefined {
  const boxes = country === undefined ? undefined : BOXES[ALPHA_2[country] ?? country];
  return boxes?.some(
    ([south, west, north, east]) =>
      place.lat >= south && place.lat <= north && place.lon >= west && place.lon <= east,
  );
}
