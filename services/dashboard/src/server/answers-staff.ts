import type { AlertView } from './answers.ts';

// What the api answers and tells to those who look after cars.

/** Where a car that needs help said it was. */
export interface PlaceView {
  readonly vehicleId: string;
  readonly lat: number;
  readonly lon: number;
  readonly at: string;
}

export interface MapView {
  readonly tiles: string | null;
  readonly credit: string | null;
}

export interface ColleagueView {
  readonly personId: string;
  readonly name: string;
  readonly roles: readonly ('crew' | 'operator')[];
}

/** Somebody's part in a car for a time. */
export interface AssignmentView {
  readonly assignmentId: string;
  readonly vehicleId: string;
  readonly personId: string;
  readonly part: string;
  readonly from: string;
  readonly to: string | null;
}

/** Messages of the live feed that were asked for with `needs`. */
export type ToldStaff =
  | { readonly type: 'need'; readonly alert: AlertView }
  | { readonly type: 'places'; readonly places: readonly PlaceView[] };
