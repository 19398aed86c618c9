import { manualClock } from '@outrider/runtime';
import { describe, expect, test } from 'vitest';
import { createTrust } from './create-trust.ts';
import { decide } from './decide.ts';
import { memoryStores } from './memory-stores.ts';
import type { StoredAssignment, StoredOwnership } from './ports.ts';
import { whoMayBeTold } from './told.ts';
import type { AccessRequest } from './trust.ts';

const CAR = 'veh_aaaaaaaa';
const owned: StoredOwnership = { vehicleId: CAR, personId: 'owner', keyId: 'key', fromMs: 0, toMs: null };
const shift = (
  personId: string,
  fromMs: number,
  toMs: number | null,
  change: Partial<StoredAssignment> = {},
): StoredAssignment => ({
  ...{ assignmentId: `${personId}${fromMs}`, vehicleId: CAR, keyId: 'key', part: 'driver' },
  ...{ personId, fromMs, toMs },
  ...change,
});
const told = (
  assignments: readonly StoredAssignment[],
  nowMs: number,
  instantsMs: readonly number[] = [100],
) => whoMayBeTold([owned], assignments, instantsMs, nowMs).map(({ personId, part }) => `${part} ${personId}`);

describe('who may be told', () => {
  test('without a driver on shift it is the owner', () => {
    expect(told([], 150)).toEqual(['driver owner']);
    expect(told([shift('desk', 0, null, { part: 'dispatcher' })], 150)).toEqual([
      'driver owner',
      'dispatcher desk',
    ]);
  });

  test.each([
    { name: 'before the shift', nowMs: 199, who: 'driver owner' },
    { name: 'as it begins', nowMs: 200, who: 'driver early' },
    { name: 'until it ends', nowMs: 299, who: 'driver early' },
    { name: 'as the next one begins', nowMs: 300, who: 'driver late' },
    { name: 'after the last', nowMs: 400, who: 'driver owner' },
  ])('$name it is the $who, whenever the warning began', ({ nowMs, who }) => {
    expect(told([shift('late', 300, 400), shift('early', 200, 300)], nowMs)).toEqual([who]);
  });

  test('since when: what others were told before is not theirs', () => {
    expect(whoMayBeTold([owned], [shift('early', 200, null)], [100], 250)).toEqual([
      { personId: 'early', part: 'driver', sinceMs: 200 },
    ]);
  });

  test('two parts are one, the nearer to the wheel; the nearer comes first', () => {
    const parts = [
      shift('crew', 0, null, { part: 'crew' }),
      shift('one', 0, null, { part: 'dispatcher' }),
      shift('one', 50, null),
      shift('beside', 0, null, { part: 'co-driver' }),
    ];
    expect(told(parts, 100)).toEqual(['driver one', 'co-driver beside', 'crew crew']);
  });

  test('a part given by who owned the car before is none, and a sold car’s warning is nobody’s', () => {
    expect(told([shift('old', 0, null, { keyId: 'key_before' })], 150)).toEqual(['driver owner']);
    const sold: StoredOwnership = { ...owned, toMs: 120 };
    const bought: StoredOwnership = { ...owned, personId: 'buyer', keyId: 'key_2', fromMs: 120 };
    expect(whoMayBeTold([sold, bought], [shift('driver', 0, null)], [100], 150)).toEqual([]);
    expect(whoMayBeTold([sold, bought], [shift('driver', 0, null)], [120], 150)).toMatchObject([
      { personId: 'buyer' },
    ]);
  });
});

describe('what somebody with a part may read', () => {
  const asked: AccessRequest = {
    purpose: 'alert_driver',
    vehicleId: CAR,
    actor: { kind: 'person', personId: 'ann', role: 'driver' },
    aboutFromMs: 0,
    aboutToMs: 250,
  };
  const facts = (assignments: readonly StoredAssignment[], isGranted = true) => ({
    ownerships: [owned],
    assignments,
    isGranted: () => isGranted,
  });
  test.each([
    { name: 'on shift', assignments: [shift('ann', 200, 300)], answer: 'allow' },
    { name: 'as it ends', assignments: [shift('ann', 200, 250)], answer: 'deny' },
    { name: 'before it begins', assignments: [shift('ann', 251, 300)], answer: 'deny' },
    { name: 'somebody else on shift', assignments: [shift('bob', 200, 300)], answer: 'deny' },
    {
      name: 'a part of another ownership',
      assignments: [shift('ann', 0, null, { keyId: 'x' })],
      answer: 'deny',
    },
  ])('$name: $answer', ({ assignments, answer }) => {
    expect(decide(asked, facts(assignments)).kind).toBe(answer);
    expect(decide(asked, facts(assignments, false)).kind).toBe('deny');
    expect(decide({ ...asked, purpose: 'show_driver' }, facts(assignments)).kind).toBe('deny');
  });
});

test('a part is given and ended with a line in the audit trail, and goes with the owner’s data', async () => {
  const stores = memoryStores();
  const trust = createTrust({ ...stores, eventClock: manualClock(500), realClock: manualClock(0) });
  const by = { vehicleId: CAR, personId: 'owner', actor: 'api' };
  const consents = { alert_driver: true };
  await trust.registerOwnership({ ...by, fromMs: 100, consents, textVersion: '1' });
  const wanted = { ...by, personId: 'ann', part: 'driver' as const, fromMs: 200, toMs: null };
  await expect(trust.assign({ ...wanted, toMs: 200 })).rejects.toThrow(RangeError);
  expect(await trust.assign({ ...wanted, fromMs: 99 })).toBeUndefined();
  const made = await trust.assign(wanted);
  const assignmentId = made?.assignmentId ?? '';
  await trust.prepare([CAR]);
  const actor = { kind: 'person', personId: 'ann', role: 'driver' } as const;
  const ask = () =>
    trust.decide({ purpose: 'alert_driver', vehicleId: CAR, actor, aboutFromMs: 150, aboutToMs: 500 }).kind;
  expect(ask()).toBe('allow');
  const end = { vehicleId: CAR, actor: 'api', assignmentId };
  expect(await trust.endAssignment({ ...end, vehicleId: 'veh_other' })).toBe(false);
  expect([await trust.endAssignment(end), await trust.endAssignment(end)]).toEqual([true, false]);
  await trust.prepare([CAR]);
  expect(ask()).toBe('deny');
  expect(stores.rows.audit.filter((line) => line.includes('assign'))).toEqual([
    '500 api assigned driver ann  veh_aaaaaaaa',
    '500 api assignment-ended driver ann  veh_aaaaaaaa',
  ]);
  await trust.eraseOwnership(by);
  expect(stores.rows.assignments.size).toBe(0);
});
