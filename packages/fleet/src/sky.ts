import type { Position } from '@outrider/domain';
import { type Chance, createChance } from './chance.ts';

// Weather as it is, and as a forecast says it will be. Pure.

export interface Weather {
  readonly tempC: number;
  readonly windMps: number;
  /** Where it comes from, degrees clockwise from north. */
  readonly windFromDeg: number;
  readonly isWet: boolean;
}

export interface Forecast extends Weather {
  readonly issuedAtMs: number;
  /** One standard deviation, as the forecast itself claims. */
  readonly sigmaK: number;
  readonly windSigmaMps: number;
}

export interface Sky {
  at(place: Position, atMs: number): Weather;
  /** What was said of that place and moment by `knownAtMs`. */
  forecast(place: Position, atMs: number, knownAtMs: number): Forecast;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365.2425 * DAY_MS;
/** Forecasts are made four times a day. */
const ISSUE_MS = 6 * HOUR_MS;
const COLD_SNAP_K = 9;

export function createSky(seed: number): Sky {
  const chance = createChance(seed).of('sky');
  const fronts = frontsOf(chance);
  const snapK = coldSnaps(chance);
  const at = (place: Position, atMs: number): Weather => weatherAt(fronts, snapK(atMs), place, atMs);
  return {
    at,
    forecast(place, atMs, knownAtMs) {
      const issuedAtMs = Math.floor(knownAtMs / ISSUE_MS) * ISSUE_MS;
      const leadH = Math.max(0, atMs - issuedAtMs) / HOUR_MS;
      const truth = at(place, atMs);
      const sigmaK = 0.8 + 0.035 * Math.min(96, leadH);
      const windSigmaMps = 1 + 0.02 * Math.min(96, leadH);
      // One error for a region and half a day: a forecast is wrong everywhere at once, not point by point.
      const about = [
        Math.round(place.lat),
        Math.round(place.lon),
        Math.floor(atMs / (12 * HOUR_MS)),
        issuedAtMs,
      ];
      return {
        tempC: truth.tempC + sigmaK * chance.normal('temp error', ...about),
        windMps: Math.max(0, truth.windMps + windSigmaMps * chance.normal('wind error', ...about)),
        windFromDeg: (truth.windFromDeg + 15 * chance.normal('turn error', ...about) + 720) % 360,
        isWet: truth.isWet,
        issuedAtMs,
        sigmaK,
        windSigmaMps,
      };
    },
  };
}

type Fronts = Readonly<Record<'temp' | 'wind' | 'turn' | 'rain', readonly number[]>>;

function weatherAt(fronts: Fronts, snapK: number, { lat, lon }: Position, atMs: number): Weather {
  const year = Math.cos((2 * Math.PI * (atMs - 20 * DAY_MS)) / YEAR_MS);
  const hour = Math.cos((2 * Math.PI * (atMs - 14 * HOUR_MS)) / DAY_MS);
  const season = 9.5 - 9 * year - 0.7 * (lat - 50.5);
  const isCold = year > 0;
  return {
    tempC: season + (3.5 - 1.5 * year) * hour + 4 * front(fronts.temp, lon, atMs) - (isCold ? snapK : 0),
    windMps: Math.max(0.3, 3.6 + 2.6 * front(fronts.wind, lon, atMs) + 0.8 * hour),
    windFromDeg: (250 + 70 * front(fronts.turn, lon, atMs) + 360) % 360,
    isWet: front(fronts.rain, lon, atMs) > 0.55,
  };
}

/** Weather comes from the west and takes days to pass: slow waves, by their hours. */
const PERIODS_H = [31, 53, 97, 171] as const;

function frontsOf(chance: Chance): Fronts {
  const phases = (what: string) => PERIODS_H.map((_, i) => chance.draw(what, i));
  return { temp: phases('temp'), wind: phases('wind'), turn: phases('turn'), rain: phases('rain') };
}

/** About −1 … 1. */
const front = (phases: readonly number[], lon: number, atMs: number): number =>
  PERIODS_H.reduce(
    (sum, periodH, i) =>
      sum + Math.sin(2 * Math.PI * (atMs / (periodH * HOUR_MS) - lon / (4 + i) + (phases[i] ?? 0))),
    0,
  ) / 2.2;

const SNAP_EVERY_MS = 18 * DAY_MS;

/** About one in six days of the colder half of the year belongs to a cold snap of two to four days; kelvins. */
function coldSnaps(chance: Chance): (atMs: number) => number {
  const known = new Map<number, { readonly startMs: number; readonly lastsMs: number }>();
  const snapOf = (index: number) => {
    const made = {
      startMs: index * SNAP_EVERY_MS + chance.between(0, SNAP_EVERY_MS - 4 * DAY_MS, 'snap', index),
      lastsMs: chance.between(2, 4, 'snap days', index) * DAY_MS,
    };
    known.set(index, made);
    return made;
  };
  return (atMs) => {
    const index = Math.floor(atMs / SNAP_EVERY_MS);
    const { startMs, lastsMs } = known.get(index) ?? snapOf(index);
    const intoMs = atMs - startMs;
    if (intoMs < 0 || intoMs > lastsMs) return 0;
    return COLD_SNAP_K * Math.min(1, Math.min(intoMs, lastsMs - intoMs) / (8 * HOUR_MS));
  };
}
