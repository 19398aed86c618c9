import { inChunks } from './columns.ts';
import type { Session } from './session.ts';
import type { Assignment, Assignments } from './state.ts';

export const createAssignments = (session: Session): Assignments => ({
  ...changes(session),
  ...lists(session),
});

type Changes = Pick<Assignments, 'insert' | 'end' | 'removeOver' | 'removeOfKey'>;

function changes(session: Session): Changes {
  return {
    async insert(assignment) {
      const { fromMs, toMs } = assignment;
      if (toMs !== null && toMs < fromMs) throw new RangeError('an assignment ends before it begins');
      await session.db().insertInto('assignments').values(assignment).execute();
    },
    async end(assignmentId, toMs) {
      const result = await session
        .db()
        .updateTable('assignments')
        .set(({ eb, ref }) => ({
          toMs: eb.case().when('fromMs', '>', toMs).then(ref('fromMs')).else(toMs).end(),
        }))
        .where('assignmentId', '=', assignmentId)
        .where((where) => where.or([where('toMs', 'is', null), where('toMs', '>', toMs)]))
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },
    async removeOver(vehicleId, beforeMs) {
      await session
        .db()
        .deleteFrom('assignments')
        .where('vehicleId', '=', vehicleId)
        .where('toMs', '<', beforeMs)
        .execute();
    },
    async removeOfKey(keyId) {
      await session.db().deleteFrom('assignments').where('keyId', '=', keyId).execute();
    },
  };
}

function lists(session: Session): Omit<Assignments, keyof Changes> {
  return {
    async find(assignmentId) {
      return await session
        .db()
        .selectFrom('assignments')
        .selectAll()
        .where('assignmentId', '=', assignmentId)
        .$if(session.locksRows(), (query) => query.forNoKeyUpdate())
        .executeTakeFirst();
    },
    async ofVehicles(vehicleIds) {
      const all: Assignment[] = [];
      for (const chunk of inChunks(vehicleIds)) {
        const query = session.db().selectFrom('assignments').selectAll().where('vehicleId', 'in', chunk);
        all.push(...(await query.orderBy('fromMs').orderBy('assignmentId').execute()));
      }
      return all;
    },
    async ofPerson(personId, atMs) {
      return await session
        .db()
        .selectFrom('assignments')
        .selectAll()
        .where('personId', '=', personId)
        .where((where) => where.or([where('toMs', 'is', null), where('toMs', '>', atMs)]))
        .orderBy('fromMs')
        .orderBy('assignmentId')
        .execute();
    },
    async vehiclesChanging(afterMs, upToMs) {
      const begun = session
        .db()
        .selectFrom('assignments')
        .select('vehicleId')
        .where('fromMs', '>', afterMs)
        .where('fromMs', '<=', upToMs);
      const over = session
        .db()
        .selectFrom('assignments')
        .select('vehicleId')
        .where('toMs', '>', afterMs)
        .where('toMs', '<=', upToMs);
      const rows = await begun.union(over).execute();
      return rows.map(({ vehicleId }) => vehicleId).toSorted();
    },
  };
}
