import type { ExpressionBuilder } from 'kysely';
import { answers, doubts } from './answers.ts';
import { askedAlerts } from './asked-alerts.ts';
import { fromFlag, inChunks, onePerId, toFlag } from './columns.ts';
import { failedMessages } from './failed-messages.ts';
import type { Session } from './session.ts';
import type { ClaimedNotification, NotificationRow, Notifications, Word } from './state.ts';
import type { Tables } from './tables.ts';

export function createNotifications(session: Session): Notifications {
  return {
    ...rows(session),
    ...noted(session),
    ...lists(session),
    ...askedAlerts(session),
    ...offsets(session),
    ...answers(session),
    ...doubts(session),
    ...failedMessages(session),
  };
}

type Rows = Pick<Notifications, 'insert' | 'find' | 'claim' | 'finish'>;
type Noted = Pick<Notifications, 'note' | 'words'>;

function rows(session: Session): Rows {
  return {
    insert: (notifications) =>
      session.transaction(async () => {
        const first = onePerId(
          notifications,
          (row) => row.notificationId,
          () => false,
        );
        for (const chunk of inChunks(first)) {
          await session
            .db()
            .insertInto('notifications')
            .values(chunk.map(toColumns))
            .onConflict((conflict) => conflict.column('notificationId').doNothing())
            .execute();
        }
      }),
    async find(notificationId) {
      const row = await session
        .db()
        .selectFrom('notifications')
        .selectAll()
        .where('notificationId', '=', notificationId)
        .$if(session.locksRows(), (query) => query.forNoKeyUpdate())
        .executeTakeFirst();
      return row && toRow(row);
    },
    claim: (options) => claim(session, options),
    async finish(notificationId, leaseId, change) {
      const result = await session
        .db()
        .updateTable('notifications')
        .set({ ...change, leaseId: null, leaseUntilMs: change.leaseUntilMs ?? null, words: null })
        .where('notificationId', '=', notificationId)
        .where('leaseId', leaseId === null ? 'is' : '=', leaseId)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },
  };
}

/**
 * One statement finds and leases, and it asks again when it writes: two workers never get the same row. Where
 * others claim at the same time, rows they are about to lease are skipped, not waited for.
 */
async function claim(
  session: Session,
  { nowMs, realNowMs, leaseUntilMs, leaseId, limit }: Parameters<Notifications['claim']>[0],
): Promise<readonly ClaimedNotification[]> {
  const isDue = (where: ExpressionBuilder<Tables, 'notifications'>) =>
    where.and([
      where('state', '=', 'waiting'),
      where('notBeforeMs', '<=', nowMs),
      where.or([where('leaseUntilMs', 'is', null), where('leaseUntilMs', '<=', realNowMs)]),
    ]);
  const due = session
    .db()
    .selectFrom('notifications')
    .select('sequence')
    .where(isDue)
    .orderBy('sequence')
    .limit(limit)
    .$if(session.isShared, (query) => query.forUpdate().skipLocked());
  const claimed = await session
    .db()
    // Locked once: as a subquery a planner may run it again for each row.
    .with('due', () => due)
    .updateTable('notifications')
    .set({ leaseId, leaseUntilMs })
    .where('sequence', 'in', (inside) => inside.selectFrom('due').select('due.sequence'))
    .where(isDue)
    .returningAll()
    .execute();
  return claimed
    .toSorted((one, other) => one.sequence - other.sequence)
    .map((row) => ({ row: toRow(row), leaseId, words: wordsOf(row.words) }));
}

/** More than a provider has to say about one message; what comes later is not kept. */
const WORDS_MAX = 16;

function noted(session: Session): Noted {
  const read = (notificationId: string) =>
    session
      .db()
      .selectFrom('notifications')
      .select(['words', 'leaseId'])
      .where('notificationId', '=', notificationId)
      .$if(session.locksRows(), (query) => query.forNoKeyUpdate())
      .executeTakeFirst();
  return {
    note: (notificationId, word) =>
      session.transaction(async () => {
        const row = await read(notificationId);
        if (row === undefined || row.leaseId === null) return false;
        const words = JSON.stringify([...wordsOf(row.words), word].slice(0, WORDS_MAX));
        await session
          .db()
          .updateTable('notifications')
          .set({ words })
          .where('notificationId', '=', notificationId)
          .execute();
        return true;
      }),
    words: async (notificationId) => wordsOf((await read(notificationId))?.words ?? null),
  };
}

/** Written by `note` alone. */
const wordsOf = (json: string | null): readonly Word[] => (json === null ? [] : (JSON.parse(json) as Word[]));

type Lists = Pick<
  Notifications,
  'listOfVehicle' | 'listOfPerson' | 'listOfAlert' | 'listOfSubject' | 'providerIdOf' | 'countWaiting'
>;

function lists(session: Session): Lists {
  const newest = async (of: 'vehicleId' | 'personId', id: string, sinceMs: number, limit: number) => {
    const found = await session
      .db()
      .selectFrom('notifications')
      .selectAll()
      .where(of, '=', id)
      .where('createdAtMs', '>=', sinceMs)
      .orderBy('createdAtMs', 'desc')
      .orderBy('sequence', 'desc')
      .limit(limit)
      .execute();
    return found.map(toRow);
  };
  return {
    listOfVehicle: (vehicleId, sinceMs, limit) => newest('vehicleId', vehicleId, sinceMs, limit),
    listOfPerson: (personId, sinceMs, limit) => newest('personId', personId, sinceMs, limit),
    async listOfAlert(alertId) {
      const found = await session
        .db()
        .selectFrom('notifications')
        .selectAll()
        .where('alertId', '=', alertId)
        .orderBy('sequence')
        .execute();
      return found.map(toRow);
    },
    async listOfSubject({ personId, ruleId, subject }, sinceMs) {
      const found = await session
        .db()
        .selectFrom('notifications')
        .selectAll()
        .where('personId', '=', personId)
        .where('createdAtMs', '>=', sinceMs)
        .where('ruleId', '=', ruleId)
        .where('subject', '=', subject)
        .orderBy('sequence')
        .execute();
      return found.map(toRow);
    },
    async providerIdOf({ alertId, personId, channel }) {
      const row = await session
        .db()
        .selectFrom('notifications')
        .select('providerId')
        .where('alertId', '=', alertId)
        .where('personId', '=', personId)
        .where('channel', '=', channel)
        .where('providerId', 'is not', null)
        .orderBy('sequence', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row?.providerId ?? undefined;
    },
    async countWaiting() {
      const row = await session
        .db()
        .selectFrom('notifications')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('state', '=', 'waiting')
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },
  };
}

type Offsets = Pick<Notifications, 'readOffsets' | 'writeOffset'>;

function offsets(session: Session): Offsets {
  return {
    async readOffsets(partition) {
      // Whoever decides on the ground of an offset is alone with its partition until it is moved.
      await session.enter(`notifier-offsets/${partition}`);
      const found = await session
        .db()
        .selectFrom('notifierOffsets')
        .select(['topic', 'nextOffset'])
        .where('partition', '=', partition)
        .execute();
      return new Map(found.map(({ topic, nextOffset }) => [topic, nextOffset]));
    },
    async writeOffset(partition, topic, nextOffset) {
      await session
        .db()
        .insertInto('notifierOffsets')
        .values({ partition, topic, nextOffset })
        .onConflict((conflict) => conflict.columns(['partition', 'topic']).doUpdateSet({ nextOffset }))
        .execute();
    },
  };
}

const toColumns = (row: NotificationRow) => ({
  ...row,
  interrupts: toFlag(row.interrupts),
  leaseId: null,
  leaseUntilMs: null,
  words: null,
  providerId: null,
});

const toRow = ({
  sequence: _sequence,
  leaseId: _leaseId,
  leaseUntilMs: _leaseUntilMs,
  words: _words,
  providerId: _providerId,
  ...row
}: Omit<Tables['notifications'], 'sequence'> & { readonly sequence: number }): NotificationRow => ({
  ...row,
  interrupts: fromFlag(row.interrupts),
});
