import type { Contacts, ServiceTexts } from './contact-records.ts';
import type { Session } from './session.ts';

export function createContacts(session: Session): Contacts {
  const all = () => session.db().selectFrom('contacts').selectAll();
  return {
    async put({ contactId, ...contact }) {
      await session
        .db()
        .insertInto('contacts')
        .values({ contactId, ...contact })
        .onConflict((conflict) => conflict.column('contactId').doUpdateSet(contact))
        .execute();
    },
    async remove(contactId) {
      const result = await session
        .db()
        .deleteFrom('contacts')
        .where('contactId', '=', contactId)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
    listOf: (personId) =>
      all().where('personId', '=', personId).orderBy('verifiedAtMs').orderBy('contactId').execute(),
    listOfTarget: (channel, target) =>
      all()
        .where('channel', '=', channel)
        .where('target', '=', target)
        .orderBy('verifiedAtMs')
        .orderBy('contactId')
        .execute(),
  };
}

export function createServiceTexts(session: Session): ServiceTexts {
  const all = () => session.db().selectFrom('serviceTexts').selectAll();
  const update = () => session.db().updateTable('serviceTexts');
  return {
    async insert(text) {
      await session.db().insertInto('serviceTexts').values(text).execute();
    },
    find: (textId) => all().where('textId', '=', textId).executeTakeFirst(),
    async listSince(personId, target, sinceMs) {
      // Whoever counts and asks does so alone, as the person and as the address.
      await session.enter(`service-texts/${personId}`);
      await session.enter(`service-texts/${target}`);
      return await all()
        .where((or) => or.or([or('personId', '=', personId), or('target', '=', target)]))
        .where('requestedAtMs', '>=', sinceMs)
        .orderBy('requestedAtMs', 'desc')
        .orderBy('textId')
        .execute();
    },
    listWaiting: (nowMs, limit) =>
      all()
        .where('state', '=', 'waiting')
        .where('expiresAtMs', '>', nowMs)
        .orderBy('requestedAtMs')
        .limit(limit)
        .execute(),
    async change(textId, from, change) {
      const result = await update()
        .set(change)
        .where('textId', '=', textId)
        .where('state', '=', from)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },
    async spendAttempt(textId) {
      const result = await update()
        .set((row) => ({ attemptsLeft: row('attemptsLeft', '-', 1) }))
        .where('textId', '=', textId)
        .where('attemptsLeft', '>', 0)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },
    async removeBefore(requestedBeforeMs) {
      await session.db().deleteFrom('serviceTexts').where('requestedAtMs', '<', requestedBeforeMs).execute();
    },
  };
}
