import { type Band, cToFahrenheit, kpaToPsi, mpsToKmh, mpsToMph, mToKm, mToMiles } from '@outrider/domain';
import type { Language } from './language.ts';

/** How a person reads quantities; `spoken` writes units out for a voice. */
export interface Reading {
  readonly units: 'metric' | 'imperial';
  readonly timeZone: string;
  readonly spoken: boolean;
  /** How the person's language writes and says them. */
  readonly words: Language['quantities'];
}

type Manner = Pick<Reading, 'spoken' | 'words'>;

/** `-0` is not a number anybody wants to read. */
const whole = (value: number): string => `${Math.round(value) || 0}`.replace('-', '−');

/** With one decimal. */
const tenths = (value: number, { words }: Pick<Reading, 'words'>): string =>
  value.toFixed(1).replace('.', words.decimal);

export const percent = (value: number, { spoken, words }: Manner): string =>
  spoken ? `${whole(value)} ${words.spoken.percent}` : `${whole(value)} %`;

/** A probability never reads as certainty: 1 … 99 %. */
export const chance = (probability: number, reading: Manner): string =>
  percent(Math.min(99, Math.max(1, probability * 100)), reading);

/** `3 % (0–8 %)`: the median and its 10th to 90th percentile. A deficit stays a number: `−4 % (−9 to 2 %)`. */
export function percentBand(band: Band, reading: Manner): string {
  const to = band.p10 < -0.5 || band.p90 < -0.5 ? reading.words.to : '–';
  return `${percent(band.p50, reading)} (${whole(band.p10)}${to}${whole(band.p90)} %)`;
}

/** One decimal below ten. */
export function distance(distanceM: number, reading: Reading): string {
  const { spoken, words } = reading;
  const isImperial = reading.units === 'imperial';
  const value = isImperial ? mToMiles(distanceM) : mToKm(distanceM);
  const shown = value < 9.95 ? tenths(value, reading) : whole(value);
  if (isImperial) return `${shown} ${spoken ? words.spoken.miles : 'mi'}`;
  return `${shown} ${spoken ? words.spoken.kilometres : 'km'}`;
}

/** Rounded down: what was simulated is never exceeded by rounding. */
export function speedLimit(speedMps: number, reading: Reading): string {
  const value = reading.units === 'imperial' ? mpsToMph(speedMps) : mpsToKmh(speedMps);
  return withSpeedUnit(Math.floor(value + 1e-6), reading);
}

export const windSpeed = (windMps: number, reading: Reading): string =>
  withSpeedUnit(Math.round(reading.units === 'imperial' ? mpsToMph(windMps) : mpsToKmh(windMps)), reading);

function withSpeedUnit(value: number, { units, spoken, words }: Reading): string {
  if (units === 'imperial') return `${value} ${spoken ? words.spoken.milesPerHour : 'mph'}`;
  return `${value} ${spoken ? words.spoken.kilometresPerHour : 'km/h'}`;
}

export function temperature(tempC: number, { units, spoken, words }: Reading): string {
  const value = whole(units === 'imperial' ? cToFahrenheit(tempC) : tempC);
  if (spoken) return `${value} ${words.spoken.degrees}`;
  return `${value} °${units === 'imperial' ? 'F' : 'C'}`;
}

/** From here on minutes are hard to read. */
const HOURS_FROM_MIN = 100;

/** To the next ten minutes: nobody plans three hours to the minute. */
function hours(count: number, { spoken, words }: Manner): string {
  const tens = Math.ceil(count / 10) * 10;
  const [whole, rest] = [Math.floor(tens / 60), tens % 60];
  if (!spoken) return rest === 0 ? `${whole} h` : `${whole} h ${rest} min`;
  const said = `${whole} ${whole === 1 ? words.spoken.hour : words.spoken.hours}`;
  return rest === 0 ? said : `${said} ${rest} ${words.spoken.minutes}`;
}

/** Rounded up: a charge that is cut short does not help. */
export function minutes(value: number, reading: Manner): string {
  const count = Math.max(1, Math.ceil(value - 1e-6));
  if (count >= HOURS_FROM_MIN) return hours(count, reading);
  if (!reading.spoken) return `${count} min`;
  const { minute, minutes } = reading.words.spoken;
  return `${count} ${count === 1 ? minute : minutes}`;
}

export const power = (powerKw: number, reading: Pick<Reading, 'words'>): string =>
  `${powerKw < 9.95 ? tenths(Math.round(powerKw * 10) / 10, reading).replace(/\D0$/, '') : whole(powerKw)} kW`;

/** Of a tyre: bar to a tenth, or whole psi. */
export function pressure(pressureKpa: number, reading: Reading): string {
  if (reading.units === 'metric') return `${tenths(clamped(pressureKpa / 100, 99), reading)} bar`;
  return `${whole(clamped(kpaToPsi(pressureKpa), 999))} ${reading.spoken ? reading.words.spoken.psi : 'psi'}`;
}

export const voltage = (volts: number, reading: Manner): string =>
  `${tenths(clamped(volts, 99), reading)} ${reading.spoken ? reading.words.spoken.volts : 'V'}`;

/** No sensor says more; whoever does is not quoted at length. */
const clamped = (value: number, most: number): number => Math.min(most, Math.max(-most, value));

/** Time of day where the person is, with the weekday when it is not today. */
export function timeOfDay(atMs: number, nowMs: number, { units, timeZone, words }: Reading): string {
  const locale = words.locales[units];
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
