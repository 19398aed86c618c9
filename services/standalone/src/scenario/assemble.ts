import { type ChargingLocation, kmhToMps } from '@outrider/domain';
import { catalogue, vehicleModel } from '@outrider/energy';
import type { z } from 'zod';
import type { Row } from './fill-gaps.ts';
import { FILES, Findings } from './findings.ts';
import {
  type ChargersFile,
  chargersFile,
  plansFile,
  readQuantity,
  routesFile,
  type ScenarioFile,
  SPELLINGS,
  scenarioFile,
  weatherFile,
} from './format.ts';
import { type LinePoint, measureLine } from './geo.ts';
import { type LineOf, type Problem, parseYaml } from './parse.ts';
import { plansOf, weatherOf } from './plans-and-weather.ts';
import type { DecisionPoint, Place, Route, Scenario } from './scenario.ts';
import { readTrace } from './trace.ts';

export type FolderTexts = Readonly<Record<string, string>>;

export type Loaded =
  | { readonly kind: 'loaded'; readonly scenario: Scenario }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] };

const DEFAULT_SLOWEST_MPS = kmhToMps(80);
/** Drawn by hand, a line may cut a corner short: a published distance may be this much below the drawn one. */
const DRAWN_SLACK = 0.98;
const EMPTY_COLLECTION = '{"type":"FeatureCollection","features":[]}';

/** Puts the files of one folder together. Pure: `texts` maps file name to content; optional files may be absent. */
export function assemble(name: string, folder: string, texts: FolderTexts): Loaded {
  const findings = new Findings();
  const read = <T>(file: string, schema: z.ZodType<T>, fallback?: string) => {
    const text = texts[file] ?? fallback;
    if (text === undefined) {
      findings.problems.push({ file, message: 'is missing' });
      return undefined;
    }
    const parsed = parseYaml(file, text, schema);
    if (parsed.kind === 'parsed') return parsed;
    findings.problems.push(...parsed.problems);
    return undefined;
  };
  const head = read(FILES.scenario, scenarioFile);
  const roads = read(FILES.routes, routesFile, EMPTY_COLLECTION);
  const plans = read(FILES.plans, plansFile, '[]');
  const stations = read(FILES.chargers, chargersFile, EMPTY_COLLECTION);
  const weather = read(FILES.weather, weatherFile, '[]');
  if (texts[FILES.trace] === undefined) findings.problems.push({ file: FILES.trace, message: 'is missing' });
  if (!head || !roads || !plans || !stations || !weather || texts[FILES.trace] === undefined) {
    return { kind: 'invalid', problems: findings.problems };
  }
  const places = placesOf(head.value, head.lineOf, findings);
  const routes = routesOf(roads.value, roads.lineOf, findings);
  const trace = readTrace(texts[FILES.trace] ?? '', { places, routes });
  findings.problems.push(...trace.problems);
  const endMs = trace.anchors.at(-1)?.atMs ?? 0;
  const startMs = trace.anchors[0]?.atMs ?? 0;
  const chargers = chargersOf(stations.value, stations.lineOf, startMs, findings);
  const parts = { places, routes, chargers };
  const scenario: Scenario = {
    name,
    folder,
    ...headOf(head.value, places, head.lineOf, findings),
    places: [...places.values()],
    decisionPoints: decisionPointsOf(head.value, head.lineOf, places, startMs, endMs, findings),
    routes: [...routes.values()],
    anchors: trace.anchors,
    plans: plansOf(plans.value, plans.lineOf, parts, findings),
    chargers: [...chargers.values()].map(({ id: _id, ...location }) => location),
    weather: weatherOf(weather.value, weather.lineOf, places, findings),
  };
  checkSources(head.value, head.lineOf, trace.rows, findings);
  if (findings.problems.length > 0) return { kind: 'invalid', problems: findings.problems };
  return { kind: 'loaded', scenario };
}

function collect<T extends { id: string }>(
  file: string,
  items: readonly T[],
  pathOf: (index: number) => readonly PropertyKey[],
  lineOf: LineOf,
  findings: Findings,
): Map<string, T> {
  const byId = new Map<string, T>();
  for (const [i, item] of items.entries()) {
    if (byId.has(item.id)) findings.add(file, lineOf, pathOf(i), `"${item.id}" is there twice`);
    byId.set(item.id, item);
  }
  return byId;
}

function placesOf(head: ScenarioFile, lineOf: LineOf, findings: Findings): Map<string, Place> {
  const places = head.places.map(({ id, name, lat, lon }) => ({ id, name, lat, lon }));
  return collect(FILES.scenario, places, (i) => ['places', i, 'id'], lineOf, findings);
}

function routesOf(file: z.infer<typeof routesFile>, lineOf: LineOf, findings: Findings): Map<string, Route> {
  const routes = file.features.map(({ geometry, properties }, i) => {
    const points: LinePoint[] = geometry.coordinates.map(([lon, lat, elevationM]) => ({
      lat,
      lon,
      ...(elevationM === undefined ? {} : { elevationM }),
    }));
    const line = measureLine(points, readQuantity(properties, SPELLINGS.distance));
    const path = ['features', i, 'properties'];
    if (line.drawnM < 1) findings.add(FILES.routes, lineOf, path, 'the line has no length');
    if (line.distanceM < line.drawnM * DRAWN_SLACK) {
      const message = `distance ${Math.round(line.distanceM)} m is less than the drawn line, ${Math.round(line.drawnM)} m`;
      findings.add(FILES.routes, lineOf, path, message);
    }
    return { id: properties.id, line };
  });
  return collect(FILES.routes, routes, (i) => ['features', i, 'properties', 'id'], lineOf, findings);
}

function chargersOf(
  file: ChargersFile,
  lineOf: LineOf,
  asOfMs: number,
  findings: Findings,
): Map<string, ChargingLocation & { id: string }> {
  const chargers = file.features.map(({ geometry, properties: p }) => ({
    id: p.id,
    locationId: p.id,
    name: p.name,
    lat: geometry.coordinates[1],
    lon: geometry.coordinates[0],
    evses: Array.from({ length: p.evses }, (_, i) => ({
      uid: `${p.id}-${i + 1}`,
      status: p.status,
      connectors: [{ standard: p.plug, powerType: p.powerType ?? powerTypeOf(p), maxPowerKw: p.powerKw }],
      lastUpdatedAtMs: asOfMs,
    })),
    source: p.source ?? FILES.chargers,
    lastUpdatedAtMs: asOfMs,
  }));
  return collect(FILES.chargers, chargers, (i) => ['features', i, 'properties', 'id'], lineOf, findings);
}

/** Only direct current comes at such powers, or through these plugs. */
const powerTypeOf = (p: ChargersFile['features'][number]['properties']) =>
  p.powerKw >= 25 || /COMBO|CHADEMO/.test(p.plug) ? 'DC' : 'AC_1_PHASE';

function headOf(head: ScenarioFile, places: ReadonlyMap<string, Place>, lineOf: LineOf, findings: Findings) {
  const home = head.home === undefined ? undefined : places.get(head.home);
  if (head.home !== undefined && home === undefined) {
    findings.add(FILES.scenario, lineOf, ['home'], `unknown place "${head.home}"`);
  }
  if (vehicleModel(head.vehicle.modelId) === undefined) {
    const known = catalogue.map((model) => model.modelId).join(', ');
    const message = `unknown model "${head.vehicle.modelId}"; known are ${known}`;
    findings.add(FILES.scenario, lineOf, ['vehicle', 'modelId'], message);
  }
  const curve = head.charging?.curve.toSorted((a, b) => a.socPct - b.socPct);
  return {
    title: head.title,
    summary: head.summary,
    isSynthetic: head.synthetic,
    vehicle: head.vehicle,
    driver: head.driver,
    reserveSocPct: head.reserveSocPct,
    ...(home === undefined ? {} : { home }),
    usableKwh: head.battery.usableKwh,
    kwhBelowZeroDisplay: head.battery.kwhBelowZeroDisplay,
    consumption: {
      whPerKm: readQuantity(head.consumption, SPELLINGS.consumption) ?? 0,
      atMps: readQuantity(head.consumption, SPELLINGS.atSpeed) ?? 0,
      atTempC: readQuantity(head.consumption, SPELLINGS.atTemp) ?? 0,
      climbWhPerM: head.consumption.climbWhPerM,
    },
    standingLossPctPerDay: head.standing.lossSocPctPerDay,
    slowestMps: readQuantity(head, SPELLINGS.slowest) ?? DEFAULT_SLOWEST_MPS,
    ...(curve === undefined ? {} : { chargeCurve: curve }),
    outcome: head.outcome.map(({ at, text }) => ({ atMs: at, text })),
    carMessages: head.carMessages.map(({ at, text }) => ({ atMs: at, text })),
    sources: head.sources.map(({ id, url, for: what }) => ({
      id,
      for: what,
      ...(url === undefined ? {} : { url }),
    })),
  };
}

function decisionPointsOf(
  head: ScenarioFile,
  lineOf: LineOf,
  places: ReadonlyMap<string, Place>,
  startMs: number,
  endMs: number,
  findings: Findings,
): readonly DecisionPoint[] {
  const refuse = (i: number, field: string, message: string) =>
    findings.add(FILES.scenario, lineOf, ['decisionPoints', i, field], message);
  collect(FILES.scenario, head.decisionPoints, (i) => ['decisionPoints', i, 'id'], lineOf, findings);
  return head.decisionPoints.flatMap((point, i) => {
    const next = head.decisionPoints[i + 1];
    const place = places.get(point.place);
    const untilMs = point.until ?? next?.from ?? endMs;
    if (place === undefined) refuse(i, 'place', `unknown place "${point.place}"`);
    if (endMs > 0 && (point.from < startMs || point.from > endMs)) refuse(i, 'from', 'is outside the trace');
    if (untilMs <= point.from) {
      refuse(i, point.until === undefined ? 'from' : 'until', 'the decision closes before it opens');
    }
    if (place === undefined) return [];
    return [
      {
        id: point.id,
        place,
        fromMs: point.from,
        untilMs,
        ...(point.note === undefined ? {} : { note: point.note }),
      },
    ];
  });
}

/** A trace row cites ids from `sources`, separated by spaces, or whole addresses. */
function checkSources(head: ScenarioFile, lineOf: LineOf, rows: readonly Row[], findings: Findings): void {
  const known = collect(FILES.scenario, head.sources, (i) => ['sources', i, 'id'], lineOf, findings);
  for (const row of rows) {
    for (const cited of row.source.split(/\s+/).filter((word) => word !== '')) {
      if (known.has(cited) || /^https?:\/\//.test(cited)) continue;
      const message = `unknown source "${cited}"; add it to sources in ${FILES.scenario}`;
      findings.problems.push({ file: FILES.trace, line: row.line, field: 'source', message });
    }
  }
}
