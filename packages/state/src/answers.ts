import { inChunks } from './columns.ts';
import type { Session } from './session.ts';
import type { Notifications } from './state.ts';

// What people said to advice: each to the same advice, and about a rule as a whole.

type Answers = Pick<Notifications, 'insertAnswer' | 'findAnswer' | 'forgetAnswers'>;

export function answers(session: Session): Answers {
  return {
    async insertAnswer(answer) {
      const { kind, atMs, probability } = answer;
      await session
        .db()
        .insertInto('answers')
        .values(answer)
        .onConflict((conflict) =>
          conflict
            .columns(['personId', 'vehicleId', 'ruleId', 'subject'])
            .doUpdateSet({ kind, atMs, probability })
            .whereRef('excluded.atMs', '>=', 'answers.atMs'),
        )
        .execute();
    },
    async findAnswer({ personId, vehicleId, ruleId, subject }) {
      return await session
        .db()
        .selectFrom('answers')
        .select(['kind', 'atMs', 'probability'])
        .where('personId', '=', personId)
        .where('vehicleId', '=', vehicleId)
        .where('ruleId', '=', ruleId)
        .where('subject', '=', subject)
        .executeTakeFirst();
    },
    async forgetAnswers({ answeredByMs, doubtedByMs }) {
      await session.db().deleteFrom('answers').where('atMs', '<=', answeredByMs).execute();
      await session.db().deleteFrom('doubts').where('atMs', '<=', doubtedByMs).execute();
    },
  };
}

type Doubts = Pick<Notifications, 'putDoubts' | 'findDoubts' | 'listDoubts' | 'clearDoubts'>;

export function doubts(session: Session): Doubts {
  return {
    async putDoubts(row) {
      const { times, alertId, atMs, probability } = row;
      await session
        .db()
        .insertInto('doubts')
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(['personId', 'ruleId']).doUpdateSet({ times, alertId, atMs, probability }),
        )
        .execute();
    },
    async findDoubts(personId, ruleId) {
      return await session
        .db()
        .selectFrom('doubts')
        .selectAll()
        .where('personId', '=', personId)
        .where('ruleId', '=', ruleId)
        .executeTakeFirst();
    },
    async listDoubts(personId) {
      return await session
        .db()
        .selectFrom('doubts')
        .selectAll()
        .where('personId', '=', personId)
        .orderBy('ruleId')
        .execute();
    },
    async clearDoubts(personId, ruleId) {
      const cleared = await session
        .db()
        .deleteFrom('doubts')
        .where('personId', '=', personId)
        .where('ruleId', '=', ruleId)
        .executeTakeFirst();
      return cleared.numDeletedRows > 0n;
    },
  };
}

/**
 * Whoever heard these alerts, and acted, found them useful; part of the predictor's checkpoint. What somebody said of
 * the same warning themselves says more than what the car did.
 */
export async function clearDoubtsOfHeeded(session: Session, alertIds: readonly string[]): Promise<void> {
  for (const chunk of inChunks([...new Set(alertIds)])) {
    const heard = await session
      .db()
      .selectFrom('notifications')
      .select(['personId', 'ruleId'])
      .distinct()
      .where('alertId', 'in', chunk)
      .where('state', 'in', ['sent', 'delivered', 'read'])
      .execute();
    for (const { personId, ruleId } of heard)
      if (personId !== null)
        await session
          .db()
          .deleteFrom('doubts')
          .where('personId', '=', personId)
          .where('ruleId', '=', ruleId)
          .where('alertId', 'not in', chunk)
          .execute();
  }
}
