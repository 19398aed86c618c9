import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What a provider or a person said about a message while it was being sent, until its sender heeds it. */
export const words: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('notifications').addColumn('words', 'text').execute();
  },
};
