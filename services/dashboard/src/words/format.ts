import type { Band } from '../server/answers.ts';

/** How a person reads numbers and times. */
export interface Reading {
  readonly language: 'en' | 'de';
  readonly units: 'metric' | 'imperial';
  /** IANA. */
  readonly timeZone: string;
}

const M_PER_MILE = 1609.344;
const MPS_PER_KMH = 1 / 3.6;

const localeOf = ({ language, units }: Reading): string =>
  language === 'de' ? 'de-DE' : units === 'imperial' ? 'en-US' : 'en-GB';

const number = (value: number, reading: Reading, digits = 0): string =>
  // A true minus sign: a hyphen beside a range reads as one more dash.
  new Intl.NumberFormat(localeOf(reading), { maximumFractionDigits: digits })
    .format(value)
    .replace(/^-(?=0$)/, '')
    .replace('-', '−');

/** `12 %`, with a space that does not break. */
export const percent = (value: number, reading: Reading): string =>
  `${number(Math.round(value), reading)}\u00a0%`;

/** The middle and the range: `19 % (12 to 26 %)`. */
export function bandText({ p10, p50, p90 }: Band, reading: Reading): string {
  const ends = [p10, p90].map((end) => number(Math.round(end), reading));
  return `${percent(p50, reading)} (${ends[0]} ${reading.language === 'de' ? 'bis' : 'to'} ${ends[1]}\u00a0%)`;
}

/** A probability is never told as certain: `93 %`, at most `99 %`, at least `1 %`. */
export const chanceText = (probability: number, reading: Reading): string =>
  percent(Math.min(99, Math.max(1, probability * 100)), reading);

/** `420 m`, `3.4 km`, `57 mi`. */
export function distance(metres: number, reading: Reading): string {
  const isImperial = reading.units === 'imperial';
  if (!isImperial && metres < 950) return `${number(Math.round(metres / 10) * 10, reading)}\u00a0m`;
  const value = metres / (isImperial ? M_PER_MILE : 1_000);
  return `${number(value, reading, value < 10 ? 1 : 0)}\u00a0${isImperial ? 'mi' : 'km'}`;
}

/** The number alone, in km or miles: for an axis. */
export const distanceValue = (metres: number, { units }: Reading): number =>
  metres / (units === 'imperial' ? M_PER_MILE : 1_000);

export const speed = (mps: number, reading: Reading): string => {
  const isImperial = reading.units === 'imperial';
  const value = isImperial ? (mps * 3_600) / M_PER_MILE : mps / MPS_PER_KMH;
  return `${number(Math.floor(value / 5) * 5, reading)}\u00a0${isImperial ? 'mph' : 'km/h'}`;
};

export const temperature = (celsius: number, reading: Reading): string => {
  const isImperial = reading.units === 'imperial';
  return `${number(Math.round(isImperial ? celsius * 1.8 + 32 : celsius), reading)}\u00a0${isImperial ? '°F' : '°C'}`;
};

/** A difference of temperatures, without its sign: `5 °C`, `9 °F`. */
export const temperatureStep = (kelvin: number, reading: Reading): string => {
  const isImperial = reading.units === 'imperial';
  return `${number(Math.round(Math.abs(isImperial ? kelvin * 1.8 : kelvin)), reading)}\u00a0${isImperial ? '°F' : '°C'}`;
};

export const power = (kw: number, reading: Reading): string =>
  `${number(kw, reading, kw < 10 ? 1 : 0)}\u00a0kW`;

/** `50 min`, `2 h 40 min`. */
export function minutes(value: number, reading: Reading): string {
  const whole = Math.max(0, Math.round(value));
  const [hours, rest] = [Math.floor(whole / 60), whole % 60];
  const parts = [
    hours > 0 && `${number(hours, reading)}\u00a0h`,
    (rest > 0 || hours === 0) && `${rest}\u00a0min`,
  ];
  return parts.filter(Boolean).join(' ');
}

const DAY_MS = 86_400_000;

/** `14:05`, and the day with it where it is not that of `nowMs`: `Thu 14:05`, `3 Feb 14:05`. */
export function moment(at: string | number, nowMs: number, reading: Reading): string {
  const atMs = typeof at === 'number' ? at : Date.parse(at);
  const { timeZone } = reading;
  const locale = localeOf(reading);
  const text = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(locale, { timeZone, ...options }).format(atMs);
  const time = text({ hour: 'numeric', minute: '2-digit' });
  const dayOf = (ms: number): string => new Intl.DateTimeFormat('en-CA', { timeZone }).format(ms);
  if (dayOf(atMs) === dayOf(nowMs)) return time;
  if (Math.abs(atMs - nowMs) < 6 * DAY_MS) return `${text({ weekday: 'short' })} ${time}`;
  return `${text({ day: 'numeric', month: 'short' })} ${time}`;
}

/** How long ago, in the largest unit that says it: `now`, `4 min ago`, `3 h ago`, `2 days ago`. */
export function ago(at: string | number, nowMs: number, reading: Reading): string {
  const atMs = typeof at === 'number' ? at : Date.parse(at);
  const passedMin = Math.max(0, Math.floor((nowMs - atMs) / 60_000));
  const told = new Intl.RelativeTimeFormat(reading.language, { numeric: 'auto', style: 'short' });
  if (passedMin < 1) return told.format(0, 'second');
  if (passedMin < 120) return told.format(-passedMin, 'minute');
  if (passedMin < 48 * 60) return told.format(-Math.floor(passedMin / 60), 'hour');
  return told.format(-Math.floor(passedMin / 1_440), 'day');
}

/** An age that was measured: `4 s`, `12 min`, `15 h 40 min`. */
export const age = (seconds: number, reading: Reading): string =>
  seconds < 90 ? `${number(Math.round(seconds), reading)}\u00a0s` : minutes(seconds / 60, reading);
