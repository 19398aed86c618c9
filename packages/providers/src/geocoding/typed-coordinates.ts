import type { FoundPlace } from './geocoder.ts';

/** A number with a dot, signed or followed by its half of the Earth, with or without a degree sign. */
const DEGREES = String.raw`([+-]?\d{1,3}(?:\.\d{1,12})?)\s*°?\s*`;
const PAIR = new RegExp(`^\\s*(?:geo:)?${DEGREES}([NS])?\\s*[,;\\s]\\s*${DEGREES}([EW])?\\s*$`, 'i');

/**
 * A place typed as latitude and longitude, such as `48.1, 11.5`, `48.1 N 11.5 E` or `geo:48.1,11.5`; undefined when
 * the text is something else. A decimal comma is something else: nobody could tell where one number ends.
 */
export function readTypedCoordinates(text: string): FoundPlace | undefined {
  const [, latText, northOrSouth, lonText, eastOrWest] = PAIR.exec(text) ?? [];
  const lat = degreesOf(latText, northOrSouth?.toUpperCase() === 'S');
  const lon = degreesOf(lonText, eastOrWest?.toUpperCase() === 'W');
  if (lat === undefined || lon === undefined || Math.abs(lat) > 90 || Math.abs(lon) > 180) return undefined;
  return { name: `${lat}, ${lon}`, lat, lon };
}

const degreesOf = (text: string | undefined, isNegative: boolean): number | undefined =>
  text === undefined ? undefined : isNegative ? -Number(text) : Number(text);
