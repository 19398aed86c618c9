import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { DialectTypes } from './dialect-types.ts';

/** Rules that may raise silent cards only, written by the predictor, and what operators say to that, by the api. */
export const restraints = (types: DialectTypes): Migration => ({
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('ruleRestraints')
      .addColumn('restraintId', 'text', (column) => column.primaryKey())
      .addColumn('ruleId', 'text', (column) => column.notNull())
      .addColumn('ruleVersion', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('sinceMs', 'bigint', (column) => column.notNull())
      .addColumn('figures', 'text', (column) => column.notNull())
      .addColumn('endedAtMs', 'bigint')
      .execute();
    await db.schema.createIndex('ruleRestraintsBySince').on('ruleRestraints').column('sinceMs').execute();
    await db.schema
      .createTable('restraintAnswers')
      .addColumn('sequence', types.sequence, types.sequenceKey)
      .addColumn('restraintId', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('by', 'text', (column) => column.notNull())
      .addColumn('atMs', 'bigint', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('restraintAnswersByRestraint')
      .on('restraintAnswers')
      .column('restraintId')
      .execute();
  },
});
