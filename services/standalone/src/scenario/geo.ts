import { besideLine, between, distanceM, type Position } from '@outrider/domain';

export interface LinePoint extends Position {
  readonly elevationM?: number;
}

/** A polyline measured in road metres: `alongM[i]` is the road distance to `points[i]`. */
export interface Line {
  readonly points: readonly LinePoint[];
  readonly alongM: readonly number[];
  readonly distanceM: number;
  /** Length of the drawn line itself; a road is never shorter. */
  readonly drawnM: number;
}

export interface Projection {
  readonly alongM: number;
  /** Distance from the line, metres. */
  readonly offM: number;
}

/**
 * Measures a polyline. With a published length every piece is stretched by the same ratio: a handful of
 * waypoints cuts the corners of the real road.
 */
export function measureLine(points: readonly LinePoint[], publishedM?: number): Line {
  const drawn = [0];
  for (let i = 1; i < points.length; i += 1) {
    drawn.push((drawn[i - 1] ?? 0) + distanceM(points[i - 1] as LinePoint, points[i] as LinePoint));
  }
  const drawnM = drawn.at(-1) ?? 0;
  const length = publishedM ?? drawnM;
  const stretch = drawnM > 0 ? length / drawnM : 1;
  return { points, alongM: drawn.map((m) => m * stretch), distanceM: length, drawnM };
}

/** The point `alongM` road metres from the start; held at the ends. */
export function pointAlong(line: Line, alongM: number): LinePoint {
  const last = line.points.length - 1;
  let i = line.alongM.findIndex((m) => m > alongM);
  if (i === -1) i = last;
  if (i === 0) i = 1;
  const from = line.points[i - 1] as LinePoint;
  const to = line.points[i] as LinePoint;
  const fromM = line.alongM[i - 1] ?? 0;
  const pieceM = (line.alongM[i] ?? 0) - fromM;
  const share = pieceM > 0 ? Math.min(1, Math.max(0, (alongM - fromM) / pieceM)) : 0;
  return {
    ...between(from, to, share),
    ...(from.elevationM !== undefined && to.elevationM !== undefined
      ? { elevationM: from.elevationM + (to.elevationM - from.elevationM) * share }
      : {}),
  };
}

/** Nearest place on the line. */
export function projectOn(line: Line, position: Position): Projection {
  let best: Projection = { alongM: 0, offM: Number.POSITIVE_INFINITY };
  for (let i = 1; i < line.points.length; i += 1) {
    const beside = besideLine(position, line.points[i - 1] as LinePoint, line.points[i] as LinePoint);
    if (beside.awayM >= best.offM) continue;
    const fromM = line.alongM[i - 1] ?? 0;
    best = { alongM: fromM + beside.ratio * ((line.alongM[i] ?? 0) - fromM), offM: beside.awayM };
  }
  return best;
}

/** Climb and descent, metres, both positive, between two places on the line in the direction of travel. */
export function climbBetween(line: Line, fromM: number, toM: number): { upM: number; downM: number } {
  const marks = line.alongM.filter((m) => m > Math.min(fromM, toM) && m < Math.max(fromM, toM));
  const path = [fromM, ...(toM >= fromM ? marks : marks.toReversed()), toM];
  let upM = 0;
  let downM = 0;
  for (let i = 1; i < path.length; i += 1) {
    const a = pointAlong(line, path[i - 1] ?? 0).elevationM;
    const b = pointAlong(line, path[i] ?? 0).elevationM;
    if (a === undefined || b === undefined) return { upM: 0, downM: 0 };
    upM += Math.max(0, b - a);
    downM += Math.max(0, a - b);
  }
  return { upM, downM };
}
