import { assemble } from './assemble.ts';
import { loadScenario, problemsText } from './load.ts';
import type { Scenario } from './scenario.ts';

// For tests: the smallest folder with every file, and the scenarios of the repository.

/** Two places 50 km apart: 80 % to 40 %, a night, then a slow charge. */
export const SMALL = {
  'scenario.yaml': `title: Small
summary: There, and a night.
vehicle: { modelId: generic-compact, label: A car }
driver: { units: metric, timeZone: Europe/Berlin }
battery: { usableKwh: 50 }
consumption: { whPerKm: 400, atKmh: 50, atC: 0, source: invented }
places:
  - { id: a, name: A, lat: 48.0, lon: 11.0 }
  - { id: b, name: B, lat: 48.45, lon: 11.0 }
decisionPoints:
  - { id: leaving, place: a, from: "2026-01-01T09:30+01:00" }
`,
  'trace.csv': `at,place,route,alongKm,socPct,plugged,charging,marks,source
# a comment
2026-01-01T09:00+01:00,a,,,80,0,0,S,
2026-01-01T10:00+01:00,a,ab,0,80,0,0,S,
2026-01-01T11:00+01:00,b,ab,50,40,0,0,S,
2026-01-02T08:00+01:00,b,,,40,1,1,S,
2026-01-02T10:00+01:00,b,,,70,1,0,S,
`,
  'routes.geojson': `{
  "type": "FeatureCollection",
  "features": [
    {
      "type": "Feature",
      "properties": { "id": "ab", "distanceKm": 50.05 },
      "geometry": { "type": "LineString", "coordinates": [[11.0, 48.0], [11.0, 48.45]] }
    }
  ]
}
`,
  'plans.yaml': `- at: "2026-01-01T09:00+01:00"
  tripId: go
  origin: a
  departAt: "2026-01-01T10:00+01:00"
  stops:
    - { place: b, kind: destination, route: ab, speedKmh: 50, arriveAt: "2026-01-01T11:00+01:00" }
`,
  'chargers.geojson': `{
  "type": "FeatureCollection",
  "features": [
    {
      "type": "Feature",
      "properties": { "id": "at-a", "name": "Charger at A", "powerKw": 11, "plug": "IEC_62196_T2" },
      "geometry": { "type": "Point", "coordinates": [11.0, 48.0] }
    }
  ]
}
`,
  'weather.yaml': `- { issuedAt: "2026-01-01T05:00+01:00", from: "2026-01-01T06:00+01:00", to: "2026-01-02T12:00+01:00", area: all, tempC: 0, sigmaK: 2 }
`,
} as const;

/** The small scenario, with pieces of text replaced: `{ 'trace.csv': [['80', '30']] }`. */
export function smallScenario(
  changes: Partial<Record<keyof typeof SMALL, readonly (readonly [string, string])[]>> = {},
): Scenario {
  const texts: Record<string, string> = { ...SMALL };
  for (const [file, pairs] of Object.entries(changes)) {
    for (const [from, to] of pairs) texts[file] = (texts[file] ?? '').replaceAll(from, to);
  }
  const loaded = assemble('small', '/nowhere', texts);
  if (loaded.kind === 'invalid') throw new Error(problemsText(loaded.problems));
  return loaded.scenario;
}

/** A scenario of the repository. */
export function published(name: string): Scenario {
  const loaded = loadScenario(name);
  if (loaded.kind === 'invalid') throw new Error(problemsText(loaded.problems));
  return loaded.scenario;
}
