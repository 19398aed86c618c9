import type { Session } from './session.ts';
import type { Audit } from './state.ts';

export function createAudit(session: Session): Audit {
  return {
    async append(entry) {
      await session.db().insertInto('audit').values(entry).execute();
    },
    async list(vehicleId, limit) {
      return await session
        .db()
        .selectFrom('audit')
        .select(['atMs', 'actor', 'action', 'purpose', 'vehicleId'])
        .where('vehicleId', '=', vehicleId)
        .orderBy('sequence', 'desc')
        .limit(limit)
        .execute();
    },
  };
}
