import { upsertAlerts } from './alerts.ts';
import { clearDoubtsOfHeeded } from './answers.ts';
import { fromOffsets, inChunks, onePerId, toOffsets } from './columns.ts';
import { insertOutbox } from './outbox.ts';
import { insertLabels } from './quality-labels.ts';
import { insertFirings } from './rule-firings.ts';
import type { Session } from './session.ts';
import type { CheckpointWrite, PredictorState, VehicleBlob } from './state.ts';

export function createPredictorState(session: Session): PredictorState {
  return {
    async readCheckpoint(partition) {
      const row = await session
        .db()
        .selectFrom('checkpoints')
        .selectAll()
        .where('partition', '=', partition)
        .executeTakeFirst();
      return row && { ...row, offsets: fromOffsets(row.offsets) };
    },
    async readVehicles(partition) {
      return await session
        .db()
        .selectFrom('vehicleStates')
        .select(['vehicleId', 'version', 'keyId', 'box'])
        .where('partition', '=', partition)
        .orderBy('vehicleId')
        .execute();
    },
    async findVehicles(ids) {
      return await session
        .db()
        .selectFrom('vehicleStates')
        .select(['vehicleId', 'version', 'keyId', 'box'])
        .where('vehicleId', 'in', ids)
        .orderBy('vehicleId')
        .execute();
    },
    writeCheckpoint: (write) =>
      session.transaction(async () => {
        if (!(await moveCheckpoint(session, write))) return false;
        await upsertVehicles(session, write.partition, write.vehicles);
        await upsertAlerts(session, write.alerts);
        await insertOutbox(session, write.outbox);
        await insertLabels(session, write.labels);
        await insertFirings(session, write.firings ?? []);
        await clearDoubtsOfHeeded(session, write.heeded ?? []);
        return true;
      }),
  };
}

/** Compare and set: false when the row is not as it was read. */
async function moveCheckpoint(
  session: Session,
  { partition, previous, next }: CheckpointWrite,
): Promise<boolean> {
  const row = {
    partition,
    generation: next.generation,
    offsets: toOffsets(next.offsets),
    savedAtMs: next.savedAtMs,
  };
  if (previous === undefined) {
    const inserted = await session
      .db()
      .insertInto('checkpoints')
      .values(row)
      .onConflict((conflict) => conflict.column('partition').doNothing())
      .executeTakeFirst();
    return (inserted.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }
  const updated = await session
    .db()
    .updateTable('checkpoints')
    .set(row)
    .where('partition', '=', partition)
    .where('generation', '=', previous.generation)
    .where('offsets', '=', toOffsets(previous.offsets))
    .executeTakeFirst();
  return updated.numUpdatedRows > 0n;
}

async function upsertVehicles(
  session: Session,
  partition: number,
  vehicles: readonly VehicleBlob[],
): Promise<void> {
  const last = onePerId(
    vehicles,
    (blob) => blob.vehicleId,
    () => true,
  );
  for (const chunk of inChunks(last)) {
    await session
      .db()
      .insertInto('vehicleStates')
      .values(chunk.map((blob) => ({ ...blob, partition })))
      .onConflict((conflict) =>
        conflict.column('vehicleId').doUpdateSet(({ ref }) => ({
          partition: ref('excluded.partition'),
          version: ref('excluded.version'),
          keyId: ref('excluded.keyId'),
          box: ref('excluded.box'),
        })),
      )
      .execute();
  }
}
