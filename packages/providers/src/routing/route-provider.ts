import type { Position, RoutePoint, SourceFlag } from '@outrider/domain';

export interface Route {
  readonly points: readonly RoutePoint[];
  readonly distanceM: number;
  readonly durationS: number;
  /** Whose road this is; the forecast says so when it is only a floor. */
  readonly source: SourceFlag;
}

/** Where roads come from. Implementations differ only in whom they ask. */
export interface RouteProvider {
  readonly name: string;
  /** The way from one place to another. Rejects with `ProviderUnavailable` when it cannot tell. */
  route(from: Position, to: Position, signal: AbortSignal): Promise<Route>;
}
