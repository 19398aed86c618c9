import { inChunks, onePerId } from './columns.ts';
import type { Session } from './session.ts';
import type { AlertRow, Alerts } from './state.ts';

export function createAlerts(session: Session): Alerts {
  return {
    async find(alertId) {
      return await session
        .db()
        .selectFrom('alerts')
        .selectAll()
        .where('alertId', '=', alertId)
        .executeTakeFirst();
    },
    async listOf(vehicleId, { limit, onlyFiring = false, before }) {
      return await session
        .db()
        .selectFrom('alerts')
        .selectAll()
        .where('vehicleId', '=', vehicleId)
        .$if(onlyFiring, (query) => query.where('state', '=', 'firing'))
        .$if(before !== undefined, (query) => query.where('startedAtMs', '<', before ?? 0))
        .orderBy('startedAtMs', 'desc')
        .orderBy('alertId')
        .limit(limit)
        .execute();
    },
    async listFiring(limit) {
      return await session
        .db()
        .selectFrom('alerts')
        .selectAll()
        .where('state', '=', 'firing')
        .orderBy('changedAtMs', 'desc')
        .orderBy('alertId')
        .limit(limit)
        .execute();
    },
  };
}

/** Inserts alerts, or replaces those that are older; part of the predictor's checkpoint. */
export async function upsertAlerts(session: Session, alerts: readonly AlertRow[]): Promise<void> {
  const newest = onePerId(alerts, (row) => row.alertId, isNewer);
  for (const chunk of inChunks(newest)) {
    await session
      .db()
      .insertInto('alerts')
      .values(chunk)
      .onConflict((conflict) =>
        conflict
          .column('alertId')
          .doUpdateSet(({ ref }) => ({
            revision: ref('excluded.revision'),
            state: ref('excluded.state'),
            severity: ref('excluded.severity'),
            changedAtMs: ref('excluded.changedAtMs'),
            expiresAtMs: ref('excluded.expiresAtMs'),
            keyId: ref('excluded.keyId'),
            box: ref('excluded.box'),
          }))
          .where(({ eb, ref, and, or }) =>
            or([
              eb(ref('excluded.revision'), '>', ref('alerts.revision')),
              and([
                eb(ref('excluded.revision'), '=', ref('alerts.revision')),
                eb(ref('excluded.changedAtMs'), '>', ref('alerts.changedAtMs')),
              ]),
            ]),
          ),
      )
      .execute();
  }
}

const isNewer = (row: AlertRow, than: AlertRow): boolean =>
  row.revision > than.revision || (row.revision === than.revision && row.changedAtMs > than.changedAtMs);
