import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Keys that people sign in with instead of a secret, and what they are asked to sign; written by the api. */
export const passkeys: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('passkeys')
      .addColumn('credentialId', 'text', (column) => column.primaryKey())
      .addColumn('personId', 'text', (column) => column.notNull().references('people.personId'))
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('publicKey', 'text', (column) => column.notNull())
      .addColumn('counter', 'bigint', (column) => column.notNull())
      .addColumn('createdAtMs', 'bigint', (column) => column.notNull())
      .addColumn('usedAtMs', 'bigint')
      .execute();
    await db.schema.createIndex('passkeysByPerson').on('passkeys').column('personId').execute();
    await db.schema
      .createTable('challenges')
      .addColumn('challenge', 'text', (column) => column.primaryKey())
      .addColumn('personId', 'text')
      .addColumn('expiresAtMs', 'bigint', (column) => column.notNull())
      .execute();
  },
};
