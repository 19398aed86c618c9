import { notUsefulBecause, type OpinionCount } from '@outrider/domain';
import { toFlag } from './columns.ts';
import type { Session } from './session.ts';
import type { RuleOpinions } from './state.ts';

const DAY_MS = 24 * 3_600_000;
/** As long as labels of stretches. */
const KEPT_DAYS = 400;

export const createRuleOpinions = (session: Session): RuleOpinions => ({
  async put({ isSynthetic, ...opinion }) {
    await session
      .db()
      .insertInto('ruleOpinions')
      .values({ ...opinion, isSynthetic: toFlag(isSynthetic) })
      .onConflict((conflict) =>
        conflict.column('opinionId').doUpdateSet(({ ref, fn }) => ({
          // Who says it again without a reason takes none back.
          because: fn.coalesce(ref('excluded.because'), ref('ruleOpinions.because')),
        })),
      )
      .execute();
    await session
      .db()
      .deleteFrom('ruleOpinions')
      .where('dayMs', '<', opinion.dayMs - KEPT_DAYS * DAY_MS)
      .execute();
  },
  async countSince(fromDayMs, { isSynthetic }) {
    const rows = await session
      .db()
      .selectFrom('ruleOpinions')
      .select(['ruleId', 'because', ({ fn }) => fn.countAll<number | string>().as('count')])
      .where('dayMs', '>=', fromDayMs)
      .where('isSynthetic', '=', toFlag(isSynthetic))
      .groupBy(['ruleId', 'because'])
      .orderBy('ruleId')
      .orderBy('because')
      .execute();
    return rows.map(({ ruleId, because, count }): OpinionCount => {
      // A reason of a newer version counts as none that we know.
      const known = notUsefulBecause.safeParse(because);
      return { ruleId, because: known.success ? known.data : null, count: Number(count) };
    });
  },
});
