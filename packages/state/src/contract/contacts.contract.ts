import { describe, expect, test } from 'vitest';
import type { Contact, ServiceText, State } from '../state.ts';
import { person } from './rows.ts';

const contact = (change: Partial<Contact> = {}): Contact => ({
  contactId: 'contact_a',
  personId: 'per_aaaaaaaa',
  channel: 'sms',
  target: '+358401234567',
  verifiedAtMs: 1_000,
  stoppedAtMs: null,
  ...change,
});

const code = (change: Partial<ServiceText> = {}): ServiceText => ({
  textId: 'text_a',
  personId: 'per_aaaaaaaa',
  kind: 'code',
  channel: 'sms',
  target: '+358401234567',
  requestedAtMs: 1_000,
  expiresAtMs: 2_000,
  state: 'waiting',
  codeHash: null,
  attemptsLeft: 2,
  ...change,
});

/** Addresses that people proved to be theirs, and the texts that prove them. */
export function contactsContract(state: () => State): void {
  describe('contacts', () => {
    test('a contact comes with its person, is replaced by its id and removed once', async () => {
      await state().people.insert(person());
      await state().contacts.put(contact());
      await state().contacts.put(contact({ stoppedAtMs: 5_000 }));
      expect(await state().people.find('per_aaaaaaaa')).toEqual({
        ...person(),
        contacts: [contact({ stoppedAtMs: 5_000 })],
      });
      expect(await state().contacts.remove('contact_a')).toBe(true);
      expect(await state().contacts.remove('contact_a')).toBe(false);
      expect(await state().people.find('per_aaaaaaaa')).toEqual(person());
    });

    test('people are found by their e-mail address in whatever case, oldest first', async () => {
      const of = (personId: string, email: string | null, createdAtMs: number) =>
        state().people.insert({ ...person(), personId, email, createdAtMs });
      await of('per_aaaaaaaa', 'Kim@Example.org', 2);
      await of('per_bbbbbbbb', 'kim@example.org', 1);
      await of('per_cccccccc', 'kim@example.com', 1);
      await of('per_dddddddd', null, 1);
      expect(await state().people.idsOfEmail('KIM@example.org')).toEqual(['per_bbbbbbbb', 'per_aaaaaaaa']);
      expect(await state().people.idsOfEmail('nobody@example.org')).toEqual([]);
    });

    test('everybody with an address is found, oldest first, nobody with another', async () => {
      const second = contact({ contactId: 'contact_b', personId: 'per_bbbbbbbb', verifiedAtMs: 500 });
      await state().contacts.put(contact());
      await state().contacts.put(second);
      expect(await state().contacts.listOfTarget('sms', '+358401234567')).toEqual([second, contact()]);
      expect(await state().contacts.listOfTarget('email', '+358401234567')).toEqual([]);
      expect(await state().contacts.listOfTarget('sms', '+358401234568')).toEqual([]);
      expect(await state().contacts.listOf('per_bbbbbbbb')).toEqual([second]);
    });
  });

  describe('service texts', () => {
    test('those of the person and of the address are listed since an instant, newest first', async () => {
      const own = code({ textId: 'own', target: '+1', requestedAtMs: 900 });
      const sameTarget = code({ textId: 'target', personId: 'per_bbbbbbbb' });
      for (const text of [own, sameTarget, code({ textId: 'other', personId: 'per_cccccccc', target: '+2' })])
        await state().serviceTexts.insert(text);
      const listed = (sinceMs: number) =>
        state().transaction((tx) => tx.serviceTexts.listSince('per_aaaaaaaa', '+358401234567', sinceMs));
      expect(await listed(900)).toEqual([sameTarget, own]);
      expect(await listed(901)).toEqual([sameTarget]);
      await state().serviceTexts.removeBefore(1_000);
      expect(await listed(0)).toEqual([sameTarget]);
    });

    test('one is found by its id', async () => {
      await state().serviceTexts.insert(code());
      expect(await state().serviceTexts.find('text_a')).toEqual(code());
      expect(await state().serviceTexts.find('text_x')).toBeUndefined();
    });

    test('one is sent by whoever changes it first, and not once it has expired', async () => {
      await state().serviceTexts.insert(code());
      expect(await state().serviceTexts.listWaiting(1_999, 10)).toEqual([code()]);
      expect(await state().serviceTexts.listWaiting(2_000, 10)).toEqual([]);
      const take = () =>
        state().serviceTexts.change('text_a', 'waiting', { state: 'sending', codeHash: 'h' });
      expect([await take(), await take()]).toEqual([true, false]);
      expect(await state().serviceTexts.listWaiting(1_500, 10)).toEqual([]);
    });

    test('attempts end at none', async () => {
      await state().serviceTexts.insert(code());
      const spend = () => state().serviceTexts.spendAttempt('text_a');
      expect([await spend(), await spend(), await spend()]).toEqual([true, true, false]);
      expect(await state().serviceTexts.spendAttempt('text_x')).toBe(false);
    });
  });
}
