import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Which rules ran when, and which were refused; written by the predictor. */
export const ruleLoads: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('ruleLoads')
      .addColumn('loadId', 'text', (column) => column.primaryKey())
      .addColumn('atMs', 'bigint', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('process', 'text', (column) => column.notNull())
      .addColumn('setId', 'text', (column) => column.notNull())
      .addColumn('beforeId', 'text')
      .addColumn('lines', 'text', (column) => column.notNull())
      .addColumn('rules', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('ruleLoadsByTime').on('ruleLoads').column('atMs').execute();
  },
};
