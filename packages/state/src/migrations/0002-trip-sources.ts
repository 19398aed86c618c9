import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Calendars and weekly habits, and which trips come from them. */
export const tripSources: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('tripSources')
      .addColumn('sourceId', 'text', (column) => column.primaryKey())
      .addColumn('vehicleId', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('createdAtMs', 'bigint', (column) => column.notNull())
      .addColumn('keyId', 'text', (column) => column.notNull())
      .addColumn('box', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('tripSourcesByVehicle').on('tripSources').column('vehicleId').execute();
    await db.schema.alterTable('trips').addColumn('sourceId', 'text').execute();
    await db.schema.createIndex('tripsBySource').on('trips').column('sourceId').execute();
  },
};
