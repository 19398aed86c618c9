import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The fleet an owner counts a car to: rules can be for some fleets only. */
export const fleets: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('vehicles').addColumn('fleet', 'text').execute();
    await db.schema.createIndex('vehiclesByFleet').on('vehicles').column('fleet').execute();
  },
};
