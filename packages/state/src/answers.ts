import type { Session } from './session.ts';
import type { Notifications } from './state.ts';

// What people said to advice: each to the same advice, and about a rule as a whole.

type Answers = Pick<Notifications, 'insertAnswer' | 'findAnswer'>;

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
  };
}

type Doubts = Pick<Notifications, 'putDoubts' | 'findDoubts' | 'clearDoubts'>;

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
    async clearDoubts(personId, ruleId) {
      await session
        .db()
        .deleteFrom('doubts')
        .where('personId', '=', personId)
        .where('ruleId', '=', ruleId)
        .execute();
    },
  };
}
