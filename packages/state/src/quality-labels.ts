import { type StretchLabel, stretchLabel } from '@outrider/domain';
import { inChunks, onePerId, toFlag } from './columns.ts';
import type { Session } from './session.ts';
import type { LabelRow, QualityLabels } from './state.ts';

export function createQualityLabels(session: Session): QualityLabels {
  return {
    async listSince(fromDayMs, limit, { onlyWarned = false, isSynthetic = false } = {}) {
      const rows = await session
        .db()
        .selectFrom('stretchLabels')
        .select('label')
        .where('dayMs', '>=', fromDayMs)
        .where('isSynthetic', '=', toFlag(isSynthetic))
        .$if(onlyWarned, (query) => query.where('label', 'like', '%"ruleId"%'))
        .orderBy('dayMs', 'desc')
        .orderBy('labelId')
        .limit(limit)
        .execute();
      // What a newer version calls otherwise is left out here, as in records.
      return rows.flatMap(({ label }): StretchLabel[] => {
        const read = stretchLabel.safeParse(JSON.parse(label));
        return read.success ? [read.data] : [];
      });
    },
    async countSince(fromDayMs, { isSynthetic }) {
      const row = await session
        .db()
        .selectFrom('stretchLabels')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('dayMs', '>=', fromDayMs)
        .where('isSynthetic', '=', toFlag(isSynthetic))
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },
  };
}

const DAY_MS = 24 * 3_600_000;
/** A year, and some days to compare it with the one before. */
const KEPT_DAYS = 400;

/** A label that exists stays; part of the predictor's checkpoint. What is too old goes when newer ones come. */
export async function insertLabels(session: Session, labels: readonly LabelRow[]): Promise<void> {
  for (const chunk of inChunks(
    onePerId(
      labels,
      ({ labelId }) => labelId,
      () => false,
    ),
  )) {
    await session
      .db()
      .insertInto('stretchLabels')
      .values(
        chunk.map(({ labelId, label, isSynthetic }) => ({
          ...{ labelId, dayMs: label.dayMs, label: JSON.stringify(label) },
          isSynthetic: toFlag(isSynthetic === true),
        })),
      )
      .onConflict((conflict) => conflict.column('labelId').doNothing())
      .execute();
    const newestMs = Math.max(...chunk.map(({ label }) => label.dayMs));
    await session
      .db()
      .deleteFrom('stretchLabels')
      .where('dayMs', '<', newestMs - KEPT_DAYS * DAY_MS)
      .execute();
  }
}
