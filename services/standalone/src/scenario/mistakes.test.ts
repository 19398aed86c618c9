import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { assemble } from './assemble.ts';
import { loadScenario, problemsText } from './load.ts';
import type { Scenario } from './scenario.ts';
import { SMALL } from './small-scenario.ts';

describe('a folder with mistakes', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  interface Mistake {
    readonly name: string;
    readonly file: keyof typeof SMALL;
    readonly replace: string;
    readonly by: string;
    readonly says: RegExp;
  }
  const mistakes: readonly Mistake[] = [
    {
      name: 'a car the catalogue does not know',
      file: 'scenario.yaml',
      replace: 'generic-compact',
      by: 'flying-carpet',
      says: /scenario\.yaml:3: vehicle\.modelId: unknown model "flying-carpet"; known are .*generic-compact/,
    },
    {
      name: 'an unknown field',
      file: 'scenario.yaml',
      replace: 'title:',
      by: 'titel:',
      says: /^scenario\.yaml:1: .*titel/m,
    },
    {
      name: 'two units for one figure',
      file: 'scenario.yaml',
      replace: 'atKmh: 50',
      by: 'atKmh: 50, atMph: 31',
      says: /exactly one of atKmh, atMph, found 2/,
    },
    {
      name: 'an unknown time zone',
      file: 'scenario.yaml',
      replace: 'Europe/Berlin',
      by: 'Europe/Atlantis',
      says: /scenario\.yaml:4: driver\.timeZone: expected an IANA/,
    },
    {
      name: 'a place that is not there',
      file: 'scenario.yaml',
      replace: 'place: a, from',
      by: 'place: z, from',
      says: /decisionPoints\.0\.place: unknown place "z"/,
    },
    {
      name: 'a decision outside the trace',
      file: 'scenario.yaml',
      replace: '2026-01-01T09:30',
      by: '2025-01-01T09:30',
      says: /decisionPoints\.0\.from: is outside the trace/,
    },
    {
      name: 'a latitude off the globe',
      file: 'scenario.yaml',
      replace: 'lat: 48.0',
      by: 'lat: 98.0',
      says: /scenario\.yaml:8: places\.0\.lat/,
    },
    {
      name: 'text that is not YAML',
      file: 'scenario.yaml',
      replace: 'title: Small',
      by: 'title: [Small',
      says: /scenario\.yaml:\d+: /,
    },
    {
      name: 'SOC above 100',
      file: 'trace.csv',
      replace: 'a,ab,0,80',
      by: 'a,ab,0,180',
      says: /trace\.csv:4: socPct: expected 0 to 100, found 180/,
    },
    {
      name: 'a number that is not one',
      file: 'trace.csv',
      replace: 'a,ab,0,80',
      by: 'a,ab,0,80%',
      says: /trace\.csv:4: socPct: expected a number, found "80%"/,
    },
    {
      name: 'time running backwards',
      file: 'trace.csv',
      replace: '2026-01-01T10:00',
      by: '2026-01-01T08:00',
      says: /trace\.csv:4: at: must be later than the row before/,
    },
    {
      name: 'a time without its offset',
      file: 'trace.csv',
      replace: '2026-01-01T10:00+01:00',
      by: '2026-01-01T10:00',
      says: /trace\.csv:4: at: expected a time with its offset/,
    },
    {
      name: 'an impossible speed',
      file: 'trace.csv',
      replace: '2026-01-01T11:00',
      by: '2026-01-01T10:02',
      says: /trace\.csv:5: at: would mean 1500 km\/h/,
    },
    {
      name: 'a column nobody knows',
      file: 'trace.csv',
      replace: 'socPct',
      by: 'batteryPct',
      says: /trace\.csv:1: batteryPct: unknown column; known are at, /,
    },
    {
      name: 'charging off the plug',
      file: 'trace.csv',
      replace: ',1,1,',
      by: ',0,1,',
      says: /charging: charging needs plugged/,
    },
    {
      name: 'a recalled figure without a source',
      file: 'trace.csv',
      replace: ',S,',
      by: ',socPct:R,',
      says: /source: "socPct:R" needs a source/,
    },
    {
      name: 'a source that is not listed',
      file: 'trace.csv',
      replace: ',S,',
      by: ',S,somewhere',
      says: /source: unknown source "somewhere"/,
    },
    {
      name: 'too many cells',
      file: 'trace.csv',
      replace: ',S,',
      by: ',S,,,,',
      says: /trace\.csv:\d+: 12 cells, but only 9 columns/,
    },
    {
      name: 'a row off every map',
      file: 'trace.csv',
      replace: 'b,,,40',
      by: ',,,40',
      says: /place: a row needs a place, a route, or lat and lon/,
    },
    {
      name: 'a stop without its route',
      file: 'plans.yaml',
      replace: 'route: ab',
      by: 'route: ax',
      says: /plans\.yaml:6: 0\.stops\.0\.route: unknown route "ax"/,
    },
    {
      name: 'a route that ends elsewhere',
      file: 'plans.yaml',
      replace: 'place: b',
      by: 'place: a',
      says: /route "ab" ends 50\.0? km from A|route "ab" ends 50 km from A/,
    },
    {
      name: 'a plan that arrives before it leaves',
      file: 'plans.yaml',
      replace: 'arriveAt: "2026-01-01T11:00',
      by: 'arriveAt: "2026-01-01T09:00',
      says: /stops\.0\.arriveAt: time goes backwards/,
    },
    {
      name: 'a road shorter than the line',
      file: 'routes.geojson',
      replace: '"distanceKm": 50.05',
      by: '"distanceKm": 30',
      says: /distance 30000 m is less than the drawn line/,
    },
    {
      name: 'a plug nobody makes',
      file: 'chargers.geojson',
      replace: 'IEC_62196_T2',
      by: 'TYPE_2',
      says: /chargers\.geojson:\d+: features\.0\.properties\.plug/,
    },
    {
      name: 'weather nowhere',
      file: 'weather.yaml',
      replace: 'area: all',
      by: 'area: moon',
      says: /weather\.yaml:1: 0\.area: unknown place "moon"/,
    },
  ];
  for (const { name, file, replace, by, says } of mistakes) {
    test(`${name} is refused with file, line and field`, () => {
      expect(SMALL[file]).toContain(replace);
      const loaded = assemble('small', '/nowhere', { ...SMALL, [file]: SMALL[file].replace(replace, by) });
      expect(loaded.kind === 'invalid' ? problemsText(loaded.problems) : 'was accepted').toMatch(says);
    });
  }

  test('every problem is told at once, not one per run', () => {
    const texts = {
      ...SMALL,
      'plans.yaml': SMALL['plans.yaml'].replace('route: ab', 'route: ax'),
      'weather.yaml': SMALL['weather.yaml'].replace('area: all', 'area: moon'),
    };
    const loaded = assemble('small', '/nowhere', texts);
    expect(loaded.kind === 'invalid' && loaded.problems.map((problem) => problem.file)).toEqual([
      'plans.yaml',
      'weather.yaml',
    ]);
  });

  test('missing files are named; plans, routes, chargers and weather may be missing', () => {
    const loaded = assemble('small', '/nowhere', {});
    expect(loaded.kind === 'invalid' && problemsText(loaded.problems)).toBe(
      'scenario.yaml: is missing\ntrace.csv: is missing',
    );
    const { 'plans.yaml': _, 'weather.yaml': __, 'chargers.geojson': ___, ...bare } = SMALL;
    expect(assemble('small', '/nowhere', bare).kind).toBe('loaded');
  });

  test('a folder anywhere can be read by its path; an unknown name lists the known ones', () => {
    const folder = mkdtempSync(join(tmpdir(), 'scenario-'));
    folders.push(folder);
    for (const [file, text] of Object.entries(SMALL)) writeFileSync(join(folder, file), text);
    const loaded = loadScenario(folder);
    expect((loaded as { scenario?: Scenario }).scenario?.title).toBe('Small');
    const unknown = loadScenario('no-such-drive');
    expect(unknown.kind === 'invalid' && problemsText(unknown.problems)).toMatch(
      /no-such-drive: no such scenario; known by name: 2013-01-winter-i95/,
    );
  });
});
