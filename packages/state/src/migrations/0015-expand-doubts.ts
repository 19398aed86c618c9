import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Warnings of a rule that a person called not useful one after the other. */
export const doubts: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('doubts')
      .addColumn('personId', 'text', (column) => column.notNull())
      .addColumn('ruleId', 'text', (column) => column.notNull())
      .addColumn('times', 'integer', (column) => column.notNull())
      .addColumn('alertId', 'text', (column) => column.notNull())
      .addColumn('atMs', 'bigint', (column) => column.notNull())
      .addColumn('probability', 'double precision', (column) => column.notNull())
      .addPrimaryKeyConstraint('doubtsKey', ['personId', 'ruleId'])
      .execute();
  },
};
