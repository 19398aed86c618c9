import { PURPOSES, type Purpose } from '@outrider/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide, type SubjectFacts } from './decide.ts';
import { type Permission, permissionFor } from './policy.ts';
import type { StoredAssignment, StoredOwnership } from './ports.ts';
import type { AccessRequest, Actor, Role } from './trust.ts';

const ROLES = ['driver', 'crew', 'operator', 'product', 'admin'] as const;
const PURPOSE_LIST = Object.keys(PURPOSES) as Purpose[];
const VEHICLE = 'veh_aaaaaaaa';

const period = (personId: string, fromMs: number, toMs: number | null): StoredOwnership => ({
  vehicleId: VEHICLE,
  personId,
  keyId: `key_${fromMs}`,
  fromMs,
  toMs,
});
const subject = (
  ownerships: readonly StoredOwnership[],
  granted: readonly string[],
  assignments: readonly StoredAssignment[] = [],
): SubjectFacts => ({
  ownerships,
  assignments,
  isGranted: (personId, purpose) => granted.includes(`${personId} ${purpose}`),
});
const person = (role: Role, personId = 'per_owner'): Actor => ({ kind: 'person', personId, role });
const SERVICE: Actor = { kind: 'service', name: 'predictor' };
const request = (change: Partial<AccessRequest>): AccessRequest => ({
  purpose: 'show_driver',
  vehicleId: VEHICLE,
  actor: person('driver'),
  aboutFromMs: 100,
  aboutToMs: 200,
  ...change,
});
const answer = (asked: AccessRequest, facts: SubjectFacts): string => {
  const decision = decide(asked, facts);
  return decision.kind === 'allow' ? 'allow' : decision.reason;
};

/** Written out again on purpose: a change of the policy must be made twice, once knowingly. */
const EXPECTED: Record<Purpose, Record<Role | 'service', Permission>> = {
  alert_driver: {
    service: 'any',
    driver: 'assigned',
    crew: 'any',
    operator: 'any',
    product: 'never',
    admin: 'never',
  },
  show_driver: {
    service: 'any',
    driver: 'own',
    crew: 'never',
    operator: 'never',
    product: 'never',
    admin: 'never',
  },
  guess_trips: {
    service: 'any',
    driver: 'never',
    crew: 'never',
    operator: 'never',
    product: 'never',
    admin: 'never',
  },
  warm_battery: {
    service: 'any',
    driver: 'own',
    crew: 'never',
    operator: 'never',
    product: 'never',
    admin: 'never',
  },
  safety_recall: {
    service: 'never',
    driver: 'never',
    crew: 'never',
    operator: 'never',
    product: 'never',
    admin: 'never',
  },
  service_quality_aggregate: {
    service: 'any-but-places',
    driver: 'never',
    crew: 'never',
    operator: 'never',
    product: 'any-but-places',
    admin: 'never',
  },
  support_case: {
    service: 'never',
    driver: 'never',
    crew: 'never',
    operator: 'never',
    product: 'never',
    admin: 'never',
  },
};
const CELLS = PURPOSE_LIST.flatMap((purpose) =>
  ([...ROLES, 'service'] as const).map((role) => ({ purpose, role, permission: EXPECTED[purpose][role] })),
);

describe('every cell of the policy', () => {
  test.each(CELLS)('$purpose × $role: $permission', ({ purpose, role, permission }) => {
    const owned = [period('per_owner', 0, null)];
    const consenting = subject(owned, [`per_owner ${purpose}`]);
    const ask = (personId: string, facts: SubjectFacts, dataClass: 'place' | 'plain') =>
      answer(
        request({ purpose, dataClass, actor: role === 'service' ? SERVICE : person(role, personId) }),
        facts,
      ) === 'allow';
    const isAllowed = {
      ownPlaces: ask('per_owner', consenting, 'place'),
      othersPlaces: ask('per_other', consenting, 'place'),
      othersPlain: ask('per_other', consenting, 'plain'),
      withoutConsent: ask('per_owner', subject(owned, []), 'plain'),
    };
    expect(isAllowed).toEqual({
      ownPlaces: permission === 'own' || permission === 'any',
      othersPlaces: permission === 'any',
      othersPlain: permission === 'any' || permission === 'any-but-places',
      withoutConsent: false,
    });
  });

  test.each(['dispute', 'marketing', 'insurance', 'constructor', '__proto__', '', 'Show_Driver'])(
    'the purpose "%s" is denied to everybody',
    (word) => {
      const all = { ...subject([period('per_owner', 0, null)], []), isGranted: () => true };
      for (const actor of [SERVICE, ...ROLES.map((role) => person(role))]) {
        expect(answer(request({ purpose: word as Purpose, actor }), all)).toBe('role-may-not');
      }
    },
  );

  test.each(['owner', 'constructor', '__proto__', 'service ', ''])('the role "%s" is denied', (word) => {
    const all = { ...subject([period('per_owner', 0, null)], []), isGranted: () => true };
    expect(answer(request({ actor: person(word as Role) }), all)).toBe('role-may-not');
    expect(permissionFor('show_driver', word)).toBe('never');
  });

  test('a data class nobody knows counts as a place', () => {
    const facts = subject([period('per_owner', 0, null)], ['per_owner service_quality_aggregate']);
    const asked = { purpose: 'service_quality_aggregate', actor: SERVICE, dataClass: 'speed' } as const;
    expect(answer(request(asked as unknown as Partial<AccessRequest>), facts)).toBe('role-may-not');
  });
});

describe('the time the data is about', () => {
  const granted = ['per_owner show_driver', 'per_buyer show_driver'];
  const sold = subject([period('per_owner', 100, 200), period('per_buyer', 200, null)], granted);

  test.each([
    { who: 'per_owner', from: 100, to: 200, expected: 'allow' },
    { who: 'per_owner', from: 99, to: 200, expected: 'not-owner' },
    { who: 'per_owner', from: 100, to: 201, expected: 'not-owner' },
    { who: 'per_owner', from: 199, to: 199, expected: 'allow' },
    { who: 'per_owner', from: 200, to: 200, expected: 'not-owner' },
    { who: 'per_buyer', from: 200, to: 200, expected: 'allow' },
    { who: 'per_buyer', from: 199, to: 300, expected: 'not-owner' },
    { who: 'per_buyer', from: 300, to: 9e15, expected: 'allow' },
    { who: 'per_other', from: 150, to: 160, expected: 'not-owner' },
    { who: 'per_owner', from: 160, to: 150, expected: 'not-owner' },
    { who: 'per_owner', from: Number.NaN, to: 150, expected: 'not-owner' },
    { who: 'per_owner', from: 150, to: Number.NaN, expected: 'not-owner' },
    { who: 'per_owner', from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, expected: 'not-owner' },
  ])('$who asks about $from–$to: $expected', ({ who, from, to, expected }) => {
    const asked = request({ actor: person('driver', who), aboutFromMs: from, aboutToMs: to });
    expect(answer(asked, sold)).toBe(expected);
  });

  test('a stretch over two owners needs the consent of both', () => {
    const asked = request({ purpose: 'alert_driver', actor: SERVICE, aboutFromMs: 150, aboutToMs: 250 });
    const facts = (...yes: string[]) =>
      subject(
        sold.ownerships,
        yes.map((id) => `${id} alert_driver`),
      );
    expect(answer(asked, facts('per_owner', 'per_buyer'))).toBe('allow');
    expect(answer(asked, facts('per_owner'))).toBe('no-consent');
    expect(answer(asked, facts('per_buyer'))).toBe('no-consent');
  });

  test('a stretch with an hour that nobody owned is denied', () => {
    const gap = subject([period('per_owner', 100, 150), period('per_owner', 160, 200)], granted);
    expect(answer(request({}), gap)).toBe('not-owner');
    const joined = subject([period('per_owner', 100, 150), period('per_owner', 150, 200)], granted);
    expect(answer(request({}), joined)).toBe('allow');
  });

  test('a vehicle without any owner is unknown', () => {
    expect(answer(request({}), subject([], granted))).toBe('unknown-vehicle');
  });
});

/** Parts under the keys that `period` gives. */
const someAssignments = fc.array(
  fc
    .tuple(
      fc.constantFrom('per_1', 'per_2'),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: 12 }),
      fc.integer({ min: 1, max: 9 }),
    )
    .map(
      ([personId, keyFromMs, fromMs, lengthMs]): StoredAssignment => ({
        ...{ assignmentId: `asg_${fromMs}`, vehicleId: VEHICLE, personId, part: 'driver' },
        ...{ keyId: `key_${keyFromMs}`, fromMs, toMs: fromMs + lengthMs },
      }),
    ),
  { maxLength: 4 },
);

test('no decision allows without live consent for the stated purpose, at any instant it is about', () => {
  const owners = fc.constantFrom('per_1', 'per_2');
  const ownerships = fc
    .array(fc.record({ owner: fc.option(owners), length: fc.integer({ min: 1, max: 4 }) }), { maxLength: 4 })
    .map((stretches) => {
      const periods: StoredOwnership[] = [];
      let fromMs = 1;
      for (const { owner, length } of stretches) {
        if (owner !== null) periods.push(period(owner, fromMs, fromMs + length));
        fromMs += length;
      }
      return periods;
    });
  const isOpen = fc.boolean();
  const grants = fc.array(
    fc.tuple(owners, fc.constantFrom(...PURPOSE_LIST)).map(([who, what]) => `${who} ${what}`),
  );
  const actors = fc.oneof(
    fc.constant(SERVICE),
    fc.tuple(fc.constantFrom(...ROLES), owners).map(([role, who]) => person(role, who)),
  );
  const requests = fc.record({
    purpose: fc.constantFrom(...PURPOSE_LIST),
    actor: actors,
    aboutFromMs: fc.integer({ min: 0, max: 14 }),
    lengthMs: fc.integer({ min: 0, max: 8 }),
    dataClass: fc.constantFrom('place' as const, 'plain' as const),
  });

  fc.assert(
    fc.property(
      ownerships,
      isOpen,
      grants,
      someAssignments,
      requests,
      (closed, open, granted, assigned, wanted) => {
        const { lengthMs, ...asked } = wanted;
        const last = closed.at(-1);
        const periods = open && last ? [...closed.slice(0, -1), { ...last, toMs: null }] : closed;
        const aboutToMs = asked.aboutFromMs + lengthMs;
        const decision = decide(
          { ...asked, vehicleId: VEHICLE, aboutToMs },
          subject(periods, granted, assigned),
        );
        const byHand = isAllowedByHand(periods, granted, assigned, { ...asked, aboutToMs });
        expect(decision.kind === 'allow').toBe(byHand);
      },
    ),
    { numRuns: 3_000 },
  );
});

/** The promise, checked instant by instant, without looking at how `decide` does it. */
function isAllowedByHand(
  periods: readonly StoredOwnership[],
  granted: readonly string[],
  assigned: readonly StoredAssignment[],
  asked: Pick<AccessRequest, 'purpose' | 'actor' | 'aboutFromMs' | 'aboutToMs' | 'dataClass'>,
): boolean {
  const permission = EXPECTED[asked.purpose][asked.actor.kind === 'person' ? asked.actor.role : 'service'];
  if (permission === 'never' || (permission === 'any-but-places' && asked.dataClass === 'place'))
    return false;
  for (let atMs = asked.aboutFromMs; atMs < Math.max(asked.aboutToMs, asked.aboutFromMs + 1); atMs += 1) {
    const owner = periods.find((row) => row.fromMs <= atMs && (row.toMs === null || atMs < row.toMs));
    if (owner === undefined || !granted.includes(`${owner.personId} ${asked.purpose}`)) return false;
    const isOwn = asked.actor.kind === 'person' && asked.actor.personId === owner.personId;
    if (permission === 'own' && !isOwn) return false;
    const who = asked.actor.kind === 'person' ? asked.actor.personId : '';
    const hasPart = assigned.some(
      ({ personId, keyId, fromMs, toMs }) =>
        [personId, keyId].join() === [who, owner.keyId].join() &&
        fromMs <= asked.aboutToMs &&
        asked.aboutToMs < (toMs ?? 0),
    );
    if (permission === 'assigned' && !hasPart) return false;
  }
  return true;
}
