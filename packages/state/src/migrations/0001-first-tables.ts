import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { DialectTypes } from './dialect-types.ts';

/** Instants are `bigint` milliseconds, booleans `integer` 0 or 1, JSON is `text`. */
export const firstTables = (types: DialectTypes): Migration => ({
  async up(db: Kysely<unknown>) {
    await createPeopleAndVehicles(db);
    await createOwnerships(db, types);
    await createTrust(db, types);
    await createTrips(db);
    await createPredictor(db, types);
    await createOutbox(db, types);
    await createNotifier(db, types);
  },
});

async function createPeopleAndVehicles(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('people')
    .addColumn('personId', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('email', 'text')
    .addColumn('phone', 'text')
    .addColumn('webhookUrl', 'text')
    .addColumn('webhookSecret', 'text')
    .addColumn('language', 'text', (column) => column.notNull())
    .addColumn('units', 'text', (column) => column.notNull())
    .addColumn('timeZone', 'text', (column) => column.notNull())
    .addColumn('quietFromMinute', 'integer')
    .addColumn('quietToMinute', 'integer')
    .addColumn('channels', 'text', (column) => column.notNull())
    .addColumn('createdAtMs', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('vehicles')
    .addColumn('vehicleId', 'text', (column) => column.primaryKey())
    .addColumn('label', 'text', (column) => column.notNull())
    .addColumn('modelId', 'text', (column) => column.notNull())
    .addColumn('vin', 'text')
    .addColumn('homeKeyId', 'text')
    .addColumn('homeBox', 'text')
    .addColumn('reserveSocPct', 'double precision', (column) => column.notNull())
    .addColumn('createdAtMs', 'bigint', (column) => column.notNull())
    .execute();
}

async function createOwnerships(db: Kysely<unknown>, types: DialectTypes): Promise<void> {
  await db.schema
    .createTable('subjectKeys')
    .addColumn('keyId', 'text', (column) => column.primaryKey())
    .addColumn('vehicleId', 'text', (column) => column.notNull())
    .addColumn('secret', types.bytes)
    .addColumn('createdAtMs', 'bigint', (column) => column.notNull())
    .addColumn('destroyedAtMs', 'bigint')
    .execute();
  await db.schema.createIndex('subjectKeysByVehicle').on('subjectKeys').column('vehicleId').execute();
  await db.schema
    .createTable('ownerships')
    .addColumn('vehicleId', 'text', (column) => column.notNull().references('vehicles.vehicleId'))
    .addColumn('personId', 'text', (column) => column.notNull().references('people.personId'))
    .addColumn('keyId', 'text', (column) => column.primaryKey().references('subjectKeys.keyId'))
    .addColumn('fromMs', 'bigint', (column) => column.notNull())
    .addColumn('toMs', 'bigint')
    .execute();
  await db.schema
    .createIndex('ownershipsOpen')
    .unique()
    .on('ownerships')
    .column('vehicleId')
    .where(sql.ref('toMs'), 'is', null)
    .execute();
  await db.schema.createIndex('ownershipsByVehicle').on('ownerships').column('vehicleId').execute();
  await db.schema.createIndex('ownershipsByPerson').on('ownerships').column('personId').execute();
}

async function createTrust(db: Kysely<unknown>, types: DialectTypes): Promise<void> {
  await db.schema
    .createTable('consents')
    .addColumn('sequence', types.sequence, types.sequenceKey)
    .addColumn('personId', 'text', (column) => column.notNull().references('people.personId'))
    .addColumn('vehicleId', 'text', (column) => column.notNull().references('vehicles.vehicleId'))
    .addColumn('purpose', 'text', (column) => column.notNull())
    .addColumn('isGranted', 'integer', (column) => column.notNull())
    .addColumn('textVersion', 'text', (column) => column.notNull())
    .addColumn('atMs', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('consentsByVehicle').on('consents').column('vehicleId').execute();
  await db.schema
    .createTable('quarantineKeys')
    .addColumn('keyId', 'text', (column) => column.primaryKey())
    .addColumn('secret', types.bytes, (column) => column.notNull())
    .addColumn('fromMs', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('tokens')
    .addColumn('tokenHash', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('vehicleId', 'text')
    .addColumn('personId', 'text')
    .addColumn('role', 'text')
    .addColumn('createdAtMs', 'bigint', (column) => column.notNull())
    .addColumn('revokedAtMs', 'bigint')
    .execute();
  await db.schema.createIndex('tokensByVehicle').on('tokens').column('vehicleId').execute();
  await db.schema
    .createTable('audit')
    .addColumn('sequence', types.sequence, types.sequenceKey)
    .addColumn('atMs', 'bigint', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('action', 'text', (column) => column.notNull())
    .addColumn('purpose', 'text')
    .addColumn('vehicleId', 'text')
    .execute();
  await db.schema.createIndex('auditByVehicle').on('audit').columns(['vehicleId', 'sequence']).execute();
}

async function createTrips(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('trips')
    .addColumn('tripId', 'text', (column) => column.primaryKey())
    .addColumn('vehicleId', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('departAtMs', 'bigint', (column) => column.notNull())
    .addColumn('isWithdrawn', 'integer', (column) => column.notNull())
    .addColumn('keyId', 'text', (column) => column.notNull())
    .addColumn('box', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('tripsByVehicle').on('trips').columns(['vehicleId', 'departAtMs']).execute();
}

async function createPredictor(db: Kysely<unknown>, types: DialectTypes): Promise<void> {
  await db.schema
    .createTable('checkpoints')
    .addColumn('partition', 'integer', (column) => column.primaryKey())
    .addColumn('generation', 'bigint', (column) => column.notNull())
    .addColumn('offsets', 'text', (column) => column.notNull())
    .addColumn('savedAtMs', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('vehicleStates')
    .addColumn('vehicleId', 'text', (column) => column.primaryKey())
    .addColumn('partition', 'integer', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('keyId', 'text', (column) => column.notNull())
    .addColumn('box', types.bytes, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('vehicleStatesByPartition').on('vehicleStates').column('partition').execute();
  await db.schema
    .createTable('alerts')
    .addColumn('alertId', 'text', (column) => column.primaryKey())
    .addColumn('vehicleId', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('ruleId', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('severity', 'text', (column) => column.notNull())
    .addColumn('startedAtMs', 'bigint', (column) => column.notNull())
    .addColumn('changedAtMs', 'bigint', (column) => column.notNull())
    .addColumn('expiresAtMs', 'bigint', (column) => column.notNull())
    .addColumn('keyId', 'text', (column) => column.notNull())
    .addColumn('box', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('alertsByVehicle').on('alerts').columns(['vehicleId', 'startedAtMs']).execute();
  await db.schema.createIndex('alertsByState').on('alerts').columns(['state', 'changedAtMs']).execute();
}

async function createOutbox(db: Kysely<unknown>, types: DialectTypes): Promise<void> {
  await db.schema
    .createTable('outbox')
    .addColumn('sequence', types.sequence, types.sequenceKey)
    .addColumn('outboxId', 'text', (column) => column.notNull().unique())
    .addColumn('writer', 'text', (column) => column.notNull())
    .addColumn('topic', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('value', types.bytes)
    .addColumn('headers', 'text', (column) => column.notNull())
    .addColumn('isPublished', 'integer', (column) => column.notNull())
    .addColumn('createdAtMs', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('outboxPending')
    .on('outbox')
    .columns(['writer', 'isPublished', 'sequence'])
    .execute();
}

async function createNotifier(db: Kysely<unknown>, types: DialectTypes): Promise<void> {
  await db.schema
    .createTable('notifications')
    .addColumn('sequence', types.sequence, types.sequenceKey)
    .addColumn('notificationId', 'text', (column) => column.notNull().unique())
    .addColumn('alertId', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('vehicleId', 'text', (column) => column.notNull())
    .addColumn('ruleId', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('personId', 'text')
    .addColumn('channel', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('severity', 'text', (column) => column.notNull())
    .addColumn('interrupts', 'integer', (column) => column.notNull())
    .addColumn('purpose', 'text', (column) => column.notNull())
    .addColumn('reason', 'text')
    .addColumn('createdAtMs', 'bigint', (column) => column.notNull())
    .addColumn('changedAtMs', 'bigint', (column) => column.notNull())
    .addColumn('expiresAtMs', 'bigint', (column) => column.notNull())
    .addColumn('notBeforeMs', 'bigint', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('keyId', 'text')
    .addColumn('box', 'text')
    .addColumn('leaseId', 'text')
    .addColumn('leaseUntilMs', 'bigint')
    .execute();
  await db.schema
    .createIndex('notificationsByVehicle')
    .on('notifications')
    .columns(['vehicleId', 'createdAtMs'])
    .execute();
  await db.schema.createIndex('notificationsByAlert').on('notifications').column('alertId').execute();
  await db.schema
    .createIndex('notificationsDue')
    .on('notifications')
    .columns(['state', 'sequence'])
    .execute();
  await db.schema
    .createTable('notifierOffsets')
    .addColumn('partition', 'integer', (column) => column.notNull())
    .addColumn('topic', 'text', (column) => column.notNull())
    .addColumn('nextOffset', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('notifierOffsetsKey', ['partition', 'topic'])
    .execute();
  await db.schema
    .createTable('declines')
    .addColumn('vehicleId', 'text', (column) => column.notNull())
    .addColumn('ruleId', 'text', (column) => column.notNull())
    .addColumn('subject', 'text', (column) => column.notNull())
    .addColumn('atMs', 'bigint', (column) => column.notNull())
    .addColumn('probability', 'double precision', (column) => column.notNull())
    .addPrimaryKeyConstraint('declinesKey', ['vehicleId', 'ruleId', 'subject'])
    .execute();
}
