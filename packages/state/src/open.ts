import { type Clock, type Log, sqlitePath, systemClock } from '@outrider/runtime';
import { Kysely, sql } from 'kysely';
import { createAlerts } from './alerts.ts';
import { createAudit } from './audit.ts';
import { createConsents } from './consents.ts';
import { createKeys, createQuarantineKeys } from './keys.ts';
import { migrateToLatest } from './migrate.ts';
import { sqliteTypes } from './migrations/dialect-types.ts';
import { migrations } from './migrations/list.ts';
import { createNotifications } from './notifications.ts';
import { createOutbox } from './outbox.ts';
import { createPeople } from './people.ts';
import { createPredictorState } from './predictor.ts';
import { createScrub, type Scrub } from './scrub.ts';
import { createSession } from './session.ts';
import { NodeSqliteDialect, openSqlite, type SqliteOptions } from './sqlite.ts';
import type { State } from './state.ts';
import type { Tables } from './tables.ts';
import { createTokens } from './tokens.ts';
import { createTripSources } from './trip-sources.ts';
import { createTrips } from './trips.ts';
import { createVehicles } from './vehicles.ts';

export interface OpenStateOptions extends Partial<SqliteOptions> {
  readonly log: Log;
  readonly realClock?: Clock;
}

/**
 * Opens the state store and brings its schema up to date.
 * @param url `sqlite:<path>`, or `memory:` for one that is gone when it is closed
 * @throws Error when the URL's scheme is unknown or a newer version has written the database
 */
export async function openState(url: string, options: OpenStateOptions): Promise<State> {
  const database = openSqlite(fileOf(url), { synchronous: options.synchronous ?? 'full' });
  const kysely = new Kysely<Tables>({ dialect: new NodeSqliteDialect(database) });
  try {
    await migrateToLatest(kysely, migrations(sqliteTypes), options.log);
  } catch (error) {
    database.close();
    throw error;
  }
  return createState(kysely, createScrub(database, kysely, options.realClock ?? systemClock, options.log));
}

function fileOf(url: string): string {
  if (url === 'memory:') return ':memory:';
  if (/^sqlite:./.test(url)) return sqlitePath(url);
  throw new Error(`the state URL must be sqlite:<path> or memory:, not "${withoutSecrets(url)}"`);
}

/** A mistyped URL may hold a password, and this text reaches logs. */
const withoutSecrets = (url: string): string => url.replace(/\/\/[^/]*@/, '//…@').slice(0, 200);

function createState(database: Kysely<Tables>, scrub: Scrub): State {
  const session = createSession(database);
  let closing: Promise<void> | undefined;
  const close = async () => {
    // Whoever has the connection or queues for it finishes first.
    await database.connection().execute(async () => {});
    await database.destroy();
  };
  const state: State = {
    people: createPeople(session),
    vehicles: createVehicles(session),
    keys: createKeys(session, scrub),
    quarantineKeys: createQuarantineKeys(session, scrub),
    consents: createConsents(session),
    tokens: createTokens(session),
    trips: createTrips(session),
    tripSources: createTripSources(session),
    alerts: createAlerts(session),
    predictor: createPredictorState(session),
    notifications: createNotifications(session),
    outbox: createOutbox(session),
    audit: createAudit(session),
    transaction: (work) => session.transaction(() => work(state)),
    async ping() {
      await sql`select 1`.execute(session.db());
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
  return state;
}
