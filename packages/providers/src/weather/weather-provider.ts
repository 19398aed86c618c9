import type { Position, SourceFlag } from '@outrider/domain';

export interface WeatherPoint {
  readonly tempC: number;
  /** One standard deviation of `tempC`. */
  readonly sigmaK: number;
  /** At the height of a car. Null where the provider says nothing about wind. */
  readonly wind: { readonly mps: number; readonly fromDeg: number; readonly sigmaMps: number } | null;
  readonly pressureHpa: number | null;
  readonly isWet: boolean;
  readonly issuedAtMs: number;
  /** Whose weather this is. */
  readonly source: SourceFlag;
}

/** Where and when weather is wanted; the height of the road, m above the sea, where it is known. */
export interface WeatherQuestion extends Position {
  readonly atMs: number;
  readonly elevationM?: number;
}

/** Where weather comes from. Implementations differ only in whom they ask. */
export interface WeatherProvider {
  readonly name: string;
  /**
   * The weather where and when the car will be: `answer[i]` belongs to `points[i]`. Only what was issued
   * by `knownAtMs` counts, so that a replay sees what was known then. Rejects with `ProviderUnavailable`
   * when it cannot tell for every point.
   */
  at(
    points: readonly WeatherQuestion[],
    knownAtMs: number,
    signal: AbortSignal,
  ): Promise<readonly WeatherPoint[]>;
}
