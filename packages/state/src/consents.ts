import { fromFlag, inChunks, toFlag } from './columns.ts';
import type { Session } from './session.ts';
import type { Consent, Consents } from './state.ts';

export function createConsents(session: Session): Consents {
  return {
    async insert(consent) {
      await session
        .db()
        .insertInto('consents')
        .values({ ...consent, isGranted: toFlag(consent.isGranted) })
        .execute();
    },
    async current(vehicleIds) {
      const all: Consent[] = [];
      for (const chunk of inChunks(vehicleIds)) {
        for (const row of await newestOf(session, chunk))
          all.push({ ...row, isGranted: fromFlag(row.isGranted) });
      }
      return all;
    },
  };
}

/** Of two rows with the same instant the one written later holds. */
function newestOf(session: Session, vehicleIds: readonly string[]) {
  const columns = ['personId', 'vehicleId', 'purpose', 'isGranted', 'textVersion', 'atMs'] as const;
  return session
    .db()
    .with('ranked', (db) =>
      db
        .selectFrom('consents')
        .select(columns)
        .select(({ fn }) =>
          fn
            .agg<number>('row_number')
            .over((over) =>
              over
                .partitionBy(['personId', 'vehicleId', 'purpose'])
                .orderBy('atMs', 'desc')
                .orderBy('sequence', 'desc'),
            )
            .as('rank'),
        )
        .where('vehicleId', 'in', vehicleIds),
    )
    .selectFrom('ranked')
    .select(columns)
    .where('rank', '=', 1)
    .orderBy('vehicleId')
    .orderBy('personId')
    .orderBy('purpose')
    .execute();
}
