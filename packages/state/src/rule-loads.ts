import { type RuleLoad, ruleLoadKind } from '@outrider/domain';
import type { Session } from './session.ts';
import type { RuleLoads } from './state.ts';
import type { Tables } from './tables.ts';

/** As long as what warnings were worth is kept. */
const KEPT_MS = 400 * 24 * 3_600_000;

export const createRuleLoads = (session: Session): RuleLoads => ({
  append: (load) => session.transaction(() => insertLoad(session, load)),
  async list({ limit, beforeMs }) {
    const rows = await newestFirst(session)
      .$if(beforeMs !== undefined, (query) => query.where('atMs', '<', beforeMs ?? 0))
      .limit(limit)
      .execute();
    return rows.flatMap(toLoads);
  },
  async newestTaken() {
    const row = await newestFirst(session).where('kind', '!=', 'refused').limit(1).executeTakeFirst();
    return row && toLoads(row)[0];
  },
});

const newestFirst = (session: Session) =>
  session.db().selectFrom('ruleLoads').selectAll().orderBy('atMs', 'desc').orderBy('loadId');

async function insertLoad(session: Session, { lines, rules, ...load }: RuleLoad): Promise<void> {
  await session
    .db()
    .insertInto('ruleLoads')
    .values({ ...load, lines: JSON.stringify(lines), rules: JSON.stringify(rules) })
    .onConflict((conflict) => conflict.column('loadId').doNothing())
    .execute();
  await session
    .db()
    .deleteFrom('ruleLoads')
    .where('atMs', '<', load.atMs - KEPT_MS)
    .execute();
}

/** A kind that only a newer version knows is that one's to show. */
function toLoads(row: Tables['ruleLoads']): readonly RuleLoad[] {
  const kind = ruleLoadKind.safeParse(row.kind);
  if (!kind.success) return [];
  const lines: RuleLoad['lines'] = JSON.parse(row.lines);
  const rules: RuleLoad['rules'] = JSON.parse(row.rules);
  return [{ ...row, kind: kind.data, lines, rules }];
}
