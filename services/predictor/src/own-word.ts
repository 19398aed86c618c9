import { SIGNALS, type SignalValue, TESLA_SIGNAL } from '@outrider/domain';

// What a car says of itself beside its signals: alerts, errors, and whether it is connected. Of the hundreds of things
// that it may say, some of any length, only what is read here is remembered; the series has all of them.

const PRIVATE = 'Vehicle.Private.Tesla.';
const ALERT = /^Vehicle\.Private\.Tesla\.Alerts\.(.{1,120})\.IsActive$/s;
const ERROR = /^Vehicle\.Private\.Tesla\.Errors\.(.{1,120})\.Body$/s;
/** A car has few at a time; of more the oldest are forgotten. */
const ALERTS_MAX = 50;

/** Puts one thing said where it is remembered; an alert that is over is no more. */
export function remember(
  path: string,
  value: SignalValue,
  into: { readonly values: Record<string, SignalValue>; readonly cleared: string[] },
): void {
  if (SIGNALS[path] !== undefined || path === TESLA_SIGNAL.connection) into.values[path] = value;
  else if (path.startsWith(PRIVATE)) rememberOwn(path, value, into);
}

function rememberOwn(path: string, value: SignalValue, into: Parameters<typeof remember>[2]): void {
  if (ALERT.test(path)) {
    if (value === true) into.values[path] = true;
    else into.cleared.push(path);
  }
  const error = ERROR.exec(path)?.[1];
  if (error !== undefined) into.values[TESLA_SIGNAL.lastError] = error;
}

interface Said {
  readonly value: SignalValue;
  readonly atMs: number;
}

/** Names of the alerts that are active, sorted. */
export const alertsIn = (latest: Readonly<Record<string, Said>>): readonly string[] =>
  Object.keys(latest)
    .flatMap((path) => ALERT.exec(path)?.[1] ?? [])
    .toSorted();

/** Without the oldest alerts beyond the limit; the same object when there are few. */
export function withFewAlerts<T extends Said>(
  latest: Record<string, T>,
  said: Readonly<Record<string, unknown>>,
): Record<string, T> {
  if (!Object.keys(said).some((path) => ALERT.test(path))) return latest;
  const alerts = Object.keys(latest).filter((path) => ALERT.test(path));
  if (alerts.length <= ALERTS_MAX) return latest;
  const oldest = alerts.toSorted((a, b) => Number(latest[a]?.atMs) - Number(latest[b]?.atMs));
  for (const path of oldest.slice(0, alerts.length - ALERTS_MAX)) delete latest[path];
  return latest;
}

/**
 * A record about the connection alone is by the server's clock, and what the car kept for it meanwhile comes after:
 * it must not make that late.
 */
export const isConnectionOnly = (values: Readonly<Record<string, SignalValue>>): boolean =>
  values[TESLA_SIGNAL.connection] !== undefined && Object.keys(values).length === 1;
