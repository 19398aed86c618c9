import { inChunks } from './columns.ts';
import type { Scrub } from './scrub.ts';
import type { Session } from './session.ts';
import type { Keys, QuarantineKeys, SubjectKey } from './state.ts';

export function createKeys(session: Session, scrub: Scrub): Keys {
  return {
    async insert(key) {
      await session.db().insertInto('subjectKeys').values(key).execute();
    },
    async load(vehicleIds) {
      const all: SubjectKey[] = [];
      for (const chunk of inChunks(vehicleIds)) {
        const query = session.db().selectFrom('subjectKeys').selectAll().where('vehicleId', 'in', chunk);
        all.push(...(await query.orderBy('vehicleId').orderBy('createdAtMs').execute()));
      }
      return all;
    },
    async destroy(keyId, atMs) {
      const result = await session
        .db()
        .updateTable('subjectKeys')
        .set({ secret: null, destroyedAtMs: atMs })
        .where('keyId', '=', keyId)
        .where('destroyedAtMs', 'is', null)
        .executeTakeFirst();
      if (result.numUpdatedRows === 0n) return false;
      await session.afterCommit(scrub);
      return true;
    },
  };
}

export function createQuarantineKeys(session: Session, scrub: Scrub): QuarantineKeys {
  return {
    async insert(key) {
      await session
        .db()
        .insertInto('quarantineKeys')
        .values(key)
        .onConflict((conflict) => conflict.column('keyId').doNothing())
        .execute();
    },
    async find(keyId) {
      return await session
        .db()
        .selectFrom('quarantineKeys')
        .selectAll()
        .where('keyId', '=', keyId)
        .executeTakeFirst();
    },
    async deleteBefore(fromMs) {
      const result = await session
        .db()
        .deleteFrom('quarantineKeys')
        .where('fromMs', '<', fromMs)
        .executeTakeFirst();
      if (result.numDeletedRows > 0n) await session.afterCommit(scrub);
      return Number(result.numDeletedRows);
    },
  };
}
