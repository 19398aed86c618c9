import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Cars on which every rule is tried, so that somebody notices when warnings stop arriving. */
export const canary: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable('vehicles')
      .addColumn('isCanary', 'integer', (column) => column.notNull().defaultTo(0))
      .execute();
  },
};
