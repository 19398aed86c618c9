const TESLA = 'Vehicle.Private.Tesla.';

/** Fields of Tesla's fleet-telemetry that tell where somebody is, comes from or goes. */
const PLACE_FIELDS = new Set([
  ...['Location', 'GpsHeading', 'OriginLocation', 'DestinationLocation', 'DestinationName', 'RouteLine'],
  ...['LocatedAtHome', 'LocatedAtWork', 'LocatedAtFavorite', 'HomelinkNearby'],
  // Of fields that are not in the list of the protocol nobody knows what they tell.
  ...['Unknown', 'Unlisted'],
]);

/** Fields by number, and those the protocol keeps for trials. */
const NOT_LISTED = /^(-?\d+|Experimental_\d+|Deprecated_\d+)$/;
const COORDINATE = /\.(Latitude|Longitude)$/;

/** Of `Vehicle.Private.Tesla.<Field>…`: whether it is a place, or nobody knows that it is none. */
export function isTeslaPlace(path: string): boolean {
  if (!path.startsWith(TESLA)) return false;
  const end = path.indexOf('.', TESLA.length);
  const field = path.slice(TESLA.length, end === -1 ? undefined : end);
  return PLACE_FIELDS.has(field) || NOT_LISTED.test(field) || COORDINATE.test(path);
}
