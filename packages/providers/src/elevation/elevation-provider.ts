import type { Position } from '@outrider/domain';

/** Where heights come from, for roads whose own source knows none. */
export interface ElevationProvider {
  readonly name: string;
  /**
   * Metres above the sea: `answer[i]` belongs to `points[i]`, null where nothing is known. Rejects with
   * `ProviderUnavailable` when it can tell for none.
   */
  heights(points: readonly Position[], signal: AbortSignal): Promise<readonly (number | null)[]>;
}
