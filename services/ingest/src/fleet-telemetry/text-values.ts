import type { SaidPlace } from './value-cases.ts';

// Texts that stand for something else: firmware before 2024.38 sends most fields so, later ones some.

// A digit can only be read in one way here: a text of a megabyte of digits is told from a number at once.
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const INTEGER = /^[+-]?\d+$/;
const EXACT_DIGITS_MAX = 25;
const COORDINATE = '([+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+))';
const PLACE = new RegExp(`^\\(?\\s*${COORDINATE}\\s*([NS])?\\s*,\\s*${COORDINATE}\\s*([EW])?\\s*\\)?$`, 'i');
const CLOCK = /^([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;
const CTIME = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d:\d\d:\d\d) (\d{4})$/;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)?$/;
const EPOCH = /^\d{9,13}$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const QUOTE = 0x22;
/** No place and no time is longer. */
const SHORT_MAX = 100;

/** Firmware 2024.26.3 puts every text into quotes of its own. */
export function unquote(text: string): string {
  const last = text.length - 1;
  return last > 0 && text.charCodeAt(0) === QUOTE && text.charCodeAt(last) === QUOTE
    ? text.slice(1, last)
    : text;
}

/** The text without quotes of its own, and without blanks around it. */
export const bare = (text: string): string => unquote(text.trim()).trim();

/** A number, or the text itself for a whole number that no double holds; undefined for everything else. */
export function readNumber(text: string): number | string | undefined {
  const said = bare(text);
  if (!NUMBER.test(said)) return undefined;
  const value = Number(said);
  if (!Number.isFinite(value)) return undefined;
  return isExact(said, value) ? value : said;
}

/** Whether the number stands for what was written. Fractions are rounded by whoever reads them. */
function isExact(said: string, value: number): boolean {
  if (Number.isSafeInteger(value) || !INTEGER.test(said) || String(value) === said) return true;
  return said.length <= EXACT_DIGITS_MAX && BigInt(said.replace('+', '')) === BigInt(value);
}

/** Seen: `true`, `True`, `1`. */
export function readFlag(text: string): boolean | undefined {
  const said = bare(text).toLowerCase();
  if (said === 'true' || said === '1') return true;
  return said === 'false' || said === '0' ? false : undefined;
}

export const isOnEarth = ({ latitude, longitude }: SaidPlace): boolean =>
  Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;

/** `(37.412374 N, 122.145867 W)`, quoted or not, or a bare pair with signs. */
export function readPlace(text: string): SaidPlace | undefined {
  const parts = text.length > SHORT_MAX ? null : PLACE.exec(bare(text));
  if (parts === null) return undefined;
  const [said = '', lat = '', north, lon = '', east] = parts;
  if (said.startsWith('(') !== said.endsWith(')') || (north === undefined) !== (east === undefined))
    return undefined;
  // A sign and a hemisphere would say it twice.
  if (north !== undefined && /[+-]/.test(lat + lon)) return undefined;
  const place = {
    latitude: Number(lat) * (north?.toUpperCase() === 'S' ? -1 : 1),
    longitude: Number(lon) * (east?.toUpperCase() === 'W' ? -1 : 1),
  };
  return isOnEarth(place) ? place : undefined;
}

/**
 * `07:30:00`; a moment as ISO 8601; `Sat Jan 17 13:31:17 2026` as ISO 8601 in UTC, although it does not name its
 * zone; digits stay as they are. Undefined for everything else.
 */
export function readTime(text: string): { readonly value: string; readonly isSure: boolean } | undefined {
  if (text.length > SHORT_MAX) return undefined;
  const said = bare(text);
  const clock = CLOCK.exec(said);
  if (clock !== null) {
    const [, hour = '', minute = '', second = '00'] = clock;
    return { value: `${hour.padStart(2, '0')}:${minute}:${second}`, isSure: true };
  }
  const [, month = '', day = '', at = '', year = ''] = CTIME.exec(said) ?? [];
  const monthNo = MONTHS.indexOf(month) + 1;
  if (monthNo > 0) {
    const iso = `${year}-${String(monthNo).padStart(2, '0')}-${day.padStart(2, '0')}T${at}Z`;
    return Number.isNaN(Date.parse(iso)) ? undefined : { value: iso, isSure: false };
  }
  if (EPOCH.test(said)) return { value: said, isSure: false };
  return ISO.test(said) && !Number.isNaN(Date.parse(said))
    ? { value: said, isSure: /[Z+-]/.test(said.slice(19)) }
    : undefined;
}
