import type { Alert, Forecast, Notification, Purpose, Trip } from '@outrider/domain';
import type { ToldStaff } from './answers-staff.ts';

// What the api answers and tells, as far as the page looks at it: the records of `@outrider/domain` with their
// instants as ISO 8601 text.

type Instants<T, K extends keyof T> = Omit<T, K>;

export type Band = Forecast['curve'][number]['socPct'];
export type Remedy = Alert['remedies'][number];

export interface StopShown {
  readonly name: string;
  readonly arrivalSocPct: Band;
  readonly sure: number;
}

export type Watch =
  | { readonly state: 'watching'; readonly stop?: StopShown }
  | {
      readonly state: 'not-watching';
      readonly why: string;
      readonly since?: string;
      readonly lastKnown?: { readonly at: string; readonly socPct: number; readonly stop?: StopShown };
    };

export type StopAhead = Instants<Forecast['stops'][number], 'arriveAtMs'> & { readonly arriveAt: string };

export type ForecastView = Instants<
  Forecast,
  'madeAtMs' | 'stops' | 'validUntilMs' | 'unknownSinceMs' | 'lastKnown'
> & {
  readonly madeAt: string;
  readonly validUntil?: string;
  readonly watch: Watch;
  readonly stops: readonly StopAhead[];
};

export type AlertView = Instants<Alert, 'startedAtMs' | 'changedAtMs' | 'expiresAtMs' | 'deadlineAtMs'> & {
  readonly startedAt: string;
  readonly changedAt: string;
  readonly expiresAt: string;
  readonly deadlineAt?: string;
  /** Told to staff: a simulation made the car up. */
  readonly isSynthetic?: true;
};

export type NotificationView = Instants<Notification, 'at'> & {
  readonly createdAt: string;
  readonly changedAt: string;
  readonly expiresAt: string;
};

export interface CommandView {
  readonly commandId: string;
  readonly vehicleId: string;
  readonly state: string;
  readonly expiresAt: string;
  readonly title: string;
  readonly body: string;
}

export type TripView = Instants<Trip, 'createdAtMs' | 'departAtMs' | 'stops' | 'withdrawn' | 'isGuess'> & {
  readonly departAt: string;
  readonly withdrawn: boolean;
  readonly isGuess: boolean;
  readonly stops: readonly (Trip['stops'][number] & {
    readonly arriveAt?: string;
    readonly departAt?: string;
  })[];
};

export interface ChargerView {
  readonly locationId: string;
  readonly name: string;
  readonly toStopM: number;
  readonly detourM: number;
  readonly maxPowerKw: number;
  readonly worksProbability: number;
  readonly statusAgeS: number | null;
  readonly isClosedOnArrival?: true;
}

export interface RoadView {
  readonly snapshotId: string;
  readonly stretches: readonly {
    readonly stopId: string;
    readonly distanceM: number;
    readonly chargers: readonly ChargerView[];
  }[];
  readonly weather: { readonly source: string; readonly ageS: number | null };
}

/** One decision about telling somebody. */
export interface ToldView {
  readonly notificationId: string;
  readonly channel: string | null;
  readonly state: string;
  readonly purpose: string;
  readonly reason: string | null;
  readonly changedAt: string;
}

/** A share of cases with its 95 % interval; null where there were too few. */
export interface ShareView {
  readonly of: number;
  readonly ratio: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export interface QualityView {
  readonly days: number;
  readonly stretches: number;
  /** Of the other kind of cars, in no figure. */
  readonly leftOut: number;
  readonly recall: ShareView;
  readonly rules: readonly {
    readonly ruleId: string;
    readonly stretches: number;
    readonly precision: ShareView;
    readonly recall: ShareView;
    readonly actedOn: ShareView;
    readonly leadS: number | null;
    readonly isBelowBar: boolean;
  }[];
  readonly notUseful: readonly { readonly ruleId: string; readonly notUseful: number }[];
  readonly held: readonly {
    readonly ruleId: string;
    readonly kind: 'below-bar' | 'brake';
    readonly since: string;
    readonly until?: string;
    readonly isKept: boolean;
  }[];
  readonly forecasts: { readonly count: number; readonly brier: number | null; readonly coverage: ShareView };
}

export interface FailedMessageView {
  readonly notificationId: string;
  readonly vehicleId: string;
  readonly ruleId: string;
  readonly channel: string | null;
  readonly reason: string | null;
  readonly attempts: number;
  readonly failedAt: string;
  readonly refusal?: string;
}

export interface QuieterRuleView {
  readonly ruleId: string;
  readonly notUseful: number;
  readonly isQuieter: boolean;
}

export interface SessionView {
  readonly personId: string;
  readonly role: 'driver' | 'crew' | 'operator' | 'product' | 'admin';
  readonly at: string;
}

export interface PersonView {
  readonly personId: string;
  readonly name: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly phone: string | null;
  readonly phoneVerified: boolean;
  readonly language: string;
  readonly units: 'metric' | 'imperial';
  readonly timeZone: string;
  readonly quietHours: { readonly from: string; readonly to: string } | null;
  readonly channels: readonly string[];
}

export interface VehicleSummary {
  readonly vehicleId: string;
  readonly label: string;
  readonly modelId: string;
  readonly reserveSocPct: number;
  readonly isSynthetic: boolean;
}

export interface ConsentView {
  readonly purpose: Purpose;
  readonly granted: boolean;
}

/** A message of the live feed. */
export type Told = { readonly at: string; readonly cursor: string } & (
  | { readonly type: 'hello'; readonly vehicleIds: readonly string[] }
  | { readonly type: 'notification'; readonly notification: NotificationView }
  | { readonly type: 'forecast'; readonly forecast: ForecastView }
  | { readonly type: 'alert'; readonly alert: AlertView }
  | { readonly type: 'command'; readonly command: CommandView }
  | ToldStaff
);
