import { SIGNAL } from '@outrider/domain';
import { ENUMERATIONS, nameOf } from './enums.ts';
import type { Field, OtherField } from './field.ts';
import type { Frames } from './frames.ts';
import { bare, isOnEarth, readPlace } from './text-values.ts';
import { CASE, DOORS, type Said, type SaidFlags, type SaidPlace, TIRES } from './value-cases.ts';

const CAR_TIRES = 4;

type Put = 'unreadable' | undefined;

/** As it was said, under the field's own name, and doubted: rules know this value in another form or not at all. */
export function putAsSaid(frames: Frames, field: Field, kase: number, said: Said): Put {
  if (said === undefined) return 'unreadable';
  const enumeration = ENUMERATIONS[kase];
  if (enumeration !== undefined)
    return putDoubted(frames, field.ownPath, nameOf(enumeration, said as string));
  if (typeof said === 'object') {
    // Places are sealed by the end of their path.
    if (kase === CASE.place) return putPlaceAt(frames, field.ownPath, said as SaidPlace);
    return putDoubted(frames, field.ownPath, JSON.stringify(wholeOf(kase, said)));
  }
  if (typeof said === 'number' && !Number.isFinite(said))
    return putDoubted(frames, field.ownPath, String(said));
  return putDoubted(frames, field.ownPath, said);
}

/** Doors and tyres with those that are false. */
function wholeOf(kase: number, said: object): object {
  const names = kase === CASE.doors ? DOORS : kase === CASE.tires ? TIRES.slice(0, CAR_TIRES) : [];
  return { ...Object.fromEntries(names.map((name) => [name, false])), ...said };
}

function putDoubted(frames: Frames, path: string, value: number | string | boolean | undefined): Put {
  if (value === undefined || !frames.open(path)) return 'unreadable';
  frames.put(path, value);
  frames.doubt(path, 'suspect');
  return undefined;
}

export function putPlace(frames: Frames, field: OtherField, said: string | SaidPlace): Put {
  const place = typeof said === 'string' ? readPlace(said) : said;
  if (place === undefined || !isOnEarth(place)) return 'unreadable';
  // In the Gulf of Guinea are receivers without a fix: kept, and never taken for a position.
  const isNowhere = place.latitude === 0 && place.longitude === 0;
  return putPlaceAt(frames, isNowhere ? field.ownPath : field.path, place, isNowhere);
}

function putPlaceAt(frames: Frames, at: string, place: SaidPlace, isNowhere = false): Put {
  const { latitude, longitude } = place;
  if (!isOnEarth(place) || !frames.open(`${at}.Latitude`)) return 'unreadable';
  frames.put(`${at}.Latitude`, latitude);
  frames.put(`${at}.Longitude`, longitude);
  if (!isNowhere) return undefined;
  frames.doubt(`${at}.Latitude`, 'placeholder');
  frames.doubt(`${at}.Longitude`, 'placeholder');
  return undefined;
}

const OPEN: Readonly<Record<(typeof DOORS)[number], string>> = {
  DriverFront: 'Vehicle.Cabin.Door.Row1.DriverSide.IsOpen',
  DriverRear: 'Vehicle.Cabin.Door.Row2.DriverSide.IsOpen',
  PassengerFront: 'Vehicle.Cabin.Door.Row1.PassengerSide.IsOpen',
  PassengerRear: 'Vehicle.Cabin.Door.Row2.PassengerSide.IsOpen',
  TrunkFront: 'Vehicle.Body.Trunk.Front.IsOpen',
  TrunkRear: 'Vehicle.Body.Trunk.Rear.IsOpen',
};

/** Text names what is open: `DriverFront|TrunkRear`; none is open when it is empty. */
export function putDoors(frames: Frames, field: OtherField, said: string | SaidFlags): Put {
  const open = typeof said === 'string' ? readOpen(said) : said;
  if (open === undefined || !frames.open(field.path)) return 'unreadable';
  for (const door of DOORS) frames.put(OPEN[door], open[door] === true);
  return undefined;
}

function readOpen(text: string): SaidFlags | undefined {
  const said = bare(text);
  const open: Record<string, boolean> = {};
  for (const word of said === '' ? [] : said.split('|')) {
    const name = word.trim().toLowerCase();
    const door = DOORS.find((one) => one.toLowerCase() === name);
    if (door === undefined) return undefined;
    open[door] = true;
  }
  return open;
}

const LOW: Readonly<Record<string, string>> = {
  frontLeft: SIGNAL.isTireFrontLeftLow,
  frontRight: SIGNAL.isTireFrontRightLow,
  rearLeft: SIGNAL.isTireRearLeftLow,
  rearRight: SIGNAL.isTireRearRightLow,
};

/** The soft warning is VSS's; the hard one has no name there. Of a lorry's axles only those that warn are named. */
export function putTires(frames: Frames, field: OtherField, said: SaidFlags): Put {
  if (!frames.open(field.path)) return 'unreadable';
  for (const [index, tire] of TIRES.entries()) {
    const isLow = said[tire] === true;
    const vss = field.name === 'TpmsSoftWarnings' ? LOW[tire] : undefined;
    if (isLow || index < CAR_TIRES) frames.put(vss ?? `${field.path}.${tire}`, isLow);
  }
  return undefined;
}
