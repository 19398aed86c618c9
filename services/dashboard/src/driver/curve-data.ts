import type { Trail } from '../seen.ts';
import type { Band, ChargerView, ForecastView, RoadView } from '../server/answers.ts';
import { distanceValue, type Reading } from '../words/format.ts';

/** A place on the road and what stands there. */
export interface CurveMark {
  readonly x: number;
  readonly name: string;
}

/** The battery along the road, ready to draw. `x` is in the person's unit of distance, from where the page first saw the car on this stretch. */
export interface CurveData {
  readonly x: readonly number[];
  /** Each as long as `x`; null where it says nothing. */
  readonly driven: readonly (number | null)[];
  readonly p10: readonly (number | null)[];
  readonly p50: readonly (number | null)[];
  readonly p90: readonly (number | null)[];
  /** The middle of what it would be otherwise; null where nothing is asked. */
  readonly ghost: readonly (number | null)[];
  readonly hereX: number;
  readonly endX: number;
  readonly reserveSocPct: number;
  /** Last point where the best remedy still works. */
  readonly deadlineX: number | undefined;
  /** Stops ahead with their band: beyond the next one no curve is known. */
  readonly stops: readonly (CurveMark & { readonly band: Band })[];
  /** Chargers ahead, on the road to any stop that is shown. */
  readonly chargers: readonly (CurveMark & { readonly worksProbability: number })[];
  readonly lowestPct: number;
}

const LOWEST_PCT = -30;

/**
 * Undefined where no curve is known.
 * @param otherwise the same road's curve as it would be with a change, at the same points
 */
export function curveData(
  forecast: ForecastView | undefined,
  trail: Trail | undefined,
  road: RoadView | undefined,
  reading: Reading,
  otherwise?: ForecastView['curve'],
): CurveData | undefined {
  const next = forecast?.stops[0];
  if (forecast === undefined || next === undefined || forecast.curve.length < 2) return undefined;
  const own = trail?.stopId === next.stopId ? trail : undefined;
  const hereM = Math.max(0, (own?.fromM ?? next.distanceM) - next.distanceM);
  const at = (metres: number): number => distanceValue(metres, reading);
  const driven = (own?.points ?? []).map(({ toStopM, socPct }) => ({
    m: (own?.fromM ?? 0) - toStopM,
    socPct,
  }));
  const behind = driven.filter(({ m }) => m < hereM);
  const ahead = forecast.curve.map(({ distanceM, socPct }) => ({ m: hereM + distanceM, band: socPct }));
  const here = { m: hereM, socPct: forecast.socPct };
  const blank = behind.map(() => null);
  const band = (pick: (band: Band) => number) => [
    ...blank,
    here.socPct,
    ...ahead.slice(1).map(({ band }) => pick(band)),
  ];
  const stops = forecast.stops.map(({ distanceM, name, arrivalSocPct }) => ({
    x: at(hereM + distanceM),
    name,
    band: arrivalSocPct,
  }));
  const lowest = Math.min(0, ...ahead.map(({ band }) => band.p10), ...stops.map(({ band }) => band.p10));
  return {
    x: [...behind, here, ...ahead.slice(1)].map(({ m }) => at(m)),
    driven: [...behind.map(({ socPct }) => socPct), here.socPct, ...ahead.slice(1).map(() => null)],
    p10: band(({ p10 }) => p10),
    p50: band(({ p50 }) => p50),
    p90: band(({ p90 }) => p90),
    ghost: [
      ...blank,
      ...forecast.curve.map((_, i) =>
        otherwise?.length === forecast.curve.length ? (otherwise[i]?.socPct.p50 ?? null) : null,
      ),
    ],
    hereX: at(hereM),
    endX: Math.max(...stops.map(({ x }) => x), at(ahead.at(-1)?.m ?? hereM)),
    reserveSocPct: forecast.reserveSocPct,
    deadlineX: forecast.deadlineM === undefined ? undefined : at(hereM + forecast.deadlineM),
    stops,
    chargers: chargersAhead(forecast, road).map(({ aheadM, charger }) => ({
      x: at(hereM + aheadM),
      name: charger.name,
      worksProbability: charger.worksProbability,
    })),
    lowestPct: Math.max(LOWEST_PCT, 10 * Math.floor(lowest / 10)),
  };
}

/** A charger ahead and how far the road to it is from where the forecast was made. */
export interface ChargerAhead {
  readonly aheadM: number;
  readonly charger: ChargerView;
}

/** Chargers on the way to the stops of a forecast, nearest first; those passed are left out. */
export function chargersAhead(
  { stops }: Pick<ForecastView, 'stops'>,
  road: RoadView | undefined,
): readonly ChargerAhead[] {
  return (road?.stretches ?? [])
    .flatMap(({ stopId, chargers }) => {
      const stop = stops.find((one) => one.stopId === stopId);
      if (stop === undefined) return [];
      return chargers.map((charger) => ({ aheadM: stop.distanceM - charger.toStopM, charger }));
    })
    .filter(({ aheadM }) => aheadM >= 0)
    .toSorted((a, b) => a.aheadM - b.aheadM);
}
