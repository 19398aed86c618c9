import { type Position, polylineM, type RoutePoint } from '@outrider/domain';
import { z } from 'zod';
import { boundedName, pointOf } from './roads.ts';
import { type TripPlan, type TripReading, type TripSource, unreadable } from './trip-source.ts';

/** What a car says about where its own navigation leads, whatever carried it. */
export type CarNavigation = { readonly nowMs: number; readonly position: Position } & (
  | {
      readonly wire: 'fleet-telemetry';
      /** `RouteLine` as it comes: base64 of a protobuf message. */
      readonly routeLine?: string;
      /** `DestinationLocation`; absent when nothing is set. */
      readonly destination?: Position;
      readonly destinationName?: string;
    }
  /** TeslaMate's MQTT topic `active_route`, decoded. */
  | { readonly wire: 'teslamate'; readonly activeRoute: unknown }
);

const ENTRY = 'navigation';
/** `RouteLine` has six decimals, not the usual five. */
const ROUTE_LINE_UNIT = 1e-6;
const POINTS_MAX = 20_000;
/** The line and the destination are told apart: a line that ends elsewhere is that of another destination. */
const SAME_PLACE_M = 2_000;

const activeRoute = z.object({
  error: z.string().nullish(),
  destination: z.string().nullish(),
  minutes_to_arrival: z.number().min(0).max(10_080).nullish(),
  location: z
    .object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) })
    .nullish(),
});

/** The car's own navigation: one entry, the trip that is being driven. No destination withdraws it. */
export const carNavigation: TripSource<CarNavigation> = {
  name: 'car-navigation',
  read: (input) => (input.wire === 'teslamate' ? readTeslaMate(input) : readFleetTelemetry(input)),
};

const NOTHING: TripReading = { entries: [], cancelled: [ENTRY], problems: [] };

const reading = (plan: TripPlan): TripReading => ({
  entries: [{ entryId: ENTRY, plan }],
  cancelled: [],
  problems: [],
});

function readFleetTelemetry(input: Extract<CarNavigation, { wire: 'fleet-telemetry' }>): TripReading {
  const { nowMs, position, routeLine, destination, destinationName } = input;
  if (destination === undefined) return NOTHING;
  const points = routeLine === undefined ? undefined : decodeRouteLine(routeLine);
  if (points === null) return unreadable('RouteLine', 'is no line of six decimals');
  const end = points?.at(-1);
  const isItsRoad = end !== undefined && polylineM([end, destination]) <= SAME_PLACE_M;
  return reading({
    departAtMs: nowMs,
    origin: { name: 'Here', lat: position.lat, lon: position.lon },
    stops: [
      {
        ...{ name: boundedName(destinationName) ?? 'Destination', kind: 'destination' as const },
        ...{ lat: destination.lat, lon: destination.lon },
      },
    ],
    ...(isItsRoad && points !== undefined && { legs: [{ points: [...points] }] }),
  });
}

function readTeslaMate({
  nowMs,
  position,
  activeRoute: said,
}: Extract<CarNavigation, { wire: 'teslamate' }>): TripReading {
  const parsed = activeRoute.safeParse(said);
  if (!parsed.success) return unreadable('active_route', parsed.error.issues[0]?.path.join('.') ?? 'unknown');
  const { error, destination, location, minutes_to_arrival: minutes } = parsed.data;
  // With no route set, TeslaMate sends an error text and nothing else.
  if (location == null || (error ?? '') !== '') return NOTHING;
  return reading({
    departAtMs: nowMs,
    origin: { name: 'Here', lat: position.lat, lon: position.lon },
    stops: [
      {
        ...{ name: boundedName(destination ?? undefined) ?? 'Destination', kind: 'destination' as const },
        ...{ lat: location.latitude, lon: location.longitude },
        ...(minutes != null && { arriveAtMs: nowMs + Math.round(60_000 * minutes) }),
      },
    ],
  });
}

/** Field 1 of the message is the line; other fields are passed over. Null when it is not one. */
export function decodeRouteLine(base64: string): readonly RoutePoint[] | null {
  const bytes = Buffer.from(base64, 'base64');
  const line = firstStringField(bytes);
  const points = line === undefined ? null : decodePolyline(line);
  return points !== null && points.length >= 2 ? points : null;
}

function firstStringField(bytes: Uint8Array): string | undefined {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return Number.NaN;
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag % 8 === 0) varint();
    else if (tag % 8 === 1) at += 8;
    else if (tag % 8 === 5) at += 4;
    else if (tag % 8 === 2) {
      const length = varint();
      const end = at + length;
      if (!(end <= bytes.length)) return undefined;
      if (tag === 10) return Buffer.from(bytes.subarray(at, end)).toString('latin1');
      at = end;
    } else return undefined;
  }
  return undefined;
}

/** Google's encoded polyline: differences, zigzag, five bits a character. */
function decodePolyline(line: string): readonly RoutePoint[] | null {
  const sums = [0, 0];
  const points: RoutePoint[] = [];
  let value = 0;
  let shift = 0;
  let axis = 0;
  for (const char of line) {
    const bits = char.charCodeAt(0) - 63;
    if (bits < 0 || bits > 63 || shift > 30) return null;
    value += (bits & 0x1f) * 2 ** shift;
    shift += 5;
    if (bits >= 0x20) continue;
    sums[axis] = (sums[axis] ?? 0) + (value % 2 === 1 ? -(value + 1) / 2 : value / 2);
    value = 0;
    shift = 0;
    axis = 1 - axis;
    if (axis === 1) continue;
    const point = pointOf((sums[0] ?? 0) * ROUTE_LINE_UNIT, (sums[1] ?? 0) * ROUTE_LINE_UNIT, undefined);
    if (point === undefined || points.length >= POINTS_MAX) return null;
    points.push(point);
  }
  return shift === 0 && axis === 0 ? points : null;
}
