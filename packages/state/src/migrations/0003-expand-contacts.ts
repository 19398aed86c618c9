import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Addresses that people proved to be theirs, and the texts that prove them. */
export const contacts: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('contacts')
      .addColumn('contactId', 'text', (column) => column.primaryKey())
      .addColumn('personId', 'text', (column) => column.notNull())
      .addColumn('channel', 'text', (column) => column.notNull())
      .addColumn('target', 'text', (column) => column.notNull())
      .addColumn('verifiedAtMs', 'bigint', (column) => column.notNull())
      .addColumn('stoppedAtMs', 'bigint')
      .execute();
    await db.schema.createIndex('contactsByPerson').on('contacts').column('personId').execute();
    await db.schema.createIndex('contactsByTarget').on('contacts').columns(['target', 'channel']).execute();
    await db.schema
      .createTable('serviceTexts')
      .addColumn('textId', 'text', (column) => column.primaryKey())
      .addColumn('personId', 'text', (column) => column.notNull())
      .addColumn('kind', 'text', (column) => column.notNull())
      .addColumn('channel', 'text', (column) => column.notNull())
      .addColumn('target', 'text', (column) => column.notNull())
      .addColumn('requestedAtMs', 'bigint', (column) => column.notNull())
      .addColumn('expiresAtMs', 'bigint', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('codeHash', 'text')
      .addColumn('attemptsLeft', 'integer', (column) => column.notNull())
      .execute();
    await db.schema
      .createIndex('serviceTextsByState')
      .on('serviceTexts')
      .columns(['state', 'expiresAtMs'])
      .execute();
    await db.schema.createIndex('serviceTextsByTime').on('serviceTexts').column('requestedAtMs').execute();
  },
};
