import type { Session } from './session.ts';
import type { TripSources } from './state.ts';

export function createTripSources(session: Session): TripSources {
  const all = () => session.db().selectFrom('tripSources').selectAll();
  return {
    async insert(row) {
      await session.db().insertInto('tripSources').values(row).execute();
    },
    find: (sourceId) => all().where('sourceId', '=', sourceId).executeTakeFirst(),
    async remove(sourceId) {
      const result = await session
        .db()
        .deleteFrom('tripSources')
        .where('sourceId', '=', sourceId)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
    listOf: (vehicleId) => all().where('vehicleId', '=', vehicleId).orderBy('sourceId').execute(),
    list: (afterId, limit) =>
      all().where('sourceId', '>', afterId).orderBy('sourceId').limit(limit).execute(),
  };
}
