import { PURPOSES, type Purpose } from '@outrider/domain';
import { manualClock } from '@outrider/runtime';
import { beforeEach, expect, test } from 'vitest';
import { createTrust, type FullTrust, UnknownSubject } from './create-trust.ts';
import { type MemoryStores, memoryStores } from './memory-stores.ts';

const CAR = 'veh_aaaaaaaa';
const by = { vehicleId: CAR, personId: 'per_owner', actor: 'api' };
const registration = {
  ...by,
  fromMs: 100,
  consents: { alert_driver: true },
  textVersion: '2026-01',
} as const;

let stores: MemoryStores;
let trust: FullTrust;
beforeEach(() => {
  stores = memoryStores();
  trust = createTrust({ ...stores, eventClock: manualClock(500), realClock: manualClock(0) });
});

test('registering records every purpose, off unless switched on, and says so in the audit trail', async () => {
  const { keyId } = await trust.registerOwnership(registration);
  expect(stores.rows.ownerships).toEqual([
    { vehicleId: CAR, personId: 'per_owner', keyId, fromMs: 100, toMs: null },
  ]);
  expect(stores.rows.keys.get(keyId)?.secret).toHaveLength(32);
  expect(stores.rows.consents.map(({ purpose, isGranted }) => [purpose, isGranted])).toEqual(
    Object.keys(PURPOSES).map((purpose) => [purpose, purpose === 'alert_driver']),
  );
  expect(stores.rows.audit).toEqual([
    '500 api ownership-registered  veh_aaaaaaaa',
    ...Object.keys(PURPOSES).map(
      (purpose) =>
        `500 api consent-${purpose === 'alert_driver' ? 'granted' : 'refused'} ${purpose} veh_aaaaaaaa`,
    ),
  ]);
});

test('two registrations never share a key', async () => {
  const ids = [await trust.registerOwnership(registration), await trust.registerOwnership(registration)];
  const secrets = ids.map(({ keyId }) =>
    Buffer.from(stores.rows.keys.get(keyId)?.secret ?? '').toString('hex'),
  );
  expect(new Set(secrets).size).toBe(2);
});

test.each([1, 'yes', {}, null])('a switch that says %j instead of true stays off', async (value) => {
  await trust.registerOwnership({ ...registration, consents: { alert_driver: value as unknown as boolean } });
  expect(stores.rows.consents.some(({ isGranted }) => isGranted)).toBe(false);
});

test.each(['dispute', 'insurance', 'constructor'])(
  'the purpose "%s" cannot be consented to',
  async (word) => {
    const consent = { ...by, isGranted: true, textVersion: '1', purpose: word as Purpose };
    await expect(trust.recordConsent(consent)).rejects.toThrow(RangeError);
    await expect(trust.registerOwnership({ ...registration, consents: { [word]: true } })).rejects.toThrow(
      RangeError,
    );
    expect([...stores.rows.consents, ...stores.rows.ownerships, ...stores.rows.audit]).toEqual([]);
  },
);

test('changes are dated by the event clock unless a time is given', async () => {
  await trust.recordConsent({ ...by, purpose: 'show_driver', isGranted: true, textVersion: '1' });
  await trust.recordConsent({ ...by, purpose: 'show_driver', isGranted: false, textVersion: '1', atMs: 900 });
  expect(stores.rows.consents.map(({ atMs, isGranted }) => [atMs, isGranted])).toEqual([
    [500, true],
    [900, false],
  ]);
});

test('ending what is not owned changes nothing and is not audited', async () => {
  expect(await trust.endOwnership({ ...by, toMs: 200 })).toBe(false);
  expect(stores.rows.audit).toEqual([]);
});

test('erasing destroys the keys of this person alone, ends the open period, and nothing can be opened or sealed', async () => {
  await trust.registerOwnership(registration);
  await trust.endOwnership({ ...by, toMs: 200 });
  const buyer = { ...registration, personId: 'per_buyer', fromMs: 200 };
  await trust.registerOwnership(buyer);
  await trust.prepare([CAR]);
  const sellers = trust.seal(CAR, 150, Buffer.from('home'));
  const buyers = trust.seal(CAR, 250, Buffer.from('home'));

  expect(await trust.eraseOwnership(by)).toBe(1);
  await trust.prepare([CAR]);
  const reader = trust.reader('alert_driver');
  expect(reader.open(CAR, sellers.keyId, sellers.box)).toEqual({ kind: 'denied', reason: 'key-destroyed' });
  expect(reader.open(CAR, buyers.keyId, buyers.box).kind).toBe('opened');
  expect(() => trust.seal(CAR, 150, Buffer.from('late'))).toThrow(UnknownSubject);

  expect(await trust.eraseOwnership({ ...by, personId: 'per_buyer' })).toBe(1);
  expect(stores.rows.ownerships.at(-1)?.toMs).toBe(500);
  expect(stores.rows.audit.slice(-2)).toEqual([
    '500 api ownership-ended  veh_aaaaaaaa',
    '500 api key-destroyed  veh_aaaaaaaa',
  ]);
  expect(await trust.eraseOwnership(by)).toBe(0);
});

test('after a failed change the memory is read again, for nobody knows what was kept', async () => {
  await trust.registerOwnership(registration);
  await trust.prepare([CAR]);
  stores.audit.append = () => Promise.reject(new Error('audit is down'));
  const withdrawal = trust.recordConsent({
    ...by,
    purpose: 'alert_driver',
    isGranted: false,
    textVersion: '1',
  });
  await expect(withdrawal).rejects.toThrow('audit is down');
  expect(trust.reader('alert_driver').open(CAR, 'key', new Uint8Array())).toEqual({
    kind: 'denied',
    reason: 'not-prepared',
  });
});
