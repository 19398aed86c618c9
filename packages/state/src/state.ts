import type { Contacts, ServiceTexts } from './contact-records.ts';
import type { Notifications, RuleOpinions, WatchLines } from './notifier-records.ts';
import type { Passkeys } from './passkey-records.ts';
import type { Assignments, People, Vehicles } from './people-records.ts';
import type {
  Alerts,
  Outbox,
  PredictorState,
  QualityLabels,
  Restraints,
  RuleFirings,
  RuleLoads,
} from './predictor-records.ts';
import type { TripSources, Trips } from './trip-records.ts';
import type { Audit, Consents, Keys, QuarantineKeys, Tokens } from './trust-records.ts';

export * from './contact-records.ts';
export * from './notifier-records.ts';
export * from './passkey-records.ts';
export * from './people-records.ts';
export * from './predictor-records.ts';
export * from './trip-records.ts';
export * from './trust-records.ts';

/**
 * Operational state: who, what car, which plan, what was said. One set of queries (kysely) for every
 * dialect; each table has one writing service. Bodies that name places are sealed by the caller.
 */
export interface State {
  readonly people: People;
  readonly contacts: Contacts;
  readonly serviceTexts: ServiceTexts;
  readonly vehicles: Vehicles;
  readonly assignments: Assignments;
  readonly keys: Keys;
  readonly quarantineKeys: QuarantineKeys;
  readonly consents: Consents;
  readonly tokens: Tokens;
  readonly passkeys: Passkeys;
  readonly trips: Trips;
  readonly tripSources: TripSources;
  readonly alerts: Alerts;
  readonly quality: QualityLabels;
  readonly opinions: RuleOpinions;
  readonly restraints: Restraints;
  readonly firings: RuleFirings;
  readonly ruleLoads: RuleLoads;
  readonly predictor: PredictorState;
  readonly notifications: Notifications;
  readonly watchLines: WatchLines;
  readonly outbox: Outbox;
  readonly audit: Audit;
  /**
   * All of `work` or nothing. Every call made inside `work` uses the same transaction, nested `transaction`
   * calls too. When a nested one fails, all of it fails, even if `work` catches that.
   *
   * Concurrent callers queue, on SQLite for the one connection, on PostgreSQL for what they read: `find`, the
   * lists of a car's sources, offsets and counts hold off other transactions until the end, so read, think,
   * write loses no update. There `work` runs again when it had to give way to another one: what it does beside
   * the state must bear repeating.
   * @throws CommitUnknown when the answer to the commit was lost: all was written, or nothing
   */
  transaction<T>(work: (state: State) => Promise<T>): Promise<T>;
  /** The database answers. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
