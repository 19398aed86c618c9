import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Cars that do not exist, and what came of their stretches: told from real ones wherever figures are made. */
export const synthetic: Migration = {
  async up(db: Kysely<unknown>) {
    for (const table of ['vehicles', 'stretchLabels'])
      await db.schema
        .alterTable(table)
        .addColumn('isSynthetic', 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
  },
};
