import { describe, expect, test } from 'vitest';
import type { Passkey } from '../passkey-records.ts';
import type { State } from '../state.ts';
import { person } from './rows.ts';

const key = (change: Partial<Passkey> = {}): Passkey => ({
  ...{ credentialId: 'key_a', personId: 'per_aaaaaaaa', role: 'driver', publicKey: 'pQEC', counter: 0 },
  ...{ createdAtMs: 1, usedAtMs: null },
  ...change,
});

export function passkeysContract(state: () => State): void {
  describe('passkeys', () => {
    test('one is found as inserted, and no other takes its id', async () => {
      await state().people.insert(person());
      expect(await state().passkeys.insert(key())).toBe(true);
      expect(await state().passkeys.insert(key({ publicKey: 'other' }))).toBe(false);
      expect(await state().passkeys.find('key_a')).toEqual(key());
      expect(await state().passkeys.find('key_x')).toBeUndefined();
      await state().passkeys.noteUse('key_a', 7, 9);
      expect(await state().passkeys.find('key_a')).toEqual(key({ counter: 7, usedAtMs: 9 }));
    });

    test('a person lists and removes their own, and nobody else’s', async () => {
      await state().people.insert(person());
      await state().people.insert({ ...person(), personId: 'per_bbbbbbbb' });
      await state().passkeys.insert(key({ createdAtMs: 2 }));
      await state().passkeys.insert(key({ credentialId: 'key_b' }));
      await state().passkeys.insert(key({ credentialId: 'key_c', personId: 'per_bbbbbbbb' }));
      const ids = async () => (await state().passkeys.listOf('per_aaaaaaaa')).map((one) => one.credentialId);
      expect(await ids()).toEqual(['key_b', 'key_a']);
      expect(await state().passkeys.remove('per_aaaaaaaa', 'key_c')).toBe(false);
      expect(await state().passkeys.remove('per_aaaaaaaa', 'key_b')).toBe(true);
      expect(await ids()).toEqual(['key_a']);
    });

    test('what is to be signed counts once, and not when it is over', async () => {
      const of = (challenge: string, expiresAtMs: number) => ({ challenge, personId: null, expiresAtMs });
      const { passkeys } = state();
      expect(await passkeys.ask(of('one', 10), 1, 2)).toBe(true);
      expect(await passkeys.ask(of('two', 20), 1, 2)).toBe(true);
      expect(await passkeys.ask(of('three', 20), 9, 2)).toBe(false);
      // The first is over by then, and makes room.
      expect(await passkeys.ask(of('three', 20), 10, 2)).toBe(true);
      expect(await passkeys.takeChallenge('one', 5)).toBeUndefined();
      expect(await passkeys.takeChallenge('two', 19)).toEqual(of('two', 20));
      expect(await passkeys.takeChallenge('two', 19)).toBeUndefined();
      expect(await passkeys.takeChallenge('three', 20)).toBeUndefined();
    });
  });
}
