import { inChunks, onePerId } from './columns.ts';
import type { Session } from './session.ts';
import type { FiringRow, RuleFirings } from './state.ts';

export const createRuleFirings = (session: Session): RuleFirings => ({
  async countCars({ ruleId, ruleVersion, fromMs, toMs }) {
    const { cars } = await session
      .db()
      .selectFrom('ruleFirings')
      .select(({ fn }) => fn.count<number | string>('vehicleId').distinct().as('cars'))
      .where('ruleId', '=', ruleId)
      .where('ruleVersion', '=', ruleVersion)
      .where('atMs', '>=', fromMs)
      .where('atMs', '<=', toMs)
      .executeTakeFirstOrThrow();
    return Number(cars);
  },
});

/** Longer than any alert goes on being told. */
const KEPT_MS = 30 * 24 * 3_600_000;

/** An alert that fired before stays with its first moment; part of the predictor's checkpoint. */
export async function insertFirings(session: Session, firings: readonly FiringRow[]): Promise<void> {
  const first = onePerId(
    firings,
    ({ alertId }) => alertId,
    (row, than) => row.atMs < than.atMs,
  );
  for (const chunk of inChunks(first)) {
    await session
      .db()
      .insertInto('ruleFirings')
      .values(chunk)
      .onConflict((conflict) => conflict.column('alertId').doNothing())
      .execute();
    const newestMs = Math.max(...chunk.map(({ atMs }) => atMs));
    await session
      .db()
      .deleteFrom('ruleFirings')
      .where('atMs', '<', newestMs - KEPT_MS)
      .execute();
  }
}
