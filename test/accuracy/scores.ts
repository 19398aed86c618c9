export interface ForecastDistribution {
  cdf(kwh: number): number;
  quantile(p: number): number;
}

/** One trip as it was forecast, and as it went. */
export interface Prediction {
  readonly trip: string;
  readonly drivenKwh: number;
  /** The median of the forecast. */
  readonly meanKwh: number;
  readonly distribution: ForecastDistribution;
  readonly distanceKm: number;
  /** Raw points, start − end. */
  readonly drivenSocPct: number;
  readonly predictedSocPct: number;
}
