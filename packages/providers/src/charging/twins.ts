import { type ChargingLocation, type ConnectorStandard, distanceM } from '@outrider/domain';

/** Two lists hardly place a site more than a parking lot apart. */
const SAME_PLACE_M = 50;
/** Rounded, measured and nominal power differ by no more, as a ratio. */
const SAME_POWER = 0.1;
/** What many operators are called by, and none is known by. */
const NO_NAMES: ReadonlySet<string> = new Set(
  'the and of gmbh ag co kg se sa sas srl spa bv nv ab as oy ltd llc inc plc ev charge charger chargers charging recharge station stations network networks mobility electric energy energie public'.split(
    ' ',
  ),
);

/**
 * Each place once, although several lists have it. Of two that are one, the first given, the more trusted, decides: id,
 * name, place, hours. Its posts are those of whoever heard of them last, if they have all of its plugs. Places of one
 * list are never one: who lists two means two. A pure function of the list; 250,000 places take about a second.
 */
export function withoutTwins(places: readonly ChargingLocation[]): readonly ChargingLocation[] {
  const grid = createGrid();
  const twins = new Map<ChargingLocation, ChargingLocation[]>();
  for (const place of places) {
    let nearest: ChargingLocation | undefined;
    let nearestM = SAME_PLACE_M;
    for (const other of grid.around(place)) {
      if (other.source === place.source) continue;
      const awayM = distanceM(place, other);
      if (awayM > nearestM || (awayM === nearestM && nearest !== undefined)) continue;
      if (!areTwins(place, other)) continue;
      nearest = other;
      nearestM = awayM;
    }
    if (nearest === undefined) {
      grid.add(place);
      twins.set(place, []);
    } else twins.get(nearest)?.push(place);
  }
  return [...twins].map(([place, others]) => withNewestPosts(place, others));
}

/** Whether two places of two lists, so near to each other, are one: nobody says whose both are the same, or plugs and name or power agree. */
function areTwins(a: ChargingLocation, b: ChargingLocation): boolean {
  const [plugsOfA, plugsOfB] = [plugsOf(a), plugsOf(b)];
  if (!isWithin(plugsOfA, plugsOfB) && !isWithin(plugsOfB, plugsOfA)) return false;
  if (a.operator !== undefined && b.operator !== undefined) return shareWord(a.operator, b.operator);
  const [strong, stronger] = [strongestKw(a), strongestKw(b)].sort((one, other) => one - other);
  if (plugsOfA.size === plugsOfB.size && (strong ?? 0) >= (1 - SAME_POWER) * (stronger ?? 0)) return true;
  const says = ({ operator = '', name }: ChargingLocation) => wordsOf(`${operator} ${name}`);
  const operator = wordsOf(a.operator ?? b.operator ?? '');
  if (operator.size > 0 && isWithin(operator, says(a.operator === undefined ? a : b))) return true;
  const [short, long] = [says(a), says(b)].sort((one, other) => one.size - other.size);
  return short !== undefined && long !== undefined && short.size > 0 && isWithin(short, long);
}

const isWithin = <T>(few: ReadonlySet<T>, many: ReadonlySet<T>): boolean =>
  [...few].every((one) => many.has(one));

const shareWord = (a: string, b: string): boolean => {
  const [ofA, ofB] = [wordsOf(a), wordsOf(b)];
  return ofA.size === 0 || ofB.size === 0 ? a === b : [...ofA].some((word) => ofB.has(word));
};

/** Words that tell names apart, without accents, case and legal forms. */
const wordsOf = (name: string): Set<string> =>
  new Set(
    name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word.length > 1 && !NO_NAMES.has(word)),
  );

const plugsOf = ({ evses }: ChargingLocation): Set<ConnectorStandard> =>
  new Set(evses.flatMap(({ connectors }) => connectors.map(({ standard }) => standard)));

const strongestKw = ({ evses }: ChargingLocation): number =>
  evses.reduce((most, { connectors }) => Math.max(most, ...connectors.map((one) => one.maxPowerKw)), 0);

/** When somebody last said of one of its posts more than that it is there. */
const heardAtMs = ({ evses }: ChargingLocation): number =>
  evses.reduce(
    (newest, { status, lastUpdatedAtMs }) =>
      status === 'UNKNOWN' ? newest : Math.max(newest, lastUpdatedAtMs),
    Number.NEGATIVE_INFINITY,
  );

function withNewestPosts(place: ChargingLocation, twins: readonly ChargingLocation[]): ChargingLocation {
  let best = place;
  for (const twin of twins)
    if (heardAtMs(twin) > heardAtMs(best) && isWithin(plugsOf(place), plugsOf(twin))) best = twin;
  return best === place ? place : { ...place, evses: best.evses, lastUpdatedAtMs: best.lastUpdatedAtMs };
}

interface Grid {
  add(place: ChargingLocation): void;
  /** All within 50 m, and some beyond. */
  around(place: ChargingLocation): Iterable<ChargingLocation>;
}

/** A little more than 50 m of latitude; a row's columns are as wide in metres, down to a twentieth near the poles. */
const ROW_DEG = 0.000_5;

/** More than a row has. */
const COLUMNS = 1_000_000;

/** Cells no smaller than the distance that matters: the eight around and its own hold all that is near. */
function createGrid(): Grid {
  const cells = new Map<number, ChargingLocation[]>();
  const rowOf = (lat: number) => Math.floor(lat / ROW_DEG);
  const columnOf = (lon: number, row: number) =>
    Math.floor((lon * Math.max(0.05, Math.cos((Math.abs(row) + 2) * ROW_DEG * (Math.PI / 180)))) / ROW_DEG);
  const keyOf = (row: number, column: number) => row * COLUMNS + column;
  return {
    add(place) {
      const row = rowOf(place.lat);
      const key = keyOf(row, columnOf(place.lon, row));
      const cell = cells.get(key);
      if (cell === undefined) cells.set(key, [place]);
      else cell.push(place);
    },
    *around({ lat, lon }) {
      const own = rowOf(lat);
      for (let row = own - 1; row <= own + 1; row++) {
        const column = columnOf(lon, row);
        for (let c = column - 1; c <= column + 1; c++) yield* cells.get(keyOf(row, c)) ?? [];
      }
    },
  };
}
