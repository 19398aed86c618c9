import type { LoggedTrip } from '../logged-trip.ts';
import type { Prediction } from '../scores.ts';

export interface ResultRow {
  readonly key: string;
  readonly title: string;
  readonly predictions: readonly Prediction[];
  readonly note?: string;
}

export interface PriorFigure {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  readonly unit: string;
  readonly source: string;
}

export interface Experiments {
  readonly rows: readonly ResultRow[];
  readonly priors: readonly PriorFigure[];
  readonly notes: readonly string[];
}

/** Every forecast of the energy model for these trips. */
export function runExperiments(_trips: readonly LoggedTrip[]): Experiments {
  return { rows: [], priors: [], notes: [] };
}
