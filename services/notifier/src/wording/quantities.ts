import { type Band, cToFahrenheit, kpaToPsi, mpsToKmh, mpsToMph, mToKm, mToMiles } from '@outrider/domain';

/** How a person reads quantities; `spoken` writes units out for a voice. */
export interface Reading {
  readonly units: 'metric' | 'imperial';
  readonly timeZone: string;
  readonly spoken: boolean;
}

/** `-0` is not a number anybody wants to read. */
const whole = (value: number): string => `${Math.round(value) || 0}`.replace('-', '−');

export const percent = (value: number, { spoken }: Pick<Reading, 'spoken'>): string =>
  spoken ? `${whole(value)} percent` : `${whole(value)} %`;

/** A probability never reads as certainty: 1 … 99 %. */
export const chance = (probability: number, reading: Pick<Reading, 'spoken'>): string =>
  percent(Math.min(99, Math.max(1, probability * 100)), reading);

/** `3 % (0–8 %)`: the median and its 10th to 90th percentile. A deficit stays a number: `−4 % (−9 to 2 %)`. */
export function percentBand(band: Band, reading: Pick<Reading, 'spoken'>): string {
  const to = band.p10 < -0.5 || band.p90 < -0.5 ? ' to ' : '–';
  return `${percent(band.p50, reading)} (${whole(band.p10)}${to}${whole(band.p90)} %)`;
}

/** One decimal below ten. */
export function distance(distanceM: number, { units, spoken }: Reading): string {
  const isImperial = units === 'imperial';
  const value = isImperial ? mToMiles(distanceM) : mToKm(distanceM);
  const shown = value < 9.95 ? value.toFixed(1) : whole(value);
  if (isImperial) return `${shown} ${spoken ? 'miles' : 'mi'}`;
  return `${shown} ${spoken ? 'kilometres' : 'km'}`;
}

/** Rounded down: what was simulated is never exceeded by rounding. */
export function speedLimit(speedMps: number, reading: Reading): string {
  const value = reading.units === 'imperial' ? mpsToMph(speedMps) : mpsToKmh(speedMps);
  return withSpeedUnit(Math.floor(value + 1e-6), reading);
}

export const windSpeed = (windMps: number, reading: Reading): string =>
  withSpeedUnit(Math.round(reading.units === 'imperial' ? mpsToMph(windMps) : mpsToKmh(windMps)), reading);

function withSpeedUnit(value: number, { units, spoken }: Reading): string {
  if (units === 'imperial') return `${value} ${spoken ? 'miles per hour' : 'mph'}`;
  return `${value} ${spoken ? 'kilometres per hour' : 'km/h'}`;
}

export function temperature(tempC: number, { units, spoken }: Reading): string {
  const value = whole(units === 'imperial' ? cToFahrenheit(tempC) : tempC);
  if (spoken) return `${value} degrees`;
  return `${value} °${units === 'imperial' ? 'F' : 'C'}`;
}

/** From here on minutes are hard to read. */
const HOURS_FROM_MIN = 100;

/** To the next ten minutes: nobody plans three hours to the minute. */
function hours(count: number, spoken: boolean): string {
  const tens = Math.ceil(count / 10) * 10;
  const [whole, rest] = [Math.floor(tens / 60), tens % 60];
  if (spoken) return rest === 0 ? `${whole} hours` : `${whole} hours ${rest} minutes`;
  return rest === 0 ? `${whole} h` : `${whole} h ${rest} min`;
}

/** Rounded up: a charge that is cut short does not help. */
export function minutes(value: number, { spoken }: Pick<Reading, 'spoken'>): string {
  const count = Math.max(1, Math.ceil(value - 1e-6));
  if (count >= HOURS_FROM_MIN) return hours(count, spoken);
  if (!spoken) return `${count} min`;
  return count === 1 ? '1 minute' : `${count} minutes`;
}

export const power = (powerKw: number): string =>
  `${powerKw < 9.95 ? powerKw.toFixed(1).replace('.0', '') : whole(powerKw)} kW`;

/** Of a tyre: bar to a tenth, or whole psi. */
export function pressure(pressureKpa: number, { units, spoken }: Reading): string {
  if (units === 'metric') return `${clamped(pressureKpa / 100, 99).toFixed(1)} bar`;
  return `${whole(clamped(kpaToPsi(pressureKpa), 999))} ${spoken ? 'P S I' : 'psi'}`;
}

export const voltage = (volts: number, { spoken }: Pick<Reading, 'spoken'>): string =>
  `${clamped(volts, 99).toFixed(1)} ${spoken ? 'volts' : 'V'}`;

/** No sensor says more; whoever does is not quoted at length. */
const clamped = (value: number, most: number): number => Math.min(most, Math.max(-most, value));

/** Time of day where the person is, with the weekday when it is not today. */
export function timeOfDay(atMs: number, nowMs: number, { units, timeZone }: Reading): string {
  const locale = units === 'imperial' ? 'en-US' : 'en-GB';
  const zone = isZone(timeZone) ? timeZone : 'UTC';
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  const isToday = day.format(atMs) === day.format(nowMs);
  return new Intl.DateTimeFormat(locale, {
    timeZone: zone,
    hour: 'numeric',
    minute: '2-digit',
    ...(isToday ? {} : { weekday: 'short' }),
  })
    .format(atMs)
    .replaceAll('\u202f', ' ');
}

function isZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}
