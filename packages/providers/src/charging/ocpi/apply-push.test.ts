import { describe, expect, test } from 'vitest';
import { applyPush, type Push, partOfLocation, updatedAtMs } from './apply-push.ts';
import { readLocations } from './read-location.ts';

const NOON_MS = Date.UTC(2026, 0, 15, 12);
const at = (minute: number) => new Date(NOON_MS + minute * 60_000).toISOString();
const connector = {
  id: '1',
  standard: 'CHADEMO',
  power_type: 'DC',
  max_electric_power: 50_000,
  last_updated: at(0),
};
const evse = { uid: 'E1', status: 'AVAILABLE', connectors: [connector], last_updated: at(0) };
const stored = {
  ...{ country_code: 'DE', party_id: 'TST', id: 'L1', country: 'DEU', last_updated: at(0) },
  coordinates: { latitude: '52.5200', longitude: '13.4000' },
  evses: [evse, { ...evse, uid: 'E2' }],
};
const push = (method: Push['method'], body: unknown, more: Partial<Push> = {}) =>
  applyPush(stored, { method, body, ...more }, NOON_MS + 3_600_000);

describe('a status', () => {
  const patch = (minute: number) =>
    push('PATCH', { status: 'OUTOFORDER', last_updated: at(minute) }, { evseUid: 'E1' });

  test.each([
    [-1, 'older', 'AVAILABLE', 0],
    [0, 'applied', 'OUTOFORDER', 0],
    [1, 'applied', 'OUTOFORDER', 1],
  ])('from %i min after what we have is %s', (minute, kind, status, newest) => {
    const said = patch(minute);
    expect(said).toMatchObject({
      kind,
      location: { evses: [{ uid: 'E1', status, connectors: [connector] }, { uid: 'E2' }] },
    });
    expect(said).toMatchObject({ location: { last_updated: at(newest) } });
  });

  test('arriving out of order ends as the newest says', () => {
    const later = patch(5);
    if (later.kind !== 'applied') throw new Error(later.kind);
    const body = { status: 'CHARGING', last_updated: at(2) };
    const early = applyPush(later.location, { method: 'PATCH', evseUid: 'E1', body }, NOON_MS);
    expect(early).toEqual({ kind: 'older', location: later.location });
  });

  test('REMOVED takes the post away', () => {
    const said = push('PATCH', { status: 'REMOVED', last_updated: at(1) }, { evseUid: 'E1' });
    if (said.kind !== 'applied') throw new Error(said.kind);
    const { locations } = readLocations([said.location], { source: 'push', receivedAtMs: NOON_MS });
    expect(locations[0]?.evses.map(({ uid }) => uid)).toEqual(['E2']);
  });
});

test.each<[string, unknown, Partial<Push>, number]>([
  ['without a date', { status: 'BLOCKED' }, { evseUid: 'E1' }, 2001],
  ['with a date nobody can read', { last_updated: 'noon' }, {}, 2001],
  ['that is no object', [], {}, 2001],
  ['to an EVSE nobody knows', { last_updated: at(1) }, { evseUid: 'E9' }, 2003],
  ['to a connector nobody knows', { last_updated: at(1) }, { evseUid: 'E1', connectorId: '9' }, 2003],
])('a PATCH %s is refused', (_, body, more, statusCode) => {
  expect(push('PATCH', body, more)).toMatchObject({ kind: 'refused', statusCode });
});

test('what is unknown can be PUT, not PATCHed', () => {
  const body = { ...stored, last_updated: at(1) };
  expect(applyPush(undefined, { method: 'PUT', body }, NOON_MS)).toEqual({ kind: 'applied', location: body });
  expect(applyPush(undefined, { method: 'PATCH', body }, NOON_MS)).toMatchObject({ statusCode: 2003 });
  const evseUid = 'E1';
  expect(applyPush(undefined, { method: 'PUT', body, evseUid }, NOON_MS)).toMatchObject({ statusCode: 2003 });
});

test('a PUT replaces the whole object, an EVSE and a connector included', () => {
  const whole = push('PUT', { ...stored, name: 'new', evses: [evse], last_updated: at(1) });
  expect(whole).toMatchObject({ kind: 'applied', location: { name: 'new', evses: [evse] } });
  const added = push('PUT', { ...evse, uid: 'E3', last_updated: at(1) }, { evseUid: 'E3' });
  expect(added).toMatchObject({ location: { evses: [{ uid: 'E1' }, { uid: 'E2' }, { uid: 'E3' }] } });
  const body = { ...connector, max_electric_power: 100_000, last_updated: at(1) };
  const stronger = push('PUT', body, { evseUid: 'E1', connectorId: '1' });
  expect(stronger).toMatchObject({
    location: { evses: [{ connectors: [body] }, { connectors: [connector] }] },
  });
});

test('a location, its EVSEs and their connectors are found, others are not', () => {
  expect(partOfLocation(stored)).toBe(stored);
  expect(partOfLocation(stored, 'E1')).toBe(evse);
  expect(partOfLocation(stored, 'E1', '1')).toBe(connector);
  expect(partOfLocation(stored, 'E9')).toBeUndefined();
  expect(partOfLocation(stored, 'E9', '1')).toBeUndefined();
  expect(partOfLocation(stored, 'E1', '9')).toBeUndefined();
});

test.each([
  [at(3), NOON_MS + 180_000],
  ['2026-01-15T12:00:00', NOON_MS],
  ['noon', undefined],
  [undefined, undefined],
])('a location updated at %j was so at %j', (last_updated, atMs) => {
  expect(updatedAtMs({ last_updated })).toBe(atMs);
});

describe('a date to come', () => {
  const ahead = { ...evse, last_updated: at(600), connectors: [{ ...connector, last_updated: at(600) }] };
  const site = { ...stored, evses: [ahead], last_updated: at(600) };
  const minuteLater = (before: ReturnType<typeof applyPush>, path: Partial<Push>) => {
    if (before.kind !== 'applied') throw new Error(before.kind);
    const body = { status: 'OUTOFORDER', last_updated: at(61) };
    return applyPush(before.location, { method: 'PATCH', body, ...path }, NOON_MS + 61 * 60_000).kind;
  };

  test.each<[string, Partial<Push>]>([
    ['a location', {}],
    ['an EVSE', { evseUid: 'E1' }],
    ['a connector', { evseUid: 'E1', connectorId: '1' }],
  ])('of %s is that of its arrival, and does not outlast what comes later', (_, path) => {
    const said = push('PUT', site);
    expect(said).toMatchObject({ location: { last_updated: at(60), evses: [{ last_updated: at(60) }] } });
    expect(minuteLater(said, path)).toBe('applied');
    expect(minuteLater(push('PATCH', ahead, { evseUid: 'E1' }), path)).toBe('applied');
  });

  test.each([
    ['five minutes ahead is left as it was written', at(65), at(65)],
    ['further ahead is that of its arrival', new Date(NOON_MS + 65 * 60_000 + 1).toISOString(), at(60)],
  ])('%s', (_, last_updated, kept) => {
    expect(push('PUT', { ...site, evses: [], last_updated })).toMatchObject({
      location: { last_updated: kept },
    });
  });
});
