import { type Position, position } from '@outrider/domain';

// A small country nobody has ever seen: a town, a hill road and a flat road, both motorways due north.

/** Roads and heights lie in this one-degree cell. */
const CELL = { south: 41, west: -75 } as const;
const TOWN = { lat: 41.05, lon: -74.4 } as const;
/** Both motorways end here; as far from the town as the other. */
const NORTH_END = 41.95;
const HILL_ROAD_LON = -74.6;
const FLAT_ROAD_LON = -74.2;

export const PLACES = {
  town: TOWN,
  hillTop: { lat: NORTH_END, lon: HILL_ROAD_LON },
  flatEnd: { lat: NORTH_END, lon: FLAT_ROAD_LON },
  /** On an island without a bridge. */
  island: { lat: 41.5, lon: -74.95 },
  /** Beside the hill road, a kilometre down a lane. */
  charger: { lat: 41.5, lon: HILL_ROAD_LON + 0.012 },
  /** No road for tens of kilometres. */
  nowhere: { lat: 41.7, lon: -74.02 },
} as const satisfies Readonly<Record<string, Position>>;

const PLAIN_M = 100;
const HILL_TOP_M = 900;
/** The hill begins here and its top is the end of the road. */
const HILL_FOOT_LAT = 41.45;

/** Height above the sea, metres: the west rises to the north, the east is flat. */
export function heightM({ lat, lon }: Position): number {
  if (lon > -74.4) return PLAIN_M;
  const share = Math.min(1, Math.max(0, (lat - HILL_FOOT_LAT) / (NORTH_END - HILL_FOOT_LAT)));
  return PLAIN_M + (HILL_TOP_M - PLAIN_M) * share;
}

interface Way {
  readonly highway: string;
  /** As OpenStreetMap tags it; absent: asphalt. */
  readonly surface?: string;
  readonly kmh: number;
  readonly points: readonly Position[];
}

/** Points of a straight way, about `everyDeg` apart. */
function straight(from: Position, to: Position, everyDeg: number): readonly Position[] {
  const pieces = Math.ceil(
    Math.max(Math.abs(to.lat - from.lat), Math.abs(to.lon - from.lon)) / everyDeg - 1e-6,
  );
  return Array.from({ length: pieces + 1 }, (_, i) => ({
    lat: from.lat + ((to.lat - from.lat) * i) / pieces,
    lon: from.lon + ((to.lon - from.lon) * i) / pieces,
  }));
}

const STREETS = 10;
const BLOCK_DEG = 0.002;

/** A grid of streets around the town's middle; the middle street leads out of it both ways. */
function townStreets(): readonly Way[] {
  const half = (STREETS / 2) * BLOCK_DEG;
  return Array.from({ length: STREETS + 1 }, (_, i) => i * BLOCK_DEG - half).flatMap((offset) => [
    street(
      { lat: TOWN.lat + offset, lon: TOWN.lon - half },
      { lat: TOWN.lat + offset, lon: TOWN.lon + half },
    ),
    street(
      { lat: TOWN.lat - half, lon: TOWN.lon + offset },
      { lat: TOWN.lat + half, lon: TOWN.lon + offset },
    ),
  ]);
}

const street = (from: Position, to: Position): Way => ({
  highway: 'residential',
  kmh: 30,
  points: straight(from, to, BLOCK_DEG),
});

function ways(): readonly Way[] {
  const half = (STREETS / 2) * BLOCK_DEG;
  const road = (lon: number): Way => ({
    highway: 'motorway',
    kmh: 110,
    points: straight({ lat: TOWN.lat, lon }, { lat: NORTH_END, lon }, 0.005),
  });
  const outOfTown = (fromLon: number, toLon: number): Way => ({
    highway: 'primary',
    kmh: 80,
    points: straight({ lat: TOWN.lat, lon: fromLon }, { lat: TOWN.lat, lon: toLon }, 0.005),
  });
  const { island, charger } = PLACES;
  return [
    ...townStreets(),
    outOfTown(TOWN.lon - half, HILL_ROAD_LON),
    outOfTown(TOWN.lon + half, FLAT_ROAD_LON),
    road(HILL_ROAD_LON),
    road(FLAT_ROAD_LON),
    {
      highway: 'residential',
      surface: 'gravel',
      kmh: 50,
      points: straight({ lat: charger.lat, lon: HILL_ROAD_LON }, charger, 0.004),
    },
    {
      highway: 'residential',
      kmh: 30,
      points: straight(island, { ...island, lat: island.lat + 0.02 }, 0.004),
    },
  ];
}

/** The roads as OSM XML; ways that meet share a node. */
export function osmXml(): string {
  const ids = new Map<string, number>();
  const nodes: string[] = [];
  const idOf = (place: Position): number => {
    const { lat, lon } = position.parse(place);
    const key = `lat="${lat.toFixed(7)}" lon="${lon.toFixed(7)}"`;
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = ids.size + 1;
    ids.set(key, id);
    nodes.push(`<node id="${id}" version="1" ${key}/>`);
    return id;
  };
  const lines = ways().map(({ highway, surface = 'asphalt', kmh, points }, i) => {
    const refs = points.map((point) => `<nd ref="${idOf(point)}"/>`).join('');
    const tags = `<tag k="highway" v="${highway}"/><tag k="surface" v="${surface}"/><tag k="maxspeed" v="${kmh}"/><tag k="oneway" v="no"/>`;
    return `<way id="${i + 1}" version="1">${refs}${tags}</way>`;
  });
  return `<?xml version="1.0"?><osm version="0.6">${nodes.join('')}${lines.join('')}</osm>`;
}

/** Samples along each side of a cell, one arc second apart. */
const SIDE = 3_601;

/** The cell's heights in SRTM's layout: rows from north to south, big-endian int16 metres. */
export function hgtTile(): { readonly name: string; readonly bytes: Buffer } {
  const bytes = Buffer.alloc(SIDE * SIDE * 2);
  for (let row = 0; row < SIDE; row++) {
    const lat = CELL.south + 1 - row / (SIDE - 1);
    for (let column = 0; column < SIDE; column++) {
      const lon = CELL.west + column / (SIDE - 1);
      bytes.writeInt16BE(Math.round(heightM({ lat, lon })), (row * SIDE + column) * 2);
    }
  }
  return { name: 'N41W075', bytes };
}
