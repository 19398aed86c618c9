import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Warnings that somebody found not useful, and why: no car, no person, no time finer than a day. */
export const ruleOpinions: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('ruleOpinions')
      .addColumn('opinionId', 'text', (column) => column.primaryKey())
      .addColumn('dayMs', 'bigint', (column) => column.notNull())
      .addColumn('ruleId', 'text', (column) => column.notNull())
      .addColumn('because', 'text')
      .addColumn('isSynthetic', 'integer', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('ruleOpinionsByDay').on('ruleOpinions').column('dayMs').execute();
  },
};
