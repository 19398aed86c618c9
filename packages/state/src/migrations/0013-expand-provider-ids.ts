import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What a provider calls a message that it took, so that a later word can take its place. */
export const providerIds: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('notifications').addColumn('providerId', 'text').execute();
  },
};
