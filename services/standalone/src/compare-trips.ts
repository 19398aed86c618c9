import { SIGNAL, type SignalValue, TESLA_SIGNAL } from '@outrider/domain';

// Our forecast of the charge on arrival beside the car's own, on the same trips. Pure.

/** What the comparison reads of a car. */
export const COMPARED_PATHS = [
  TESLA_SIGNAL.arrivalSocPct,
  TESLA_SIGNAL.milesToArrival,
  SIGNAL.soc,
  SIGNAL.socDisplayed,
] as const;

export interface SaidSignals {
  readonly observedAtMs: number;
  readonly values: Readonly<Record<string, SignalValue>>;
}

export interface SaidForecast {
  readonly madeAtMs: number;
  readonly stopId: string;
  readonly p50: number;
}

/** One point of one trip. Errors in points of charge; above 0 more was promised than there was. */
export interface Mark {
  readonly trip: number;
  /** Share of the way that was behind, in percent. */
  readonly atPct: number;
  readonly oursPct: number | undefined;
  readonly carsPct: number | undefined;
}

const MARKS = [25, 50, 75];
/** Shorter ways are errands: there is nothing to promise. */
const SHORTEST_MI = 10;
/** Nearer than this is there: navigation ends before the last metres. */
const THERE_RATIO = 0.05;
const LATE_MS = 5 * 60_000;
/** More than this between two readings is charging; less is a battery that warmed up. */
const CHARGED_PCT = 2;
/** Older promises have been forgotten. */
const FRESH_MS = 30 * 60_000;

interface Point {
  readonly atMs: number;
  readonly value: number;
}

/** Both in the order of time. A stretch on which the car was charged later is left out: nobody promised that. */
export function compareTrips(
  signals: readonly SaidSignals[],
  forecasts: readonly SaidForecast[],
): readonly Mark[] {
  const ways = waysOf(pointsOf(signals, TESLA_SIGNAL.milesToArrival));
  const own = pointsOf(signals, SIGNAL.soc);
  const charge = own.length > 0 ? own : pointsOf(signals, SIGNAL.socDisplayed);
  const carsWord = pointsOf(signals, TESLA_SIGNAL.arrivalSocPct);
  return ways.flatMap((way, trip) => {
    const [begin, end] = [way[0], way.at(-1)];
    if (begin === undefined || end === undefined) return [];
    const arrived = lastBefore(charge, end.atMs + LATE_MS)?.value;
    if (arrived === undefined) return [];
    // Who is nearly there is told of the destination alone.
    const stopId = lastBefore(forecasts.map(withTime), end.atMs)?.stopId;
    const ours = forecasts.filter((one) => one.stopId === stopId).map(withTime);
    return MARKS.flatMap((atPct) => {
      const mark = way.find(({ value }) => value <= begin.value * (1 - atPct / 100));
      if (mark === undefined || wasCharged(charge, mark.atMs, end.atMs)) return [];
      const said = { trip, atPct, oursPct: undefined, carsPct: undefined };
      const our = lastBefore(ours, mark.atMs);
      const cars = lastBefore(carsWord, mark.atMs);
      const isFresh = (one: { readonly atMs: number } | undefined) =>
        one !== undefined && mark.atMs - one.atMs <= FRESH_MS;
      return [
        {
          ...said,
          ...(our && isFresh(our) && { oursPct: our.p50 - arrived }),
          ...(cars && isFresh(cars) && { carsPct: cars.value - arrived }),
        },
      ];
    });
  });
}

/** Ways that were driven to their end: the miles left go down to nearly none, and begin anew when they jump up. */
function waysOf(miles: readonly Point[]): readonly (readonly Point[])[] {
  const ways: Point[][] = [];
  let way: Point[] = [];
  const close = () => {
    const [begin, end] = [way[0], way.at(-1)];
    const isDriven = begin && end && begin.value >= SHORTEST_MI && end.value <= begin.value * THERE_RATIO;
    if (isDriven) ways.push(way);
    way = [];
  };
  for (const point of miles) {
    const before = way.at(-1);
    if (before !== undefined && point.value > before.value + SHORTEST_MI) close();
    way.push(point);
  }
  close();
  return ways;
}

function wasCharged(charge: readonly Point[], fromMs: number, toMs: number): boolean {
  let least = Number.POSITIVE_INFINITY;
  for (const { atMs, value } of charge) {
    if (atMs < fromMs || atMs > toMs) continue;
    if (value > least + CHARGED_PCT) return true;
    least = Math.min(least, value);
  }
  return false;
}

function pointsOf(signals: readonly SaidSignals[], path: string): readonly Point[] {
  return signals.flatMap(({ observedAtMs, values }) => {
    const value = values[path];
    return typeof value === 'number' ? [{ atMs: observedAtMs, value }] : [];
  });
}

const withTime = (one: SaidForecast) => ({ ...one, atMs: one.madeAtMs });

const lastBefore = <T extends { readonly atMs: number }>(list: readonly T[], atMs: number): T | undefined =>
  list.findLast((one) => one.atMs <= atMs);

/** Errors of one model at one share of the way. */
export interface ErrorSummary {
  readonly model: 'ours' | 'car';
  readonly atPct: number;
  readonly trips: number;
  readonly p10: number;
  readonly p50: number;
  readonly p90: number;
  readonly meanAbsolute: number;
}

/** Only marks at which both spoke: each is judged on the same trips. */
export function summariseErrors(marks: readonly Mark[]): readonly ErrorSummary[] {
  const both = marks.filter(({ oursPct, carsPct }) => oursPct !== undefined && carsPct !== undefined);
  return MARKS.flatMap((atPct) => {
    const here = both.filter((mark) => mark.atPct === atPct);
    if (here.length === 0) return [];
    return (['ours', 'car'] as const).map((model) => {
      const errors = here.map((mark) => Number(model === 'ours' ? mark.oursPct : mark.carsPct));
      const sorted = errors.toSorted((a, b) => a - b);
      const meanAbsolute = errors.reduce((sum, error) => sum + Math.abs(error), 0) / errors.length;
      const at = (ratio: number) => quantile(sorted, ratio);
      return { model, atPct, trips: here.length, p10: at(0.1), p50: at(0.5), p90: at(0.9), meanAbsolute };
    });
  });
}

/** Between the two nearest, as far as the ratio lies between them. */
function quantile(sorted: readonly number[], ratio: number): number {
  const place = ratio * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? low;
  return low + (high - low) * (place - Math.floor(place));
}
