import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What warnings were worth, by stretch: no car, no person, no place. */
export const quality: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('stretchLabels')
      .addColumn('labelId', 'text', (column) => column.primaryKey())
      .addColumn('dayMs', 'bigint', (column) => column.notNull())
      .addColumn('label', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('stretchLabelsByDay').on('stretchLabels').column('dayMs').execute();
  },
};
