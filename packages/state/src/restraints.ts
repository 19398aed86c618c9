import type { NewRestraint, RestraintAnswer, RuleRestraint } from '@outrider/domain';
import { restraintKind } from '@outrider/domain';
import type { Session } from './session.ts';
import type { Restraints } from './state.ts';

export function createRestraints(session: Session): Restraints {
  return {
    list: (limit) => listRestraints(session, limit),
    raise: (restraint) => insertRestraint(session, restraint),
    async end(restraintId, atMs) {
      const ended = await session
        .db()
        .updateTable('ruleRestraints')
        .set({ endedAtMs: atMs })
        .where('restraintId', '=', restraintId)
        .where('endedAtMs', 'is', null)
        .executeTakeFirst();
      return ended.numUpdatedRows > 0n;
    },
    async answer(restraintId, { kind, by, atMs }) {
      await session.db().insertInto('restraintAnswers').values({ restraintId, kind, by, atMs }).execute();
    },
  };
}

async function insertRestraint(session: Session, { figures, ...row }: NewRestraint): Promise<boolean> {
  const inserted = await session
    .db()
    .insertInto('ruleRestraints')
    .values({ ...row, figures: JSON.stringify(figures), endedAtMs: null })
    .onConflict((conflict) => conflict.column('restraintId').doNothing())
    .executeTakeFirst();
  return (inserted.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

async function listRestraints(session: Session, limit: number): Promise<readonly RuleRestraint[]> {
  const rows = await session
    .db()
    .selectFrom('ruleRestraints')
    .selectAll()
    .orderBy('sinceMs', 'desc')
    .orderBy('restraintId')
    .limit(limit)
    .execute();
  const ids = rows.map(({ restraintId }) => restraintId);
  const said =
    ids.length === 0
      ? []
      : await session
          .db()
          .selectFrom('restraintAnswers')
          .selectAll()
          .where('restraintId', 'in', ids)
          .orderBy('sequence')
          .execute();
  const answers = new Map<string, RestraintAnswer>(
    said.map(({ restraintId, kind, by, atMs }) => [restraintId, { kind, by, atMs }]),
  );
  return rows.flatMap((row): RuleRestraint[] => {
    const kind = restraintKind.safeParse(row.kind);
    // A kind that only a newer version knows is that one's to keep.
    if (!kind.success) return [];
    const figures: Readonly<Record<string, number>> = JSON.parse(row.figures);
    return [{ ...row, kind: kind.data, figures, answer: answers.get(row.restraintId) ?? null }];
  });
}
