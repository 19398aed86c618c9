import { sql } from 'kysely';
import { fromFlag, toFlag } from './columns.ts';
import type { Session } from './session.ts';
import type { TripRow, Trips } from './state.ts';
import type { Tables } from './tables.ts';

/** `endOutboxId` of a row, as the database makes it. */
const END_OUTBOX_ID = sql<string>`${sql.ref('trips.tripId')} || '/' || ${sql.ref('trips.revision')} || '/end'`;

export function createTrips(session: Session): Trips {
  return {
    async upsert(row) {
      const result = await session
        .db()
        .insertInto('trips')
        .values({ ...row, isWithdrawn: toFlag(row.isWithdrawn) })
        .onConflict((conflict) =>
          conflict
            .column('tripId')
            .doUpdateSet(({ ref }) => ({
              revision: ref('excluded.revision'),
              departAtMs: ref('excluded.departAtMs'),
              isWithdrawn: ref('excluded.isWithdrawn'),
              sourceId: ref('excluded.sourceId'),
              keyId: ref('excluded.keyId'),
              box: ref('excluded.box'),
            }))
            .whereRef('excluded.revision', '>', 'trips.revision')
            // A trip stays with its car, whoever knows its id.
            .whereRef('excluded.vehicleId', '=', 'trips.vehicleId'),
        )
        .executeTakeFirst();
      return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    async find(tripId) {
      const row = await session
        .db()
        .selectFrom('trips')
        .selectAll()
        .where('tripId', '=', tripId)
        .$if(session.locksRows(), (query) => query.forNoKeyUpdate())
        .executeTakeFirst();
      return row && toTrip(row);
    },
    async listOf(vehicleId, limit, after = { departAtMs: Number.MAX_SAFE_INTEGER, tripId: '' }) {
      const rows = await session
        .db()
        .selectFrom('trips')
        .selectAll()
        .where('vehicleId', '=', vehicleId)
        .where((where) =>
          where.or([
            where('departAtMs', '<', after.departAtMs),
            where.and([where('departAtMs', '=', after.departAtMs), where('tripId', '>', after.tripId)]),
          ]),
        )
        .orderBy('departAtMs', 'desc')
        .orderBy('tripId')
        .limit(limit)
        .execute();
      return rows.map(toTrip);
    },
    async listEnded(vehicleId, beforeMs, limit) {
      const rows = await session
        .db()
        .selectFrom('trips')
        .selectAll()
        .where('vehicleId', '=', vehicleId)
        .where('departAtMs', '<', beforeMs)
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('outbox').select('outboxId').where('outboxId', '=', END_OUTBOX_ID))),
        )
        .orderBy('departAtMs')
        .orderBy('tripId')
        .limit(limit)
        .execute();
      return rows.map(toTrip);
    },
    async listOfSource(sourceId, fromMs) {
      const rows = await session
        .db()
        .selectFrom('trips')
        .selectAll()
        .where('sourceId', '=', sourceId)
        .where('isWithdrawn', '=', 0)
        .where('departAtMs', '>=', fromMs)
        .orderBy('departAtMs', 'desc')
        .orderBy('tripId')
        .execute();
      return rows.map(toTrip);
    },
  };
}

const toTrip = (row: Tables['trips']): TripRow => ({ ...row, isWithdrawn: fromFlag(row.isWithdrawn) });
