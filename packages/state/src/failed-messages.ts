import type { Session } from './session.ts';
import type { Notifications } from './state.ts';

// Messages that were given up, and what gives them another try.

type Failed = Pick<Notifications, 'listFailed' | 'replay'>;

export function failedMessages(session: Session): Failed {
  return {
    async listFailed({ beforeSequence, limit }) {
      return await session
        .db()
        .selectFrom('notifications')
        .select(['sequence', 'notificationId'])
        .where('state', '=', 'failed')
        .$if(beforeSequence !== undefined, (query) => query.where('sequence', '<', beforeSequence ?? 0))
        .orderBy('sequence', 'desc')
        .limit(limit)
        .execute();
    },
    async replay(notificationId, nowMs) {
      const result = await session
        .db()
        .updateTable('notifications')
        // Its reason and its tries stay: it is tried again as one that may have arrived, where nobody knew.
        .set({ state: 'waiting', notBeforeMs: nowMs, changedAtMs: nowMs, leaseId: null, leaseUntilMs: null })
        .where('notificationId', '=', notificationId)
        .where('state', '=', 'failed')
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },
  };
}
