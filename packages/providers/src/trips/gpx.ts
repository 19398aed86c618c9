import type { RoutePoint } from '@outrider/domain';
import { SaxesParser, type SaxesTagNS } from 'saxes';
import { boundedName, pointOf, type Road, type RoadInput, tripOfRoads } from './roads.ts';
import { type TripSource, unreadable } from './trip-source.ts';

/** Read at most; a recorder that writes a point a second fills it in 55 hours. */
const POINTS_MAX = 200_000;
/** A point of a track is the fourth; the parser walks up all of them at each element. */
const DEPTH_MAX = 100;

/**
 * GPX 1.0 and 1.1 (topografix.com/GPX/1/1): every track or, in a file without tracks, every route is a leg;
 * heights are `ele`, metres. A document type is refused, and with it every entity but XML's own five.
 */
export const gpx: TripSource<RoadInput> = {
  name: 'gpx',
  read(input) {
    try {
      const { tracks, routes } = roadsOf(input.text);
      return tripOfRoads(tracks.length > 0 ? tracks : routes, input);
    } catch (error) {
      return unreadable('gpx', (error as Error).message.slice(0, 200));
    }
  },
};

interface Open {
  name: string | undefined;
  readonly points: RoutePoint[];
}

interface Found {
  readonly tracks: Road[];
  readonly routes: Road[];
}

function roadsOf(text: string): Found {
  const found: Found = { tracks: [], routes: [] };
  const parser = new SaxesParser({ xmlns: true });
  const path: string[] = [];
  let road: Open | undefined;
  let point: { readonly lat: number; readonly lon: number; ele: string } | undefined;
  let count = 0;

  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => {
    throw new Error('a document type is not read');
  });
  parser.on('opentag', (tag) => {
    if (path.length === 0 && tag.local !== 'gpx') throw new Error(`<${tag.local}> is not GPX`);
    path.push(tag.local);
    if (path.length > DEPTH_MAX) throw new Error(`elements are nested more than ${DEPTH_MAX} deep`);
    if (tag.local === 'trk' || tag.local === 'rte') road = { name: undefined, points: [] };
    if (tag.local !== 'trkpt' && tag.local !== 'rtept') return;
    count += 1;
    if (count > POINTS_MAX) throw new Error(`there are more than ${POINTS_MAX} points`);
    point = { lat: degreesOf(tag, 'lat'), lon: degreesOf(tag, 'lon'), ele: '' };
  });
  const takeText = (said: string): void => {
    const [parent, element] = path.slice(-2);
    if (element === 'ele' && point !== undefined) point.ele += said;
    if (element === 'name' && (parent === 'trk' || parent === 'rte') && road !== undefined)
      road.name = `${road.name ?? ''}${said}`;
  };
  parser.on('text', takeText);
  parser.on('cdata', takeText);
  parser.on('closetag', (tag) => {
    path.pop();
    if ((tag.local === 'trkpt' || tag.local === 'rtept') && point !== undefined) {
      const { lat, lon, ele } = point;
      const made = pointOf(lat, lon, ele.trim() === '' ? undefined : Number(ele));
      if (made === undefined) throw new Error(`${lat}, ${lon} is no place`);
      road?.points.push(made);
      point = undefined;
    }
    if ((tag.local === 'trk' || tag.local === 'rte') && road !== undefined) {
      const list = tag.local === 'trk' ? found.tracks : found.routes;
      list.push({ name: boundedName(road.name), points: road.points });
      road = undefined;
    }
  });
  parser.write(text).close();
  return found;
}

/** NaN when absent or not a number: no place. */
function degreesOf(tag: SaxesTagNS, name: string): number {
  const text = tag.attributes[name]?.value.trim() ?? '';
  return text === '' ? Number.NaN : Number(text);
}
