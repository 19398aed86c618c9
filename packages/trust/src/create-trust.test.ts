import type { Purpose } from '@outrider/domain';
import { manualClock } from '@outrider/runtime';
import { beforeEach, describe, expect, test } from 'vitest';
import { createTrust, type FullTrust, UnknownSubject } from './create-trust.ts';
import { type MemoryStores, memoryStores } from './memory-stores.ts';

const CAR = 'veh_aaaaaaaa';
const OTHER_CAR = 'veh_bbbbbbbb';
const CACHE_MS = 60_000;
const BYTES = Buffer.from('{"lat":52.52,"lon":13.405}');

let stores: MemoryStores;
let realClock: ReturnType<typeof manualClock>;
let trust: FullTrust;
/** Another process with its own memory, on the same stores. */
let elsewhere: FullTrust;

beforeEach(() => {
  stores = memoryStores();
  realClock = manualClock(1_000_000);
  const options = { ...stores, eventClock: manualClock(500), realClock, cacheMs: CACHE_MS };
  trust = createTrust(options);
  elsewhere = createTrust(options);
});

const register = (
  {
    personId = 'per_owner',
    vehicleId = CAR,
    fromMs = 100,
    yes = ['alert_driver', 'show_driver'] as Purpose[],
  } = {},
  through = trust,
) =>
  through.registerOwnership({
    vehicleId,
    personId,
    fromMs,
    consents: Object.fromEntries(yes.map((purpose) => [purpose, true])),
    textVersion: '2026-01',
    actor: 'api',
  });
const say = (isGranted: boolean, through = trust, purpose: Purpose = 'alert_driver') =>
  through.recordConsent({
    vehicleId: CAR,
    personId: 'per_owner',
    purpose,
    isGranted,
    textVersion: '2026-01',
    actor: 'per_owner',
  });
const by = { vehicleId: CAR, personId: 'per_owner', actor: 'per_owner' };

function outcome(
  sealed: { keyId: string; box: Uint8Array },
  purpose: Purpose = 'alert_driver',
  vehicleId = CAR,
) {
  const opened = trust.reader(purpose).open(vehicleId, sealed.keyId, sealed.box);
  return opened.kind === 'opened' ? Buffer.from(opened.bytes).toString() : opened.reason;
}

/** Until all that can go on has gone on, and only the gate holds the rest. */
const everythingElse = () => new Promise((resolve) => setImmediate(resolve));

describe('sealing and opening', () => {
  test('what was sealed for a registered car is opened for a purpose its owner switched on', async () => {
    const { keyId } = await register();
    await trust.prepare([CAR]);
    const sealed = trust.seal(CAR, 100, BYTES);
    expect(sealed.keyId).toBe(keyId);
    expect(outcome(sealed)).toBe(BYTES.toString());
    expect(outcome(sealed, 'show_driver')).toBe(BYTES.toString());
  });

  test.each([
    { purpose: 'safety_recall', reason: 'role-may-not' },
    { purpose: 'support_case', reason: 'role-may-not' },
    { purpose: 'service_quality_aggregate', reason: 'role-may-not' },
    { purpose: 'show_driver', reason: 'no-consent' },
  ] as const)('places are not opened for $purpose: $reason', async ({ purpose, reason }) => {
    const yes: Purpose[] = ['alert_driver', 'safety_recall', 'support_case', 'service_quality_aggregate'];
    await register({ yes });
    await trust.prepare([CAR]);
    expect(outcome(trust.seal(CAR, 100, BYTES), purpose)).toBe(reason);
  });

  test('each ownership period has its own key, chosen by the time the data is about', async () => {
    const first = await register();
    expect(await trust.endOwnership({ ...by, toMs: 200 })).toBe(true);
    const second = await register({ personId: 'per_buyer', fromMs: 200 });
    await trust.prepare([CAR]);
    expect(first.keyId).not.toBe(second.keyId);
    expect(trust.seal(CAR, 199, BYTES).keyId).toBe(first.keyId);
    expect(trust.seal(CAR, 200, BYTES).keyId).toBe(second.keyId);
    expect(() => trust.seal(CAR, 99, BYTES)).toThrow(UnknownSubject);
  });

  test("the seller's consent opens the seller's time, the buyer's the buyer's", async () => {
    await register();
    await trust.endOwnership({ ...by, toMs: 200 });
    await register({ personId: 'per_buyer', fromMs: 200, yes: [] });
    await trust.prepare([CAR]);
    const [sellers, buyers] = [trust.seal(CAR, 150, BYTES), trust.seal(CAR, 250, BYTES)];
    expect([outcome(sellers), outcome(buyers)]).toEqual([BYTES.toString(), 'no-consent']);
  });

  test('cars that are not registered, not prepared, or asked about a strange time have no key', async () => {
    await register();
    expect(() => trust.seal(CAR, 100, BYTES)).toThrow(UnknownSubject);
    await trust.prepare([CAR, OTHER_CAR]);
    expect(() => trust.seal(OTHER_CAR, 100, BYTES)).toThrow(UnknownSubject);
    expect(() => trust.seal(CAR, Number.NaN, BYTES)).toThrow(UnknownSubject);
  });

  test("a box under another car's name, another key id or damaged is refused without a throw", async () => {
    await register();
    await register({ vehicleId: OTHER_CAR });
    await trust.prepare([CAR, OTHER_CAR]);
    const sealed = trust.seal(CAR, 100, BYTES);
    expect(outcome(sealed, 'alert_driver', OTHER_CAR)).toBe('unreadable');
    expect(outcome({ ...sealed, keyId: trust.seal(OTHER_CAR, 100, BYTES).keyId })).toBe('unreadable');
    expect(outcome({ ...sealed, box: sealed.box.subarray(1) })).toBe('unreadable');
    expect(outcome({ ...sealed, box: new Uint8Array() })).toBe('unreadable');
    expect(outcome(sealed, 'alert_driver', 'veh_cccccccc')).toBe('not-prepared');
    await trust.prepare(['veh_cccccccc']);
    expect(outcome(sealed, 'alert_driver', 'veh_cccccccc')).toBe('unknown-vehicle');
  });

  test('there is no reader for a purpose that is not on the list', () => {
    for (const word of ['dispute', 'marketing', 'constructor', '__proto__', '']) {
      expect(() => trust.reader(word as Purpose)).toThrow(RangeError);
    }
  });
});

describe('a change', () => {
  test('made here holds once prepared again, and never later than that', async () => {
    await register();
    await trust.prepare([CAR]);
    const sealed = trust.seal(CAR, 100, BYTES);
    await say(false);
    expect(outcome(sealed)).toBe('not-prepared');
    await trust.prepare([CAR]);
    expect(outcome(sealed)).toBe('no-consent');
    await say(true);
    await trust.prepare([CAR]);
    expect(outcome(sealed)).toBe(BYTES.toString());
  });

  test('made elsewhere holds when half of the cache time is over and the next batch prepares', async () => {
    await register();
    await trust.prepare([CAR]);
    const sealed = trust.seal(CAR, 100, BYTES);
    await say(false, elsewhere);
    realClock.advanceTo(1_000_000 + CACHE_MS / 2 - 1);
    await trust.prepare([CAR]);
    expect(outcome(sealed)).toBe(BYTES.toString());
    realClock.advanceTo(1_000_000 + CACHE_MS / 2);
    await trust.prepare([CAR]);
    expect(outcome(sealed)).toBe('no-consent');
  });

  test('made elsewhere holds after the cache time even if nobody prepares', async () => {
    await register();
    await trust.prepare([CAR]);
    const sealed = trust.seal(CAR, 100, BYTES);
    await say(false, elsewhere);
    realClock.advanceTo(1_000_000 + CACHE_MS - 1);
    expect(outcome(sealed)).toBe(BYTES.toString());
    realClock.advanceTo(1_000_000 + CACHE_MS);
    expect(outcome(sealed)).toBe('not-prepared');
    const asked = { purpose: 'alert_driver', vehicleId: CAR, aboutFromMs: 100, aboutToMs: 100 } as const;
    const actor = { kind: 'service', name: 'predictor' } as const;
    expect(trust.decide({ ...asked, actor })).toEqual({ kind: 'deny', reason: 'not-prepared' });
    expect(trust.seal(CAR, 100, BYTES).keyId).toBe(sealed.keyId);
  });

  test('a registration elsewhere is found by the next prepare, also of a known car', async () => {
    await trust.prepare([CAR]);
    await register({}, elsewhere);
    await trust.prepare([CAR]);
    expect(outcome(trust.seal(CAR, 100, BYTES))).toBe(BYTES.toString());
    await elsewhere.endOwnership({ ...by, toMs: 200 });
    await register({ personId: 'per_buyer', fromMs: 200 }, elsewhere);
    await elsewhere.prepare([CAR]);
    const buyers = elsewhere.seal(CAR, 200, BYTES);
    expect(outcome(buyers)).toBe('unreadable');
    await trust.prepare([CAR]);
    expect(outcome(buyers)).toBe(BYTES.toString());
  });

  test('made while it is being read is not overwritten by what was read before', async () => {
    await register();
    const gate = Promise.withResolvers<void>();
    stores.delayConsents(gate.promise);
    const preparing = trust.prepare([CAR]);
    await everythingElse();
    stores.delayConsents(Promise.resolve());
    await say(false);
    gate.resolve();
    await preparing;
    expect(outcome(trust.seal(CAR, 100, BYTES))).toBe('no-consent');
  });

  test('fresh vehicles are not read again', async () => {
    await register();
    await trust.prepare([CAR]);
    const before = stores.readCount();
    await trust.prepare([CAR, CAR]);
    await trust.prepare([]);
    expect(stores.readCount()).toBe(before);
    trust.forget(CAR);
    await trust.prepare([CAR]);
    expect(stores.readCount()).toBe(before + 1);
  });

  test('vehicles that nobody prepares any more leave the memory', async () => {
    await register();
    await trust.prepare([CAR]);
    realClock.advanceTo(1_000_000 + 10 * CACHE_MS - 1);
    await trust.prepare([OTHER_CAR]);
    trust.seal(CAR, 100, BYTES);
    realClock.advanceTo(1_000_000 + 11 * CACHE_MS);
    await trust.prepare([OTHER_CAR]);
    expect(() => trust.seal(CAR, 100, BYTES)).toThrow(UnknownSubject);
  });
});

describe('decisions', () => {
  test('a driver sees the own car for the own time, the buyer does not see it', async () => {
    await register();
    await trust.endOwnership({ ...by, toMs: 200 });
    await register({ personId: 'per_buyer', fromMs: 200 });
    await trust.prepare([CAR]);
    const ask = (personId: string, aboutFromMs: number, aboutToMs: number) =>
      trust.decide({
        purpose: 'show_driver',
        vehicleId: CAR,
        actor: { kind: 'person', personId, role: 'driver' },
        aboutFromMs,
        aboutToMs,
      });
    expect(ask('per_owner', 100, 200)).toEqual({ kind: 'allow' });
    expect(ask('per_buyer', 100, 200)).toEqual({ kind: 'deny', reason: 'not-owner' });
    expect(ask('per_buyer', 200, 900)).toEqual({ kind: 'allow' });
  });
});
