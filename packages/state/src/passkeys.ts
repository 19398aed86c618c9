import type { Passkeys } from './passkey-records.ts';
import type { Session } from './session.ts';

export function createPasskeys(session: Session): Passkeys {
  const keys = () => session.db().selectFrom('passkeys').selectAll();
  return {
    async insert(passkey) {
      const result = await session
        .db()
        .insertInto('passkeys')
        .values(passkey)
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    find: (credentialId) => keys().where('credentialId', '=', credentialId).executeTakeFirst(),
    listOf: (personId) =>
      keys().where('personId', '=', personId).orderBy('createdAtMs').orderBy('credentialId').execute(),
    async noteUse(credentialId, counter, usedAtMs) {
      await session
        .db()
        .updateTable('passkeys')
        .set({ counter, usedAtMs })
        .where('credentialId', '=', credentialId)
        .execute();
    },
    async remove(personId, credentialId) {
      const result = await session
        .db()
        .deleteFrom('passkeys')
        .where('credentialId', '=', credentialId)
        .where('personId', '=', personId)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
    async ask(challenge, nowMs, countMax) {
      await session.db().deleteFrom('challenges').where('expiresAtMs', '<=', nowMs).execute();
      const { count } = await session
        .db()
        .selectFrom('challenges')
        .select(({ fn }) => fn.countAll().as('count'))
        .executeTakeFirstOrThrow();
      if (Number(count) >= countMax) return false;
      await session.db().insertInto('challenges').values(challenge).execute();
      return true;
    },
    async takeChallenge(challenge, nowMs) {
      const taken = await session
        .db()
        .deleteFrom('challenges')
        .where('challenge', '=', challenge)
        .returningAll()
        .executeTakeFirst();
      return taken === undefined || taken.expiresAtMs <= nowMs ? undefined : taken;
    },
  };
}
