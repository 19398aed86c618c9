import { type Clock, type Log, sqlitePath, systemClock } from '@outrider/runtime';
import { sql } from 'kysely';
import { createAlerts } from './alerts.ts';
import { createAssignments } from './assignments.ts';
import { createAudit } from './audit.ts';
import { createConsents } from './consents.ts';
import { createContacts, createServiceTexts } from './contacts.ts';
import { type Engine, openPostgresEngine, openSqliteEngine } from './engine.ts';
import { createKeys, createQuarantineKeys } from './keys.ts';
import { createNotifications } from './notifications.ts';
import { createOutbox } from './outbox.ts';
import { createPasskeys } from './passkeys.ts';
import { createPeople } from './people.ts';
import { createPredictorState } from './predictor.ts';
import { createQualityLabels } from './quality-labels.ts';
import { createRestraints } from './restraints.ts';
import { createRuleFirings } from './rule-firings.ts';
import { createRuleLoads } from './rule-loads.ts';
import { createRuleOpinions } from './rule-opinions.ts';
import type { SqliteOptions } from './sqlite.ts';
import type { State } from './state.ts';
import { createTokens } from './tokens.ts';
import { createTripSources } from './trip-sources.ts';
import { createTrips } from './trips.ts';
import { createVehicles } from './vehicles.ts';
import { createWatchLines } from './watch-lines.ts';

export interface OpenStateOptions extends Partial<SqliteOptions> {
  readonly log: Log;
  readonly realClock?: Clock;
}

/**
 * Opens the state store and brings its schema up to date.
 * @param url `sqlite:<path>`, `memory:` for one that is gone when it is closed, or
 * `postgres://user:password@host:port/database`, which several processes may share
 * @throws Error when the URL is none of these, the server cannot be reached, or a newer version has written
 * the database; never with the URL's password
 */
export async function openState(url: string, options: OpenStateOptions): Promise<State> {
  const deps = { log: options.log, realClock: options.realClock ?? systemClock };
  if (/^postgres(ql)?:/.test(url)) return createState(await openPostgresEngine(url, deps));
  const synchronous = options.synchronous ?? 'full';
  return createState(await openSqliteEngine(fileOf(url), { synchronous }, deps));
}

function fileOf(url: string): string {
  if (url === 'memory:') return ':memory:';
  if (/^sqlite:./.test(url)) return sqlitePath(url);
  throw new Error(
    `the state URL must be sqlite:<path>, memory: or postgres://…, not "${withoutSecrets(url)}"`,
  );
}

/** A mistyped URL may hold a password, and this text reaches logs. */
const withoutSecrets = (url: string): string => url.replace(/\/\/.*@/s, '//…@').slice(0, 200);

function createState({ session, scrub, close }: Engine): State {
  let closing: Promise<void> | undefined;
  const state: State = {
    people: createPeople(session),
    contacts: createContacts(session),
    serviceTexts: createServiceTexts(session),
    vehicles: createVehicles(session),
    assignments: createAssignments(session),
    keys: createKeys(session, scrub),
    quarantineKeys: createQuarantineKeys(session, scrub),
    consents: createConsents(session),
    tokens: createTokens(session),
    passkeys: createPasskeys(session),
    trips: createTrips(session),
    tripSources: createTripSources(session),
    alerts: createAlerts(session),
    quality: createQualityLabels(session),
    opinions: createRuleOpinions(session),
    restraints: createRestraints(session),
    ruleLoads: createRuleLoads(session),
    firings: createRuleFirings(session),
    predictor: createPredictorState(session),
    notifications: createNotifications(session),
    watchLines: createWatchLines(session),
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
