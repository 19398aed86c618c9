import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** When alerts interrupted first: what tells that a rule fires for too much of the fleet at once. */
export const ruleFirings: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('ruleFirings')
      .addColumn('alertId', 'text', (column) => column.primaryKey())
      .addColumn('ruleId', 'text', (column) => column.notNull())
      .addColumn('ruleVersion', 'text', (column) => column.notNull())
      .addColumn('vehicleId', 'text', (column) => column.notNull())
      .addColumn('atMs', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('ruleFiringsByRule')
      .on('ruleFirings')
      .columns(['ruleId', 'ruleVersion', 'atMs'])
      .execute();
    await db.schema.createIndex('ruleFiringsByTime').on('ruleFirings').column('atMs').execute();
  },
};
