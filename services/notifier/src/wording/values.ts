import { type Alert, isTripRemedy, type Remedy } from '@outrider/domain';
import { plainName, type Values } from './fill.ts';
import type { Language } from './language.ts';
import {
  chance,
  distance,
  minutes,
  percent,
  percentBand,
  power,
  pressure,
  type Reading,
  speedLimit,
  temperature,
  timeOfDay,
  voltage,
  windSpeed,
} from './quantities.ts';

/** What a language calls things that have no name of their own. */
type Names = Pick<Language, 'unnamed' | 'notes' | 'tyres' | 'contradictions'>;

const NAME_MAX = 60;
/** A voice names places briefly. */
const SPOKEN_NAME_MAX = 24;

const optional = <T>(value: T | undefined, write: (value: T) => string): string | undefined =>
  value === undefined ? undefined : write(value);

/** A fact that is a number, otherwise nothing: null is "unknown", and text is not converted. */
function fact(alert: Alert, name: string): number | undefined {
  const value = Object.hasOwn(alert.facts, name) ? alert.facts[name] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

const nameMax = (reading: Reading): number => (reading.spoken ? SPOKEN_NAME_MAX : NAME_MAX);

/** Records call a place that nobody named `here`, and the car's home `home`. */
function named(name: string | undefined, { unnamed }: Names, reading: Reading): string | undefined {
  if (name === 'here' || name === 'home') return unnamed[name];
  return name === undefined ? undefined : plainName(name, nameMax(reading)) || undefined;
}

/** What the sentences about an alert may name. */
export function alertValues(alert: Alert, names: Names, nowMs: number, reading: Reading): Values {
  const band = alert.arrivalSocPct;
  const longer = alert.remedies.find((remedy) => remedy.kind === 'charge-longer');
  return {
    stop: named(alert.stopName, names, reading) ?? names.unnamed.stop,
    namedStop: named(alert.stopName, names, reading),
    arrival: optional(band, (known) => percentBand(known, reading)),
    arrivalP50: optional(band, (known) => percent(known.p50, reading)),
    reserve: optional(alert.reserveSocPct, (known) => percent(known, reading)),
    probability: optional(alert.probability, (known) => chance(known, reading)),
    distance: optional(fact(alert, 'distanceM'), (known) => distance(known, reading)),
    temp: optional(fact(alert, 'tempC'), (known) => temperature(known, reading)),
    batteryTemp: optional(fact(alert, 'batteryTempC'), (known) => temperature(known, reading)),
    wind: optional(fact(alert, 'windMps'), (known) => windSpeed(known, reading)),
    silent: optional(fact(alert, 'heardAgeS'), (known) => minutes(known / 60, reading)),
    ...weatherValues(alert, names, reading),
    chargerAge: optional(fact(alert, 'chargerStatusAgeS'), (known) => minutes(known / 60, reading)),
    chargerUnknown: alert.facts.advisesCharger === true ? names.notes.unknown : undefined,
    tripGuessed: alert.facts.isGuess === true ? names.notes.guessed : undefined,
    roadEstimated: alert.facts.routeSource === 'great-circle' ? names.notes.estimated : undefined,
    soc: optional(fact(alert, 'socPct'), (known) => percent(known, reading)),
    loss: optional(fact(alert, 'expectedLossPct'), (known) => percent(known, reading)),
    ...readyValues(alert, nowMs, reading),
    ...partValues(alert, names, reading),
    // Absent where charging on does not help, as on a full battery: nothing may then ask for it.
    longer: optional(longer, (known) => minutes(known.minutes, reading)),
    deadlinePlace: named(alert.deadlinePlace, names, reading),
    deadlineTime: optional(alert.deadlineAtMs, (known) => timeOfDay(known, nowMs, reading)),
  };
}

/** A time that is promised is one of ten minutes. */
const PROMISED_MS = 10 * 60_000;
/** The last moment that has a date. */
const CALENDAR_END_MS = 8.64e15;

/** The one number that gets the car ready: another limit, the last moment to begin, or a later departure. */
function readyValues(alert: Alert, nowMs: number, reading: Reading): Values {
  const needed = fact(alert, 'minutesNeeded');
  const left = fact(alert, 'minutesToPlannedDeparture');
  const spareMin = needed === undefined || left === undefined || needed === 0 ? undefined : left - needed;
  const isWaiting = alert.facts.isCharging === false;
  const roundedTime = (minutes: number, round: (count: number) => number) => {
    const atMs = round((alert.changedAtMs + minutes * 60_000) / PROMISED_MS) * PROMISED_MS;
    // No calendar goes further; whoever says so means never.
    return Math.abs(atMs) > CALENDAR_END_MS ? undefined : timeOfDay(atMs, nowMs, reading);
  };
  const plugMin = fact(alert, 'minutesLeftToPlugIn');
  return {
    plugInBy: plugMin === undefined || plugMin < 0 ? undefined : roundedTime(plugMin, Math.floor),
    neededSoc: optional(fact(alert, 'neededSocPct'), (known) => percent(known, reading)),
    limitNeeded: optional(fact(alert, 'limitNeededPct'), (known) => percent(known, reading)),
    startBy:
      isWaiting && left !== undefined && needed !== undefined && spareMin !== undefined && spareMin >= 0
        ? roundedTime(left - needed, Math.floor)
        : undefined,
    leaveAt:
      needed !== undefined && spareMin !== undefined && spareMin < 0
        ? roundedTime(needed, Math.ceil)
        : undefined,
  };
}

/** What is told of a tyre to a tenth of a bar; less is nothing, and below 0 there is more than there should be. */
const TOLD_KPA = 5;

function shortOf(alert: Alert, name: string): number | undefined {
  const kpa = fact(alert, name);
  return kpa !== undefined && kpa >= TOLD_KPA ? kpa : undefined;
}

/** Parts of the car that want to be looked after. */
function partValues(alert: Alert, names: Names, reading: Reading): Values {
  const inPlain = (fact: string, words: Readonly<Record<string, string>>): string | undefined => {
    const [first] = String(alert.facts[fact] ?? '').split(' ');
    return first !== undefined && Object.hasOwn(words, first) ? words[first] : undefined;
  };
  return {
    tyre: inPlain('tyre', names.tyres),
    tyrePressure: optional(fact(alert, 'tyreKpa'), (known) => pressure(known, reading)),
    tyreMissing: optional(shortOf(alert, 'tyreMissingKpa'), (known) => pressure(known, reading)),
    tyreLost: optional(shortOf(alert, 'tyreLostKpa'), (known) => pressure(known, reading)),
    volts: optional(fact(alert, 'lowVoltageV'), (known) => voltage(known, reading)),
    batteryHottest: optional(fact(alert, 'batteryHottestC'), (known) => temperature(known, reading)),
    motorTemp: optional(fact(alert, 'motorTempC'), (known) => temperature(known, reading)),
    works: optional(fact(alert, 'plannedWorksProbability'), (known) => chance(known, reading)),
    chargerPower: optional(fact(alert, 'plannedChargerKw'), (known) => power(known, reading)),
    powerPct: optional(fact(alert, 'plannedPowerPct'), (known) => percent(Math.min(999, known), reading)),
    contradiction: inPlain('contradiction', names.contradictions),
    contradictions: optional(fact(alert, 'contradictions'), String),
  };
}

/** How old the weather is, told apart by whose it is: what the car alone measures is no forecast. */
function weatherValues(alert: Alert, { notes }: Names, reading: Reading): Values {
  const { weatherSource } = alert.facts;
  const isCar = weatherSource === 'car-thermometer';
  const isGuess = weatherSource === 'climatology';
  const age = optional(fact(alert, 'weatherAgeS'), (known) => minutes(known / 60, reading));
  return {
    weatherAge: isCar || isGuess ? undefined : age,
    carAge: isCar ? age : undefined,
    carAlone: isCar ? notes.alone : undefined,
    weatherUnknown: isGuess ? notes.unknown : undefined,
  };
}

/** What the sentences about a remedy may name. */
export function remedyValues(remedy: Remedy, names: Names, reading: Reading): Values {
  return {
    after: isTripRemedy(remedy) ? percentBand(remedy.arrivalSocPct, reading) : undefined,
    name: 'name' in remedy ? named(remedy.name, names, reading) : undefined,
    minutes: 'minutes' in remedy ? minutes(remedy.minutes, reading) : undefined,
    until: 'untilSocPct' in remedy ? percent(Math.ceil(remedy.untilSocPct), reading) : undefined,
    remedyDistance: 'distanceM' in remedy ? distance(remedy.distanceM, reading) : undefined,
    power: 'powerKw' in remedy ? power(remedy.powerKw, reading) : undefined,
    speed: 'speedMps' in remedy ? speedLimit(remedy.speedMps, reading) : undefined,
    cabinTemp:
      'cabinTempC' in remedy && remedy.cabinTempC !== undefined
        ? temperature(remedy.cabinTempC, reading)
        : undefined,
  };
}
