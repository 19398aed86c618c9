import { GEAR, type RejectReason, SIGNAL } from '@outrider/domain';
import { ENUMERATIONS, nameOf } from './enums.ts';
import type { EnumField, Field, NumberField, OtherField } from './field.ts';
import { fieldOf } from './fields.ts';
import type { Frames } from './frames.ts';
import { putAsSaid, putDoors, putPlace, putTires } from './put.ts';
import { decodeRouteLine } from './route-line.ts';
import { bare, readFlag, readNumber, readTime, unquote } from './text-values.ts';
import { CASE, type Said, type SaidFlags, type SaidPlace, type SaidTime } from './value-cases.ts';

/** What is wrong with a datum; undefined when its value went into a frame. */
export type DatumTrouble = Extract<RejectReason, 'unreadable' | 'invalid'> | undefined;

const GEARS: ReadonlyMap<string, number> = new Map([
  ['P', GEAR.park],
  ['R', -1],
  ['N', GEAR.neutral],
  ['D', GEAR.drive],
]);
const PLUGGED = new Set(['NoPower', 'Starting', 'Charging', 'Complete', 'Stopped']);
const UNPLUGGED = 'Disconnected';

/** A percentage a little beyond its bounds is rounding in the car, not nonsense. */
const PERCENT_SLACK = 1;

/**
 * Reads one datum into the frames of its payload. A value that is typed otherwise than its field, out of the bounds
 * VSS has, or unknown to this protocol is kept as it was said, under the field's own name, and doubted: only what
 * cannot be read at all is refused.
 */
export function readDatum(frames: Frames, key: number | string, kase: number, said: Said): DatumTrouble {
  const field = fieldOf(key);
  if (field === undefined || said === undefined) return 'unreadable';
  if (kase === CASE.invalid) return said === true ? readInvalid(frames, field) : 'unreadable';
  switch (field.kind) {
    case 'number':
      return readNumberField(frames, field, kase, said);
    case 'enum':
      return readEnumField(frames, field, kase, said);
    default:
      return READERS[field.kind](frames, field, kase, said);
  }
}

function readInvalid(frames: Frames, field: Field): DatumTrouble {
  if (field.onInvalid === 'clear' && frames.open(field.ownPath))
    for (const path of pathsOf(field)) frames.clear(path);
  return 'invalid';
}

/** Where values of this field may be. */
export function pathsOf(field: Field): readonly string[] {
  if (field.kind === 'place')
    return [...new Set([field.path, field.ownPath])].flatMap((at) => [`${at}.Latitude`, `${at}.Longitude`]);
  if (field.kind === 'enum') return field.name === 'Gear' ? [SIGNAL.gear, field.ownPath] : [field.ownPath];
  return [...new Set([field.path, field.ownPath])];
}

function readNumberField(frames: Frames, field: NumberField, kase: number, said: Said): DatumTrouble {
  const value = kase === CASE.text && typeof said === 'string' ? readNumber(said) : said;
  if (value === undefined) return 'unreadable';
  if (typeof value !== 'number') return putAsSaid(frames, field, kase, value);
  const stored = value * field.factor;
  if (!Number.isFinite(stored)) return putAsSaid(frames, field, kase, value);
  if (stored >= field.min && stored <= field.max) {
    if (!frames.open(field.path)) return 'unreadable';
    frames.put(field.path, stored);
    return undefined;
  }
  if (!frames.open(field.ownPath)) return 'unreadable';
  frames.put(field.ownPath, stored);
  frames.doubt(field.ownPath, 'suspect');
  const near = intoBounds(field, stored);
  if (near !== undefined) frames.add(field.path, near);
  return undefined;
}

/** 100.0000076 % is a full battery, and −0.5° is 359.5°. */
function intoBounds({ unit, min, max }: NumberField, value: number): number | undefined {
  if (unit === 'degrees' && value > -360 && value < 0) return value + 360;
  if (unit !== 'percent' || value < min - PERCENT_SLACK || value > max + PERCENT_SLACK) return undefined;
  return Math.min(max, Math.max(min, value));
}

function readEnumField(frames: Frames, field: EnumField, kase: number, said: Said): DatumTrouble {
  const known = ENUMERATIONS[field.typedAs];
  const isTyped = kase === field.typedAs;
  if (known === undefined || (!isTyped && kase !== CASE.text)) return putAsSaid(frames, field, kase, said);
  const name = nameOf(known, isTyped ? (said as number | string) : bare(said as string));
  if (name === undefined) return 'unreadable';
  const gear = field.name === 'Gear' ? GEARS.get(name) : undefined;
  const path = gear === undefined ? field.ownPath : SIGNAL.gear;
  if (!frames.open(path)) return 'unreadable';
  frames.put(path, gear ?? name);
  if (field.name === 'DetailedChargeState') followCharging(frames, name);
  // A gear that is none of the four: the last one no longer holds.
  if (field.name === 'Gear' && gear === undefined) frames.clear(SIGNAL.gear);
  return undefined;
}

function followCharging(frames: Frames, state: string): void {
  const isPlugged = PLUGGED.has(state);
  if (!isPlugged && state !== UNPLUGGED) return;
  frames.add(SIGNAL.isPlugged, isPlugged);
  frames.add(SIGNAL.isCharging, state === 'Charging');
}

/** How firmware that has only text says `invalid`. */
const NO_TEXT = '<invalid>';

const CHARGE_STATE = ENUMERATIONS[8];

/** Its list is dead, and cars write other words; those of the list come with its prefix too. */
function withoutPrefix(text: string): string {
  const isPrefixed = CHARGE_STATE !== undefined && text.startsWith(CHARGE_STATE.prefix);
  return (isPrefixed ? CHARGE_STATE.spellings.get(text.toLowerCase()) : undefined) ?? text;
}

type Reader = (frames: Frames, field: OtherField, kase: number, said: Said) => DatumTrouble;

const READERS: Readonly<Record<OtherField['kind'], Reader>> = {
  flag(frames, field, kase, said) {
    const value = kase === CASE.text ? readFlag(said as string) : said;
    if (value === undefined) return 'unreadable';
    if (typeof value !== 'boolean') return putAsSaid(frames, field, kase, value);
    if (!frames.open(field.path)) return 'unreadable';
    frames.put(field.path, value);
    if (field.name === 'FastChargerPresent') frames.add(SIGNAL.isFastCharging, value);
    return undefined;
  },
  text(frames, field, kase, said) {
    if (kase !== CASE.text) return putAsSaid(frames, field, kase, said);
    const text = unquote(said as string);
    if (text === NO_TEXT || !frames.open(field.path)) return 'unreadable';
    frames.put(field.path, field.name === 'ChargeState' ? withoutPrefix(text) : text);
    return undefined;
  },
  place(frames, field, kase, said) {
    if (kase === CASE.text || kase === CASE.place)
      return putPlace(frames, field, kase === CASE.text ? (said as string) : (said as SaidPlace));
    return putAsSaid(frames, field, kase, said);
  },
  time(frames, field, kase, said) {
    const read = kase === CASE.text ? readTime(said as string) : typedTime(kase, said);
    if (read === undefined) return kase === CASE.text ? 'unreadable' : putAsSaid(frames, field, kase, said);
    if (!frames.open(field.path)) return 'unreadable';
    frames.put(field.path, read.value);
    if (!read.isSure) frames.doubt(field.path, 'suspect');
    return undefined;
  },
  doors(frames, field, kase, said) {
    if (kase === CASE.text || kase === CASE.doors) return putDoors(frames, field, said as string | SaidFlags);
    return putAsSaid(frames, field, kase, said);
  },
  tires(frames, field, kase, said) {
    return kase === CASE.tires
      ? putTires(frames, field, said as SaidFlags)
      : putAsSaid(frames, field, kase, said);
  },
  route(frames, field, kase, said) {
    if (kase !== CASE.text) return putAsSaid(frames, field, kase, said);
    const line = bare(said as string);
    const isRoute = decodeRouteLine(line) !== undefined;
    // A name in place of a line is kept; a line that is broken says nothing.
    if (!isRoute && !WORDS.test(line)) return 'unreadable';
    if (!frames.open(field.path)) return 'unreadable';
    frames.put(field.path, line);
    if (!isRoute) frames.doubt(field.path, 'suspect');
    return undefined;
  },
  unlisted(frames, field, kase, said) {
    return putAsSaid(frames, field, kase, kase === CASE.text ? unquote(said as string) : said);
  },
};

const WORDS = /^[\p{L}\p{N}]+(?: [\p{L}\p{N}]+)+$/u;
const EARLIEST_S = -62_135_596_800;
const LATEST_S = 253_402_300_799;

/** Epoch seconds, or a time of day. */
function typedTime(kase: number, said: Said): { readonly value: string; readonly isSure: true } | undefined {
  if ((kase === CASE.long || kase === CASE.int) && typeof said === 'number') {
    if (said < EARLIEST_S || said > LATEST_S) return undefined;
    return { value: new Date(said * 1000).toISOString().replace('.000Z', 'Z'), isSure: true };
  }
  if (kase !== CASE.time) return undefined;
  const { hour, minute, second } = said as SaidTime;
  const isClock = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
  const two = (part: number): string => String(part).padStart(2, '0');
  return isClock ? { value: `${two(hour)}:${two(minute)}:${two(second)}`, isSure: true } : undefined;
}
