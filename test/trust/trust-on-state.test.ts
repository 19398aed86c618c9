import { manualClock, silentLog } from '@outrider/runtime';
import { OwnershipOverlap, openState, type State } from '@outrider/state';
import { createTrust, type FullTrust } from '@outrider/trust';
import { afterEach, beforeEach, expect, test } from 'vitest';

// The state's stores are trust's stores: neither package knows the other, so this is seen only here.

const CAR = 'veh_aaaaaaaa';
const by = { vehicleId: CAR, personId: 'per_owner', actor: 'api' };
const registration = { ...by, fromMs: 100, consents: { alert_driver: true }, textVersion: '2026-01' };
const PLACE = Buffer.from('52.52,13.405');

let state: State;
let trust: FullTrust;
beforeEach(async () => {
  state = await openState('memory:', { log: silentLog });
  trust = createTrust({ ...state, eventClock: manualClock(500) });
  for (const personId of ['per_owner', 'per_buyer']) await state.people.insert(person(personId));
  await state.vehicles.insert({
    vehicleId: CAR,
    label: 'the blue one',
    modelId: 'generic',
    vin: null,
    homeSealed: null,
    reserveSocPct: 5,
    createdAtMs: 1,
  });
});
afterEach(() => state.close());

const person = (personId: string) => ({
  personId,
  name: 'Ada',
  email: null,
  phone: null,
  webhookUrl: null,
  webhookSecret: null,
  language: 'en',
  units: 'metric' as const,
  timeZone: 'UTC',
  quietFromMinute: null,
  quietToMinute: null,
  channels: [],
  createdAtMs: 1,
});

test('a car is registered, sealed for, sold and erased', async () => {
  await trust.registerOwnership(registration);
  await trust.prepare([CAR]);
  const sellers = trust.seal(CAR, 150, PLACE);
  await trust.endOwnership({ ...by, toMs: 200 });
  await trust.registerOwnership({ ...registration, personId: 'per_buyer', fromMs: 200 });
  await trust.prepare([CAR]);
  const buyers = trust.seal(CAR, 200, PLACE);
  const open = ({ keyId, box }: typeof buyers) => trust.reader('alert_driver').open(CAR, keyId, box).kind;
  expect([open(sellers), open(buyers)]).toEqual(['opened', 'opened']);

  expect(await trust.eraseOwnership(by)).toBe(1);
  await trust.prepare([CAR]);
  expect([open(sellers), open(buyers)]).toEqual(['denied', 'opened']);
  expect((await state.audit.list(CAR, 100)).at(0)).toMatchObject({ action: 'key-destroyed', atMs: 500 });
});

test('a consent holds and is withdrawn', async () => {
  await trust.registerOwnership(registration);
  const decision = async () => {
    await trust.prepare([CAR]);
    const actor = { kind: 'service', name: 'predictor' } as const;
    return trust.decide({ purpose: 'alert_driver', vehicleId: CAR, actor, aboutFromMs: 150, aboutToMs: 160 });
  };
  expect(await decision()).toEqual({ kind: 'allow' });
  await trust.recordConsent({ ...by, purpose: 'alert_driver', isGranted: false, textVersion: '2026-01' });
  expect(await decision()).toEqual({ kind: 'deny', reason: 'no-consent' });
});

test('a refused registration leaves no key, no consent and no audit entry', async () => {
  await trust.registerOwnership(registration);
  const before = [
    await state.keys.load([CAR]),
    await state.consents.current([CAR]),
    await state.audit.list(CAR, 100),
  ];
  const second = trust.registerOwnership({ ...registration, personId: 'per_buyer', fromMs: 300 });
  await expect(second).rejects.toThrow(OwnershipOverlap);
  const after = [
    await state.keys.load([CAR]),
    await state.consents.current([CAR]),
    await state.audit.list(CAR, 100),
  ];
  expect(after).toEqual(before);
});

test('a registration is part of the transaction around it', async () => {
  const registering = state.transaction(async () => {
    await trust.registerOwnership(registration);
    throw new Error('the device token could not be made');
  });
  await expect(registering).rejects.toThrow('device token');
  expect(await state.keys.load([CAR])).toEqual([]);
});

test('records of nobody are sealed with a key of the day', async () => {
  const { keyId, box } = await trust.sealUnknown(PLACE, 500);
  expect((await trust.openUnknown(keyId, box, 500)).kind).toBe('opened');
  expect((await trust.openUnknown(keyId, box, 9 * 86_400_000)).kind).toBe('denied');
});
