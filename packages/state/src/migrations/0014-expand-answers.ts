import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * What each person answered to advice; takes the place of `declines`, which knew only the car. That table is left to
 * the version before.
 */
export const answers: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('answers')
      .addColumn('personId', 'text', (column) => column.notNull())
      .addColumn('vehicleId', 'text', (column) => column.notNull())
      .addColumn('ruleId', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('atMs', 'bigint', (column) => column.notNull())
      .addColumn('probability', 'double precision', (column) => column.notNull())
      .addPrimaryKeyConstraint('answersKey', ['personId', 'vehicleId', 'ruleId', 'subject'])
      .execute();
  },
};
