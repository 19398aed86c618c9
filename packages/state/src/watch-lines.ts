import { WATCHING } from '@outrider/domain';
import { contentId } from '@outrider/runtime';
import { inChunks } from './columns.ts';
import type { Session } from './session.ts';
import type { NotificationRow, WatchLineRow, WatchLines } from './state.ts';

export function createWatchLines(session: Session): WatchLines {
  const all = () => session.db().selectFrom('watchLines').selectAll();
  return {
    find: (vehicleId) =>
      all()
        .where('vehicleId', '=', vehicleId)
        .$if(session.locksRows(), (query) => query.forNoKeyUpdate())
        .executeTakeFirst(),
    async put(row) {
      const { vehicleId: _, ...change } = row;
      await session
        .db()
        .insertInto('watchLines')
        .values(row)
        .onConflict((conflict) => conflict.column('vehicleId').doUpdateSet(change))
        .execute();
    },
    async listOf(vehicleIds) {
      const found: WatchLineRow[] = [];
      for (const chunk of inChunks(vehicleIds))
        found.push(...(await all().where('vehicleId', 'in', chunk).orderBy('vehicleId').execute()));
      return found;
    },
    listOverdue: (beforeMs, limit) =>
      all().where('validUntilMs', '<', beforeMs).orderBy('validUntilMs').limit(limit).execute(),
  };
}

const PURPOSE = { watching: 'update', 'not-watching': 'update', ended: 'resolve' } as const;

/** The line as the feed is told of it: it replaces itself, and the same revision is the same message. */
export function notificationOfLine(line: WatchLineRow): NotificationRow {
  const { vehicleId, tripId, personId, revision, changedAtMs, expiresAtMs, keyId, box } = line;
  const alertId = contentId(WATCHING, vehicleId, tripId);
  const isFirst = revision === 1 && line.state !== 'ended';
  return {
    ...{ notificationId: contentId(alertId, revision, personId), alertId, revision, vehicleId, personId },
    ...{ ruleId: WATCHING, subject: tripId, channel: 'feed', state: 'sent', severity: 'info' },
    ...{ interrupts: false, purpose: isFirst ? 'alert' : PURPOSE[line.state], reason: null },
    ...{ createdAtMs: changedAtMs, changedAtMs, notBeforeMs: changedAtMs, expiresAtMs },
    ...{ attempts: 1, keyId, box },
  };
}
