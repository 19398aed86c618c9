import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Who has which part in a vehicle for a time, and messages by whom they are for. */
export const assignments: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('assignments')
      .addColumn('assignmentId', 'text', (column) => column.primaryKey())
      .addColumn('vehicleId', 'text', (column) => column.notNull().references('vehicles.vehicleId'))
      .addColumn('personId', 'text', (column) => column.notNull().references('people.personId'))
      .addColumn('part', 'text', (column) => column.notNull())
      .addColumn('keyId', 'text', (column) => column.notNull())
      .addColumn('fromMs', 'bigint', (column) => column.notNull())
      .addColumn('toMs', 'bigint')
      .execute();
    const index = (name: string) => db.schema.createIndex(name).on('assignments');
    await index('assignmentsByVehicle').columns(['vehicleId', 'fromMs']).execute();
    await index('assignmentsByPerson').columns(['personId', 'fromMs']).execute();
    await index('assignmentsByBeginning').column('fromMs').execute();
    await index('assignmentsByEnd').column('toMs').execute();
    await db.schema
      .createIndex('notificationsByPerson')
      .on('notifications')
      .columns(['personId', 'createdAtMs'])
      .execute();
  },
};
