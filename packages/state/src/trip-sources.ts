import type { Session } from './session.ts';
import type { TripSources } from './state.ts';

export function createTripSources(session: Session): TripSources {
  const all = () => session.db().selectFrom('tripSources').selectAll();
  return {
    async insert(row) {
      await session.db().insertInto('tripSources').values(row).execute();
    },
    // Whoever reads a source while it is removed must not store its trips afterwards.
    find: (sourceId) =>
      all()
        .where('sourceId', '=', sourceId)
        .$if(session.locksRows(), (query) => query.forNoKeyUpdate())
        .executeTakeFirst(),
    async remove(sourceId) {
      const result = await session
        .db()
        .deleteFrom('tripSources')
        .where('sourceId', '=', sourceId)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
    async listOf(vehicleId) {
      // A car has a limited number of them: whoever counts and adds does so alone.
      await session.enter(`trip-sources/${vehicleId}`);
      return await all().where('vehicleId', '=', vehicleId).orderBy('sourceId').execute();
    },
    list: (afterId, limit) =>
      all().where('sourceId', '>', afterId).orderBy('sourceId').limit(limit).execute(),
  };
}
