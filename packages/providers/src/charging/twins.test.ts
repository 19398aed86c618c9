import type { ChargingLocation, ConnectorStandard, EvseStatus } from '@outrider/domain';
import { expect, test } from 'vitest';
import { withoutTwins } from './twins.ts';

const NOON_MS = Date.UTC(2026, 0, 15, 12);
/** Of latitude, and a metre of longitude at 52.5° north. */
const METRE_DEG = 360 / 40_030_228.88;
const METRE_LON_DEG = METRE_DEG / Math.cos((52.5 * Math.PI) / 180);

interface Said extends Partial<Omit<ChargingLocation, 'evses'>> {
  readonly eastM?: number;
  readonly northM?: number;
  readonly plugs?: readonly ConnectorStandard[];
  readonly powerKw?: number;
  readonly status?: EvseStatus;
  readonly atMs?: number;
}

/** A place as source `source` has it; without more, two of them differ by their source alone. */
function place(source: string, said: Said = {}): ChargingLocation {
  const { eastM = 0, northM = 0, plugs = ['IEC_62196_T2_COMBO'], powerKw = 150 } = said;
  const { status = 'UNKNOWN', atMs = NOON_MS, ...change } = said;
  const { name = 'Market square', operator, locationId = `${source}-1` } = change;
  const connectors = plugs.map((standard) => ({ standard, powerType: 'DC' as const, maxPowerKw: powerKw }));
  return {
    ...{ locationId, name, source, lat: 52.5 + northM * METRE_DEG, lon: 13.4 + eastM * METRE_LON_DEG },
    ...(operator === undefined ? {} : { operator }),
    evses: [{ uid: `${source}-1`, status, lastUpdatedAtMs: atMs, connectors }],
    lastUpdatedAtMs: atMs,
  };
}

const idsOf = (...places: readonly ChargingLocation[]): readonly string[] =>
  withoutTwins(places).map(({ locationId }) => locationId);

const [CCS, CHADEMO, TYPE2] = ['IEC_62196_T2_COMBO', 'CHADEMO', 'IEC_62196_T2'] as const;

test.each<[string, Said, Said, 'one' | 'two']>([
  ['the same place', {}, {}, 'one'],
  ['49.9 m away', {}, { eastM: 49.9 }, 'one'],
  ['50.1 m away', {}, { eastM: 50.1 }, 'two'],
  ['49.9 m to the south', {}, { northM: -49.9 }, 'one'],
  ['50.1 m to the south', {}, { northM: -50.1 }, 'two'],
  ['two operators 30 m apart', { operator: 'Ionity' }, { operator: 'Fastned', eastM: 30 }, 'two'],
  ['two operators in one place', { operator: 'Ionity' }, { operator: 'Fastned' }, 'two'],
  ['one operator 30 m apart', { operator: 'Ionity' }, { operator: 'Ionity', eastM: 30 }, 'one'],
  ['one operator in other words', { operator: 'IONITY GmbH' }, { operator: 'Ionity (Europe)' }, 'one'],
  ['one with an accent', { operator: 'Énergie Réseau' }, { operator: 'reseau' }, 'one'],
  ['operators alike in their legal form only', { operator: 'Alpha GmbH' }, { operator: 'Beta GmbH' }, 'two'],
  [
    'one operator, other names and power',
    { operator: 'Ionity', name: 'A 9' },
    { operator: 'Ionity', name: 'Inn', powerKw: 350 },
    'one',
  ],
  [
    'an operator that the other name holds',
    { operator: 'Ionity', powerKw: 350 },
    { name: 'Ionity Inn', powerKw: 50 },
    'one',
  ],
  ['a name within the other', { powerKw: 350 }, { name: 'North of Market square', powerKw: 50 }, 'one'],
  ['other names, the same posts', {}, { name: 'Inn' }, 'one'],
  ['other names, nearly the same power', { powerKw: 150 }, { name: 'Inn', powerKw: 135 }, 'one'],
  ['other names, other power', { powerKw: 150 }, { name: 'Inn', powerKw: 134 }, 'two'],
  ['other names, a plug more', { plugs: [CCS] }, { name: 'Inn', plugs: [CCS, CHADEMO] }, 'two'],
  ['a plug more', { plugs: [CCS] }, { plugs: [CCS, CHADEMO] }, 'one'],
  [
    'a plug more on either side',
    { operator: 'Ionity', plugs: [CCS, TYPE2] },
    { operator: 'Ionity', plugs: [CCS, CHADEMO] },
    'two',
  ],
  ['other plugs', { operator: 'Ionity' }, { operator: 'Ionity', plugs: [TYPE2] }, 'two'],
])('%s', (_, one, two, expected) => {
  const both = [place('a', one), place('b', two)];
  expect(idsOf(...both)).toEqual(expected === 'one' ? ['a-1'] : ['a-1', 'b-1']);
  expect(idsOf(...both.toReversed())).toEqual(expected === 'one' ? ['b-1'] : ['b-1', 'a-1']);
});

test('places of one list are never one', () => {
  expect(idsOf(place('a'), place('a', { locationId: 'a-2' }))).toEqual(['a-1', 'a-2']);
});

test('the first list decides the fields, whoever heard last the posts', () => {
  const first = place('a', { name: 'Ours', operator: 'Ionity', status: 'AVAILABLE', atMs: NOON_MS - 1 });
  const second = place('b', { operator: 'Ionity', status: 'OUTOFORDER', eastM: 10 });
  expect(withoutTwins([first, second])).toEqual([
    { ...first, evses: second.evses, lastUpdatedAtMs: NOON_MS },
  ]);
  expect(withoutTwins([second, first])).toEqual([second]);
});

test.each<[string, Said, Said]>([
  ['of two as new the first', { status: 'AVAILABLE' }, { status: 'OUTOFORDER' }],
  ['an old status over none', { status: 'AVAILABLE', atMs: 1 }, { status: 'UNKNOWN' }],
  ['no status, the first', { status: 'UNKNOWN', atMs: 1 }, { status: 'UNKNOWN' }],
  [
    'all plugs over news',
    { plugs: [CCS, CHADEMO], status: 'AVAILABLE', atMs: 1 },
    { plugs: [CCS], status: 'OUTOFORDER' },
  ],
])('%s', (_, one, two) => {
  const [first, second] = [place('a', one), place('b', two)];
  expect(withoutTwins([first, second])).toEqual([first]);
});

test('of three lists the first is left, and of two near places the nearer one is it', () => {
  expect(idsOf(place('a'), place('b', { eastM: 20 }), place('c', { eastM: 40 }))).toEqual(['a-1']);
  const [near, far] = [
    place('a', { eastM: 10 }),
    place('a', { locationId: 'a-2', eastM: 45, status: 'AVAILABLE' }),
  ];
  const news = place('b', { status: 'OUTOFORDER', atMs: NOON_MS + 1 });
  expect(withoutTwins([far, near, news]).map(({ evses }) => evses[0]?.status)).toEqual([
    'AVAILABLE',
    'OUTOFORDER',
  ]);
});

test('everywhere on Earth two lists of one place are one, and their neighbours are not', () => {
  const spots = [-80, -45, -0.0001, 0, 0.0001, 30, 60, 80].flatMap((lat) =>
    [-179.9, -0.0001, 0, 0.0004, 100].map((lon) => ({ lat, lon })),
  );
  for (const { lat, lon } of spots)
    for (const [northM, eastM] of [0, 20, -20].flatMap((n) => [40, -40].map((e) => [n, e] as const))) {
      const east = (eastM * METRE_DEG) / Math.cos((lat * Math.PI) / 180);
      const at = (id: string, times: number) => ({
        ...place(id),
        ...{ lat: lat + times * northM * METRE_DEG, lon: lon + times * east },
      });
      expect(idsOf(at('a', 0), at('b', 1), at('c', 2))).toEqual(['a-1', 'c-1']);
    }
});
