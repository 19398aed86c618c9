import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The line on the feed that says whether a car's trip is watched: one per car, written by the notifier. */
export const watchLines: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('watchLines')
      .addColumn('vehicleId', 'text', (column) => column.primaryKey())
      .addColumn('tripId', 'text', (column) => column.notNull())
      .addColumn('personId', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('revision', 'integer', (column) => column.notNull())
      .addColumn('startedAtMs', 'bigint', (column) => column.notNull())
      .addColumn('changedAtMs', 'bigint', (column) => column.notNull())
      .addColumn('madeAtMs', 'bigint', (column) => column.notNull())
      .addColumn('validUntilMs', 'bigint')
      .addColumn('expiresAtMs', 'bigint', (column) => column.notNull())
      .addColumn('keyId', 'text', (column) => column.notNull())
      .addColumn('box', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('watchLinesByEnd').on('watchLines').column('validUntilMs').execute();
  },
};
