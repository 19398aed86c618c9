import { inChunks, onePerId, toFlag } from './columns.ts';
import type { Session } from './session.ts';
import type { Outbox, OutboxRow } from './state.ts';

const NO_HEADERS = '{}';

export function createOutbox(session: Session): Outbox {
  return {
    inTurn: (writer, work) => session.alone(`outbox/${writer}`, work),
    insert: (rows) => session.transaction(() => insertOutbox(session, rows)),
    async pending(writer, limit) {
      const rows = await session
        .db()
        .selectFrom('outbox')
        .select(['outboxId', 'writer', 'topic', 'key', 'value', 'headers', 'createdAtMs'])
        .where('writer', '=', writer)
        .where('isPublished', '=', toFlag(false))
        .orderBy('sequence')
        .limit(limit)
        .execute();
      return rows.map((row) => ({ ...row, headers: JSON.parse(row.headers) as OutboxRow['headers'] }));
    },
    markPublished: (outboxIds) =>
      session.transaction(async () => {
        for (const chunk of inChunks(outboxIds)) {
          await session
            .db()
            .updateTable('outbox')
            .set({ isPublished: toFlag(true), value: null, headers: NO_HEADERS })
            .where('outboxId', 'in', chunk)
            .execute();
        }
      }),
  };
}

/** Adds rows in this order; part of the predictor's checkpoint too. */
export async function insertOutbox(session: Session, rows: readonly OutboxRow[]): Promise<void> {
  const first = onePerId(
    rows,
    (row) => row.outboxId,
    () => false,
  );
  for (const chunk of inChunks(first)) {
    await session
      .db()
      .insertInto('outbox')
      .values(
        chunk.map((row) => ({ ...row, headers: JSON.stringify(row.headers), isPublished: toFlag(false) })),
      )
      .onConflict((conflict) => conflict.column('outboxId').doNothing())
      .execute();
  }
}
