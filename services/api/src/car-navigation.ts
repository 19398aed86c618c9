import {
  besideLine,
  type Position,
  SIGNAL,
  type SignalValue,
  TESLA_SIGNAL,
  type Trip,
} from '@outrider/domain';

// Where a car's own navigation leads, from what the car says about it bit by bit. Pure.

/** What is known of one car; a destination makes it a trip. */
export interface Navigation {
  readonly position?: Position;
  readonly destination?: Position;
  readonly name?: string;
  readonly routeLine?: string;
  /** When the destination was set: the trip's departure, and what tells it from the next one to the same place. */
  readonly sinceMs: number;
}

export interface Said {
  readonly observedAtMs: number;
  readonly values: Readonly<Record<string, SignalValue>>;
  readonly cleared: readonly string[];
}

/** Names of one place, said again with more or fewer decimals. */
const SAME_PLACE_DEG = 0.002;
/** A new line this near to the old one is what is left of it. */
const SAME_ROAD_M = 500;

const NOTHING: Navigation = { sinceMs: 0 };

/** `isNews`: the trip is another now, or has its road; a position alone is none. */
export function follow(
  before: Navigation = NOTHING,
  { observedAtMs, values, cleared }: Said,
): { readonly navigation: Navigation; readonly isNews: boolean } {
  const position = placeOf(values, SIGNAL.latitude, SIGNAL.longitude) ?? before.position;
  const at = position && { position };
  if (cleared.includes(SIGNAL.destinationLatitude))
    return { navigation: { ...at, sinceMs: 0 }, isNews: before.destination !== undefined };
  const said = placeOf(values, SIGNAL.destinationLatitude, SIGNAL.destinationLongitude);
  const isOther = said !== undefined && !isSamePlace(said, before.destination);
  const kept = isOther ? { destination: said, sinceMs: observedAtMs } : { ...before };
  const name = textOf(values, TESLA_SIGNAL.destinationName);
  const routeLine = textOf(values, TESLA_SIGNAL.routeLine);
  const navigation = {
    ...kept,
    ...at,
    ...(name !== undefined && { name }),
    ...(routeLine !== undefined && { routeLine }),
  };
  const hasNewLine = routeLine !== undefined && routeLine !== before.routeLine;
  // A place to start from comes with the first position after the destination.
  const hasStart = before.position === undefined && position !== undefined;
  const isNews = navigation.destination !== undefined && (isOther || hasNewLine || hasStart);
  return { navigation, isNews };
}

/** Where a trip of this source stands that was made before this process began. */
export const navigationOf = ({ departAtMs, stops }: Trip): Navigation => {
  const last = stops.at(-1);
  return {
    sinceMs: departAtMs,
    ...(last && { destination: { lat: last.lat, lon: last.lon }, name: last.name }),
  };
};

/** The new line is the rest of the old road: the car is where it was expected. */
export const isRestOf = (line: readonly Position[], road: readonly Position[]): boolean =>
  line.every((point) =>
    road.some((to, index) => {
      const from = road[index - 1];
      return from !== undefined && besideLine(point, from, to).awayM <= SAME_ROAD_M;
    }),
  );

const isSamePlace = (a: Position, b: Position | undefined): boolean =>
  b !== undefined && Math.abs(a.lat - b.lat) < SAME_PLACE_DEG && Math.abs(a.lon - b.lon) < SAME_PLACE_DEG;

function placeOf(
  values: Readonly<Record<string, SignalValue>>,
  latPath: string,
  lonPath: string,
): Position | undefined {
  const [lat, lon] = [values[latPath], values[lonPath]];
  return typeof lat === 'number' && typeof lon === 'number' ? { lat, lon } : undefined;
}

function textOf(values: Readonly<Record<string, SignalValue>>, path: string): string | undefined {
  const value = values[path];
  return typeof value === 'string' && value !== '' ? value : undefined;
}
