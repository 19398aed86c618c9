import { describe, expect, test } from 'vitest';
import type { State, Token } from '../state.ts';
import { OwnershipOverlap } from '../vehicles.ts';
import { person, subjectKey, vehicle } from './rows.ts';

/** People, cars and who owns them, tokens. */
export function peopleContract(state: () => State): void {
  describe('people', () => {
    test('a person is found as inserted, another id is not', async () => {
      await state().people.insert(person());
      expect(await state().people.find('per_aaaaaaaa')).toEqual(person());
      expect(await state().people.find('per_bbbbbbbb')).toBeUndefined();
    });

    test('the same id twice is refused and the first person stays', async () => {
      await state().people.insert(person());
      await expect(state().people.insert(person({ name: 'Eve' }))).rejects.toThrow();
      expect((await state().people.find('per_aaaaaaaa'))?.name).toBe('Ada');
    });

    test('an update changes what it names and nothing else, also to null', async () => {
      await state().people.insert(person());
      expect(await state().people.update('per_aaaaaaaa', { email: null, channels: ['webhook'] })).toBe(true);
      expect(await state().people.find('per_aaaaaaaa')).toEqual(
        person({ email: null, channels: ['webhook'] }),
      );
    });

    test('an empty update of a known person is true, any update of an unknown one is false', async () => {
      await state().people.insert(person());
      expect(await state().people.update('per_aaaaaaaa', {})).toBe(true);
      expect(await state().people.update('per_bbbbbbbb', { name: 'Eve' })).toBe(false);
    });

    test('hostile text is kept as text', async () => {
      const name = `'); drop table people; -- \u0000 "${'ä'.repeat(50)}`;
      await state().people.insert(person({ name }));
      expect((await state().people.find('per_aaaaaaaa'))?.name).toBe(name);
    });
  });

  describe('vehicles', () => {
    test('a vehicle is found as inserted, with and without a sealed home', async () => {
      const homeSealed = { keyId: 'key_a', box: 'sealed' };
      await state().vehicles.insert(vehicle({ homeSealed }));
      expect(await state().vehicles.find('veh_aaaaaaaa')).toEqual(vehicle({ homeSealed }));
      expect(await state().vehicles.update('veh_aaaaaaaa', { label: 'red' })).toBe(true);
      expect(await state().vehicles.find('veh_aaaaaaaa')).toEqual(vehicle({ homeSealed, label: 'red' }));
      expect(await state().vehicles.update('veh_aaaaaaaa', { homeSealed: null })).toBe(true);
      expect(await state().vehicles.find('veh_aaaaaaaa')).toEqual(vehicle({ label: 'red' }));
      expect(await state().vehicles.find('veh_bbbbbbbb')).toBeUndefined();
      expect(await state().vehicles.update('veh_bbbbbbbb', { label: 'red' })).toBe(false);
    });

    test('a car that a simulation made up stays one, whatever else changes', async () => {
      await state().vehicles.insert(vehicle({ isSynthetic: true, isCanary: true }));
      await state().vehicles.update('veh_aaaaaaaa', { label: 'red' });
      expect(await state().vehicles.find('veh_aaaaaaaa')).toEqual(
        vehicle({ isSynthetic: true, isCanary: true, label: 'red' }),
      );
    });

    test('a car is of one fleet, of another, or of none', async () => {
      await state().vehicles.insert(vehicle({ fleet: 'north' }));
      await state().vehicles.insert(vehicle({ vehicleId: 'veh_bbbbbbbb' }));
      expect(await state().vehicles.find('veh_aaaaaaaa')).toEqual(vehicle({ fleet: 'north' }));
      expect(await state().vehicles.fleets()).toEqual(new Map([['veh_aaaaaaaa', 'north']]));
      await state().vehicles.update('veh_aaaaaaaa', { fleet: null });
      await state().vehicles.update('veh_bbbbbbbb', { fleet: 'south' });
      expect(await state().vehicles.fleets()).toEqual(new Map([['veh_bbbbbbbb', 'south']]));
      expect(await state().vehicles.find('veh_aaaaaaaa')).toEqual(vehicle());
    });

    test('the list continues after an id', async () => {
      for (const id of ['c', 'a', 'b']) await state().vehicles.insert(vehicle({ vehicleId: `veh_${id}` }));
      const idsAfter = async (after: string, limit: number) =>
        (await state().vehicles.list(after, limit)).map(({ vehicleId }) => vehicleId);
      expect(await idsAfter('', 2)).toEqual(['veh_a', 'veh_b']);
      expect(await idsAfter('veh_b', 2)).toEqual(['veh_c']);
      expect(await idsAfter('veh_c', 2)).toEqual([]);
    });
  });

  ownershipContract(state);
  tokenContract(state);
}

function ownershipContract(state: () => State): void {
  const own = (personId: string, keyId: string, fromMs: number, toMs: number | null) =>
    state().vehicles.insertOwnership({ vehicleId: 'veh_aaaaaaaa', personId, keyId, fromMs, toMs });

  async function twoPeopleAndACar(): Promise<void> {
    await state().people.insert(person());
    await state().people.insert(person({ personId: 'per_bbbbbbbb' }));
    await state().vehicles.insert(vehicle());
    await state().keys.insert(subjectKey());
    await state().keys.insert(subjectKey({ keyId: 'key_b' }));
  }

  describe('ownerships', () => {
    test('a car is listed for whoever owns it at that instant: from inclusive, to exclusive', async () => {
      await twoPeopleAndACar();
      await own('per_aaaaaaaa', 'key_a', 100, null);
      expect(await state().vehicles.endOwnership('veh_aaaaaaaa', 'per_aaaaaaaa', 200)).toBe(true);
      await own('per_bbbbbbbb', 'key_b', 200, null);
      const countOf = async (personId: string, atMs: number) =>
        (await state().vehicles.listOf(personId, atMs)).length;
      expect([await countOf('per_aaaaaaaa', 99), await countOf('per_aaaaaaaa', 100)]).toEqual([0, 1]);
      expect([await countOf('per_aaaaaaaa', 199), await countOf('per_aaaaaaaa', 200)]).toEqual([1, 0]);
      expect([await countOf('per_bbbbbbbb', 199), await countOf('per_bbbbbbbb', 200)]).toEqual([0, 1]);
      expect(await state().vehicles.ownerships(['veh_aaaaaaaa', 'veh_unknown'])).toEqual([
        { vehicleId: 'veh_aaaaaaaa', personId: 'per_aaaaaaaa', keyId: 'key_a', fromMs: 100, toMs: 200 },
        { vehicleId: 'veh_aaaaaaaa', personId: 'per_bbbbbbbb', keyId: 'key_b', fromMs: 200, toMs: null },
      ]);
    });

    test('cars are counted while somebody owns them, synthetic ones never', async () => {
      await twoPeopleAndACar();
      await state().vehicles.insert(vehicle({ vehicleId: 'veh_madeup01', isSynthetic: true }));
      await own('per_aaaaaaaa', 'key_a', 100, 200);
      await state().vehicles.insertOwnership({
        ...{ vehicleId: 'veh_madeup01', personId: 'per_bbbbbbbb', keyId: 'key_b', fromMs: 0, toMs: null },
      });
      const counts = await Promise.all([99, 100, 199, 200].map((atMs) => state().vehicles.countOwned(atMs)));
      expect(counts).toEqual([0, 1, 1, 0]);
    });

    test('an ownership ends once, by its owner, not before it began', async () => {
      await twoPeopleAndACar();
      await own('per_aaaaaaaa', 'key_a', 100, null);
      const end = (personId: string, toMs: number) =>
        state().vehicles.endOwnership('veh_aaaaaaaa', personId, toMs);
      expect(await end('per_bbbbbbbb', 200)).toBe(false);
      expect(await end('per_aaaaaaaa', 99)).toBe(false);
      expect(await end('per_aaaaaaaa', 100)).toBe(true);
      expect(await end('per_aaaaaaaa', 300)).toBe(false);
    });

    test.each([
      { name: 'an open period', fromMs: 300, toMs: null, isRefused: false },
      { name: 'a period that ends where the other begins', fromMs: 50, toMs: 100, isRefused: false },
      { name: 'a period that ends a millisecond later', fromMs: 50, toMs: 101, isRefused: true },
      { name: 'a period that begins where the other ends', fromMs: 200, toMs: null, isRefused: false },
      { name: 'a period that begins a millisecond earlier', fromMs: 199, toMs: null, isRefused: true },
      { name: 'a period within', fromMs: 120, toMs: 130, isRefused: true },
    ])('beside 100–200, $name is refused: $isRefused', async ({ fromMs, toMs, isRefused }) => {
      await twoPeopleAndACar();
      await own('per_aaaaaaaa', 'key_a', 100, 200);
      const second = own('per_bbbbbbbb', 'key_b', fromMs, toMs);
      if (isRefused) await expect(second).rejects.toThrow(OwnershipOverlap);
      else await second;
      expect(await state().vehicles.ownerships(['veh_aaaaaaaa'])).toHaveLength(isRefused ? 1 : 2);
    });

    test('an ownership of an unknown car, by an unknown person or under an unknown key is refused', async () => {
      await twoPeopleAndACar();
      await expect(own('per_unknown', 'key_a', 1, null)).rejects.toThrow();
      await expect(own('per_aaaaaaaa', 'key_unknown', 1, null)).rejects.toThrow();
      await expect(own('per_aaaaaaaa', 'key_a', 2, 1)).rejects.toThrow(RangeError);
      expect(await state().vehicles.ownerships(['veh_aaaaaaaa'])).toEqual([]);
    });
  });
}

function tokenContract(state: () => State): void {
  const device = (change: Partial<Token & { kind: 'device' }> = {}): Token => ({
    kind: 'device',
    tokenHash: 'hash_a',
    vehicleId: 'veh_aaaaaaaa',
    createdAtMs: 1,
    revokedAtMs: null,
    ...change,
  });
  const admin: Token = {
    kind: 'person',
    tokenHash: 'hash_admin',
    personId: 'per_aaaaaaaa',
    role: 'admin',
    createdAtMs: 1,
    revokedAtMs: null,
  };

  describe('tokens', () => {
    test('a token is found by its hash as inserted, an unknown hash is not', async () => {
      await state().tokens.insert(device());
      await state().tokens.insert(admin);
      expect(await state().tokens.findByHash('hash_a')).toEqual(device());
      expect(await state().tokens.findByHash('hash_admin')).toEqual(admin);
      expect(await state().tokens.findByHash('hash_x')).toBeUndefined();
    });

    test('a token is revoked once, and says so', async () => {
      await state().tokens.insert(device());
      expect(await state().tokens.revoke('hash_a', 5)).toBe(true);
      expect(await state().tokens.revoke('hash_a', 9)).toBe(false);
      expect(await state().tokens.revoke('hash_x', 9)).toBe(false);
      expect((await state().tokens.findByHash('hash_a'))?.revokedAtMs).toBe(5);
    });

    test('a vehicle lists its own devices, oldest first', async () => {
      await state().tokens.insert(device({ tokenHash: 'hash_b', createdAtMs: 2 }));
      await state().tokens.insert(device());
      await state().tokens.insert(device({ tokenHash: 'hash_c', vehicleId: 'veh_bbbbbbbb' }));
      const hashes = (await state().tokens.listOfVehicle('veh_aaaaaaaa')).map(({ tokenHash }) => tokenHash);
      expect(hashes).toEqual(['hash_a', 'hash_b']);
    });

    test('only admins whose token is not revoked are counted', async () => {
      expect(await state().tokens.countAdmins()).toBe(0);
      await state().tokens.insert(admin);
      await state().tokens.insert({ ...admin, tokenHash: 'hash_driver', role: 'driver' });
      expect(await state().tokens.countAdmins()).toBe(1);
      await state().tokens.insert({ ...admin, kind: 'session', tokenHash: 'hash_page' });
      await state().tokens.revoke('hash_admin', 5);
      expect(await state().tokens.countAdmins()).toBe(0);
    });

    test('who holds a role is listed once, and no more once their token was revoked', async () => {
      const hold = (tokenHash: string, change: object) =>
        state().tokens.insert({ ...admin, role: 'crew', tokenHash, ...change });
      await state().tokens.insert(admin);
      await hold('hash_1', {});
      await hold('hash_2', {});
      await hold('hash_3', { role: 'driver' });
      await hold('hash_4', { role: 'operator', kind: 'session' });
      const { personId } = admin;
      expect(await state().tokens.holdersOf(['crew', 'operator'])).toEqual([{ personId, role: 'crew' }]);
      await state().tokens.revoke('hash_1', 5);
      expect(await state().tokens.holdersOf(['crew'])).toHaveLength(1);
      await state().tokens.revoke('hash_2', 5);
      expect(await state().tokens.holdersOf(['crew'])).toEqual([]);
    });

    test('a person’s roles are those of tokens of programs that hold', async () => {
      const of = (tokenHash: string, change: object): Token => ({ ...admin, tokenHash, ...change });
      await state().tokens.insert(admin);
      await state().tokens.insert(of('hash_2', { role: 'driver' }));
      await state().tokens.insert(of('hash_3', { role: 'driver' }));
      await state().tokens.insert(of('hash_4', { role: 'crew', revokedAtMs: 5 }));
      await state().tokens.insert(of('hash_5', { role: 'product', kind: 'session' }));
      await state().tokens.insert(of('hash_6', { role: 'operator', personId: 'per_bbbbbbbb' }));
      expect(await state().tokens.rolesOf('per_aaaaaaaa')).toEqual(['admin', 'driver']);
      expect(await state().tokens.rolesOf('per_cccccccc')).toEqual([]);
    });

    test('what is too old of one kind is forgotten, of that person only', async () => {
      const of = (tokenHash: string, change: object): Token => ({
        ...admin,
        kind: 'session',
        tokenHash,
        ...change,
      });
      await state().tokens.insert(of('hash_old', { createdAtMs: 9 }));
      await state().tokens.insert(of('hash_new', { createdAtMs: 10 }));
      await state().tokens.insert(of('hash_theirs', { createdAtMs: 9, personId: 'per_bbbbbbbb' }));
      await state().tokens.insert(of('hash_code', { createdAtMs: 9, kind: 'sign-in' }));
      await state().tokens.insert(of('hash_program', { createdAtMs: 9, kind: 'person' }));
      await state().tokens.prune('per_aaaaaaaa', 'session', 10);
      const found = async (hash: string) => (await state().tokens.findByHash(hash)) !== undefined;
      expect(await found('hash_old')).toBe(false);
      for (const hash of ['hash_new', 'hash_theirs', 'hash_code', 'hash_program'])
        expect(await found(hash)).toBe(true);
    });
  });
}
