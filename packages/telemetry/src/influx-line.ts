import type { ForecastRow, SeriesValue, SignalRow } from './telemetry.ts';

// Rows as line protocol, written by hand: it is the hot path. The only tag is the car, so there are as many series
// as cars. Names of fields say their type, because a field that changes its type is a conflict the server does not
// always tell about: it acknowledges the value and hides it behind those of an older shard.

export const SIGNALS = 'signals';
/** When each record was received, and its sealed places: what two repeats of one record may differ in. */
export const RECEIPTS = 'receipts';
export const FORECASTS = 'forecasts';
/** Field of a signal's point that holds the id of its record. */
export const RECORD_FIELD = 'record:id';

/** Moments that InfluxDB can hold, in ms: 64 bits of nanoseconds, 1677 to 2262. */
export const MOMENT_MIN_MS = -9_223_372_036_853;
export const MOMENT_MAX_MS = 9_223_372_036_853;

const NS_PER_MS = 1_000_000n;
/**
 * Places for points within one millisecond. Two records of one car and moment stand at different nanoseconds,
 * chosen by their ids; they would meet once in so many pairs. The last thousand stay free, because JSON gives
 * nanoseconds only to the nearest 256.
 */
const SLOTS = 999_000;

/** Three fields at most for one path: numbers under the bare name, so that averages over all numbers are one regex. */
export const FIELD_KINDS = ['', ':text', ':flag'] as const;

/** `time` and the tag's name are taken, and names that begin with `_` are InfluxDB's own. */
const RESERVED = /^(time$|vehicle$|_)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not get into a line
const UNSAFE = /[%:"\\\u0000-\u001f\u007f]/g;
const NAMES_KEPT = 10_000;

const hex = (char: string): string => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`;

/** A name as InfluxDB holds it: no line breaks, quotes, backslashes or `:`, never empty. */
export const encodeText = (text: string): string => (text === '' ? '%' : text.replace(UNSAFE, hex));

/** The same for the name of a field, some of which are reserved. */
function encodePath(path: string): string {
  const name = encodeText(path);
  return RESERVED.test(name) ? hex(name) + name.slice(1) : name;
}

const decodeText = (name: string): string =>
  name === '%'
    ? ''
    : name.replace(/%([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** The field that holds values of this type of this path. */
export const fieldOf = (path: string, kind: (typeof FIELD_KINDS)[number]): string => encodePath(path) + kind;

/** The path a field is of; nothing for fields of our own. */
export function pathOf(field: string): string | undefined {
  const [name = '', kind] = field.split(':');
  return kind === undefined || kind === 'text' || kind === 'flag' ? decodeText(name) : undefined;
}

/** Names as lines want them: comma, space and `=` have a meaning. */
const escapeName = (name: string): string => name.replace(/[,= ]/g, '\\$&');

/** Texts in quotes. A half of a surrogate pair, which UTF-8 cannot say, becomes U+FFFD. */
const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** The least recently seen are forgotten; cars and paths come back all the time. */
function remember(of: (name: string) => string): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    const kept = known.get(name);
    if (kept !== undefined) return kept;
    if (known.size >= NAMES_KEPT) known.clear();
    const made = of(name);
    known.set(name, made);
    return made;
  };
}

const tagOf = remember((vehicleId) => `,vehicle=${escapeName(encodeText(vehicleId))} `);
const keyOf = remember((path) => escapeName(encodePath(path)));

function fieldText(path: string, value: SeriesValue): string {
  if (typeof value === 'number') return `${keyOf(path)}=${value === 0 ? 0 : value}`;
  if (typeof value === 'string') return `${keyOf(path)}:text=${quote(value)}`;
  return `${keyOf(path)}:flag=${value}`;
}

/** FNV-1a with its bits mixed: even, the same everywhere, and no secret. */
export function slotOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % SLOTS;
}

/** Nanoseconds as text: they do not fit into a number. */
function nsOf(atMs: number, slot: number): string {
  if (atMs > 0) return `${atMs}${String(slot).padStart(6, '0')}`;
  return String(BigInt(atMs) * NS_PER_MS + BigInt(slot));
}

/** Two lines: first what tells of the receipt, so that no signal stands there without it. */
export function signalLines(row: SignalRow): string {
  const { vehicleId, observedAtMs, recordId, receivedAtMs, values, places } = row;
  const tag = tagOf(vehicleId);
  const id = quote(recordId);
  const sealed = places === undefined ? '' : `,key=${quote(places.keyId)},box=${quote(places.box)}`;
  const receipt = slotOf(`${recordId}\n${receivedAtMs}\n${places?.keyId}\n${places?.box}`);
  let fields = `${RECORD_FIELD}=${id}`;
  for (const path of Object.keys(values)) fields += `,${fieldText(path, values[path] as SeriesValue)}`;
  return (
    `${RECEIPTS}${tag}record=${id},received=${receivedAtMs}i${sealed} ${nsOf(observedAtMs, receipt)}\n` +
    `${SIGNALS}${tag}${fields} ${nsOf(observedAtMs, slotOf(recordId))}`
  );
}

/** One line. */
export function forecastLine(row: ForecastRow): string {
  const { vehicleId, madeAtMs, forecastId, stopId, p10, p50, p90, belowReserveProbability } = row;
  const slot = slotOf(`${forecastId}\n${stopId}`);
  return (
    `${FORECASTS}${tagOf(vehicleId)}forecast=${quote(forecastId)},stop=${quote(stopId)},p10=${p10},p50=${p50},` +
    `p90=${p90},below_reserve=${belowReserveProbability} ${nsOf(madeAtMs, slot)}`
  );
}
