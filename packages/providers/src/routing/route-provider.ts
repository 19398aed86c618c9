import type { Position, RoadSurface, RoutePoint, SourceFlag } from '@outrider/domain';
import type { HeightProfile } from '../elevation/profile.ts';

export interface Route {
  readonly points: readonly RoutePoint[];
  readonly distanceM: number;
  readonly durationS: number;
  /** Speed from `points[i]` to `points[i + 1]`; absent where only the mean is known. */
  readonly speedsMps?: readonly number[];
  /** What the road is made of there; null where it is smooth. Absent where nobody says. */
  readonly surfaces?: readonly (RoadSurface | null)[];
  /** Heights along the road, smoothed; absent where the source knows none, or only those of its points. */
  readonly profile?: HeightProfile;
  /** Whose road this is; the forecast says so when it is only a floor. */
  readonly source: SourceFlag;
}

/** Where roads come from. Implementations differ only in whom they ask. */
export interface RouteProvider {
  readonly name: string;
  /** The way from one place to another. Rejects with `ProviderUnavailable` when it cannot tell. */
  route(from: Position, to: Position, signal: AbortSignal): Promise<Route>;
}

/** How far it is by road, and how long it takes. */
export interface RoadDistance {
  readonly distanceM: number;
  readonly durationS: number;
}

/** Answers for many pairs at once what a route would say of each, without its line. */
export interface MatrixProvider {
  readonly name: string;
  /** `answer[i][k]` is the way from `sources[i]` to `targets[k]`; null where there is none. */
  matrix(
    sources: readonly Position[],
    targets: readonly Position[],
    signal: AbortSignal,
  ): Promise<readonly (readonly (RoadDistance | null)[])[]>;
}
