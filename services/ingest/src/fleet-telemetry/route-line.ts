// Field 108, `RouteLine`: base64 of a protobuf message whose field 1 is a polyline of six decimals. Other fields of
// the message are not explained anywhere, and skipped.

import { textOf, WireReader } from './wire-reader.ts';

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
/** Google's polylines have 1e5; this one has 1e6. */
const PRECISION = 1_000_000;
const LINE_FIELD = 1;
const LENGTH_DELIMITED = 2;
const FIRST_CHAR = 63;
const LAST_CHAR = 126;

/** Points from where the car is to where it goes; undefined when the text is no route. */
export function decodeRouteLine(
  said: string,
): readonly { readonly lat: number; readonly lon: number }[] | undefined {
  const line = lineOf(said);
  if (line === undefined) return undefined;
  const points: { lat: number; lon: number }[] = [];
  let at = 0;
  let lat = 0;
  let lon = 0;
  while (at < line.length) {
    const [north, next] = readStep(line, at);
    const [east, after] = readStep(line, next);
    if (Number.isNaN(north) || Number.isNaN(east)) return undefined;
    lat += north;
    lon += east;
    if (Math.abs(lat) > 90 * PRECISION || Math.abs(lon) > 180 * PRECISION) return undefined;
    points.push({ lat: lat / PRECISION, lon: lon / PRECISION });
    at = after;
  }
  return points.length > 0 ? points : undefined;
}

/** One number of a polyline and where the next begins; NaN for what is none. */
function readStep(line: string, start: number): [step: number, next: number] {
  let sum = 0;
  let scale = 1;
  for (let at = start; at < line.length && scale < 2 ** 35; at++) {
    const code = line.charCodeAt(at);
    if (code < FIRST_CHAR || code > LAST_CHAR) break;
    const bits = code - FIRST_CHAR;
    sum += (bits & 31) * scale;
    scale *= 32;
    // Zig-zag: odd numbers are negative.
    if (bits < 32) return [sum % 2 === 0 ? sum / 2 : -(sum + 1) / 2, at + 1];
  }
  return [Number.NaN, line.length];
}

function lineOf(said: string): string | undefined {
  if (!BASE64.test(said)) return undefined;
  const reader = new WireReader(Buffer.from(said, 'base64'));
  let line: string | undefined;
  while (reader.next())
    if (reader.field === LINE_FIELD && reader.wire === LENGTH_DELIMITED)
      line = textOf(reader.bytes, reader.from, reader.to);
  return reader.isBroken ? undefined : line;
}
