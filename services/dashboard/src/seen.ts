import type { DIGEST } from '@outrider/domain';
import type {
  AlertView,
  CommandView,
  ForecastView,
  NotificationView,
  RoadView,
  Told,
} from './server/answers.ts';

/** What the page has seen of the cars it may show; kept in the browser, so that it has something to show offline. */
export interface Seen {
  /** The server's time when it was last heard of, epoch milliseconds; 0: never. */
  readonly heardAtMs: number;
  /** Where the live feed goes on. */
  readonly cursor: string | undefined;
  readonly forecasts: Readonly<Record<string, ForecastView>>;
  /** By vehicle: how the charge went on the way to the next stop. */
  readonly trails: Readonly<Record<string, Trail>>;
  /** By vehicle: the chargers on its way. */
  readonly roads: Readonly<Record<string, RoadView>>;
  /** By alert. */
  readonly alerts: Readonly<Record<string, AlertView>>;
  /** By alert: the newest message that says it, for this person to see. */
  readonly messages: Readonly<Record<string, NotificationView>>;
  /** By alert: the message that took it back. */
  readonly ends: Readonly<Record<string, NotificationView>>;
  readonly commands: Readonly<Record<string, CommandView>>;
}

export const NOTHING_SEEN: Seen = {
  heardAtMs: 0,
  cursor: undefined,
  forecasts: {},
  trails: {},
  roads: {},
  alerts: {},
  messages: {},
  ends: {},
  commands: {},
};

/** The way to one stop, as far as it was seen. */
export interface Trail {
  readonly stopId: string;
  /** Where the page first saw the car on it, as distance to the stop. */
  readonly fromM: number;
  readonly points: readonly { readonly toStopM: number; readonly socPct: number }[];
}

/** A trail is drawn, not measured: a point each half kilometre is more than a screen has. */
const TRAIL_STEP_M = 500;
const TRAIL_POINTS_MAX = 600;
/** What the browser keeps of the past. */
const ALERTS_MAX = 60;

/** What is seen after one more message of the live feed. */
export function see(seen: Seen, told: Told): Seen {
  const heard = { ...seen, heardAtMs: Math.max(seen.heardAtMs, Date.parse(told.at)), cursor: told.cursor };
  switch (told.type) {
    case 'hello':
      return heard;
    case 'forecast':
      return seeForecast(heard, told.forecast);
    case 'alert':
      return seeAlerts(heard, [told.alert]);
    case 'notification':
      return told.notification.purpose === 'resolve'
        ? { ...heard, ends: withMessage(heard.ends, told.notification) }
        : { ...heard, messages: withMessage(heard.messages, told.notification) };
    case 'command':
      return { ...heard, commands: { ...heard.commands, [told.command.commandId]: told.command } };
    case 'need':
    case 'places':
      // Nothing of it is kept in the browser; what was missed is asked for anew.
      return { ...seen, heardAtMs: heard.heardAtMs };
  }
}

export function seeForecast(seen: Seen, forecast: ForecastView): Seen {
  const { vehicleId } = forecast;
  const before = seen.forecasts[vehicleId];
  if (before !== undefined && Date.parse(before.madeAt) > Date.parse(forecast.madeAt)) return seen;
  const trail = trailWith(seen.trails[vehicleId], forecast);
  return {
    ...seen,
    forecasts: { ...seen.forecasts, [vehicleId]: forecast },
    ...(trail !== undefined && { trails: { ...seen.trails, [vehicleId]: trail } }),
  };
}

function trailWith(trail: Trail | undefined, { stops, socPct }: ForecastView): Trail | undefined {
  const next = stops[0];
  // Unknown for a moment: the trail goes on when it is known again.
  if (next === undefined) return trail;
  const point = { toStopM: next.distanceM, socPct };
  if (trail === undefined || trail.stopId !== next.stopId || next.distanceM > trail.fromM)
    return { stopId: next.stopId, fromM: next.distanceM, points: [point] };
  const last = trail.points.at(-1);
  if (last !== undefined && last.toStopM - next.distanceM < TRAIL_STEP_M) return trail;
  return { ...trail, points: [...trail.points, point].slice(-TRAIL_POINTS_MAX) };
}

/** Steps of alerts; of one alert the later step counts, in whatever order they come. */
export function seeAlerts(seen: Seen, alerts: readonly AlertView[]): Seen {
  const all = { ...seen.alerts };
  for (const alert of alerts) {
    const before = all[alert.alertId];
    if (before === undefined || isLater(alert, before)) all[alert.alertId] = alert;
  }
  const newest = Object.values(all).toSorted((a, b) => Date.parse(b.changedAt) - Date.parse(a.changedAt));
  return {
    ...seen,
    alerts: Object.fromEntries(newest.slice(0, ALERTS_MAX).map((alert) => [alert.alertId, alert])),
  };
}

/** An end at the same moment comes after what it ends. */
const isLater = (alert: AlertView, before: AlertView): boolean => {
  const passedMs = Date.parse(alert.changedAt) - Date.parse(before.changedAt);
  return (
    passedMs > 0 || (passedMs === 0 && (alert.state === 'resolved' || alert.revision >= before.revision))
  );
};

function withMessage(messages: Seen['messages'], message: NotificationView): Seen['messages'] {
  // What was held back, or went another way, has no words for this page.
  if (message.channel !== 'feed' || message.title === undefined) return messages;
  const before = messages[message.alertId];
  if (before !== undefined && Date.parse(before.changedAt) > Date.parse(message.changedAt)) return messages;
  const newest = Object.values({ ...messages, [message.alertId]: message }).toSorted(
    (a, b) => Date.parse(b.changedAt) - Date.parse(a.changedAt),
  );
  return Object.fromEntries(newest.slice(0, ALERTS_MAX).map((one) => [one.alertId, one]));
}

const SEVERITIES = ['info', 'warning', 'critical'] as const;

/** The gravest first, of equals the one whose advice ends first. */
export function byNeed(alerts: readonly AlertView[]): readonly AlertView[] {
  const weight = ({ severity }: AlertView): number => SEVERITIES.indexOf(severity);
  const endMs = ({ deadlineAt }: AlertView): number =>
    deadlineAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(deadlineAt);
  return alerts.toSorted((a, b) => weight(b) - weight(a) || endMs(a) - endMs(b));
}

/** Warnings of a car that hold now and are for its driver, the gravest first. */
export const firingOf = (seen: Seen, vehicleId: string, nowMs: number): readonly AlertView[] =>
  byNeed(
    Object.values(seen.alerts)
      .filter((alert) => alert.vehicleId === vehicleId && alert.state === 'firing')
      .filter(({ expiresAt, audience }) => Date.parse(expiresAt) > nowMs && audience === undefined),
  );

/** All warnings of a car that are kept, newest first. */
export const warningsOf = (seen: Seen, vehicleId: string): readonly AlertView[] =>
  Object.values(seen.alerts)
    .filter((alert) => alert.vehicleId === vehicleId && alert.audience === undefined)
    .toSorted((a, b) => Date.parse(b.startedAt) - Date.parse(a.startedAt));

/** As the notifier names one message about many cars where others name their rule. */
const RULE_OF_DIGESTS: typeof DIGEST = 'digest';

/** Messages about many cars that hold now, the gravest first. */
export const digestsOf = ({ messages, ends }: Seen, nowMs: number): readonly NotificationView[] =>
  Object.values(messages)
    .filter(({ ruleId, expiresAt }) => ruleId === RULE_OF_DIGESTS && Date.parse(expiresAt) > nowMs)
    .filter(({ alertId, revision }) => (ends[alertId]?.revision ?? 0) < revision)
    .toSorted((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));

/** What the car is asked now, or was and the person may still want to know. */
export const openCommandsOf = (seen: Seen, vehicleId: string, nowMs: number): readonly CommandView[] =>
  Object.values(seen.commands).filter(
    (command) => command.vehicleId === vehicleId && Date.parse(command.expiresAt) > nowMs,
  );
