import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { refuseSignal, SIGNAL, trip as tripSchema } from '@outrider/domain';
import { afterEach, describe, expect, test } from 'vitest';
import { assemble } from './assemble.ts';
import { endMsOf, framesOf, nextArrivalAt, startMsOf, truthAt } from './interpolate.ts';
import { loadScenario, problemsText, scenarioNames } from './load.ts';
import { planAt, type Scenario, tripOf } from './scenario.ts';
import { published, SMALL, smallScenario } from './small-scenario.ts';

const at = (text: string) => Date.parse(text);

describe('the scenarios in the repository', () => {
  for (const name of scenarioNames()) {
    test(`${name} reads without a problem and every frame is valid VSS`, () => {
      const loaded = loadScenario(name);
      expect(loaded.kind === 'invalid' ? problemsText(loaded.problems) : '').toBe('');
      const scenario = published(name);
      const frames = framesOf(scenario);
      expect(frames).toEqual(framesOf(published(name)));
      for (const [i, frame] of frames.entries()) {
        expect(frame.atMs).toBeGreaterThan(frames[i - 1]?.atMs ?? 0);
        for (const [path, value] of Object.entries(frame.signals)) {
          expect(refuseSignal(path, value), `${path}=${value}`).toBeUndefined();
        }
      }
    });

    test(`${name} has plans that are valid trips`, () => {
      const scenario = published(name);
      for (const plan of scenario.plans) {
        const result = tripSchema.safeParse(tripOf(scenario, plan, 'veh_abcdefgh12'));
        expect(result.error?.issues ?? []).toEqual([]);
      }
    });
  }
});

describe('the published winter drive', () => {
  const drive = published('2013-01-winter-i95');
  const cases = [
    { when: '2013-01-23T13:11-05:00', socPct: 90, rangeMi: 242 },
    { when: '2013-01-23T14:35-05:00', socPct: 60.1, rangeMi: 157 },
    { when: '2013-01-23T18:43-05:00', socPct: 72, rangeMi: 185 },
    { when: '2013-01-24T09:40-05:00', socPct: 29.5, rangeMi: 19 },
    { when: '2013-01-24T11:05-05:00', socPct: 28, rangeMi: 32 },
  ];
  for (const { when, socPct, rangeMi } of cases) {
    test(`says ${socPct} % and ${rangeMi} miles at ${when}, as published`, () => {
      const truth = truthAt(drive, at(when));
      expect(truth.socPct).toBeCloseTo(socPct, 5);
      expect((truth.rangeM ?? 0) / 1609.344).toBeCloseTo(rangeMi, 3);
    });
  }

  test('has its six decision points in order', () => {
    expect(drive.decisionPoints.map((point) => point.id)).toEqual([
      'leaving-newark',
      '68-miles-on',
      'leaving-milford',
      'parking-groton',
      'morning-start',
      'unplugging-norwich',
    ]);
  });

  test('drives the published miles: 114 + 200 + 79 + 11 + 51', () => {
    expect((drive.anchors.at(-1)?.odometerM ?? 0) / 1609.344).toBeCloseTo(455, 1);
  });

  test('never shows less than 0 although the log went below', () => {
    const truth = truthAt(drive, at('2013-01-23T17:44-05:00'));
    expect(truth.rangeM).toBe(0);
    expect(truth.socPct).toBeCloseTo(3.2, 5);
  });
});

describe('between the anchors', () => {
  const scenario = smallScenario();

  test('SOC and position follow the distance driven, not the clock', () => {
    const half = truthAt(scenario, at('2026-01-01T10:30+01:00'));
    expect(half.socPct).toBeCloseTo(60, 5);
    expect(half.lat).toBeCloseTo(48.225, 3);
    expect(half.speedMps * 3.6).toBeCloseTo(50, 1);
  });

  test('frames come each minute while driving, every five minutes parked, every fifteen at night', () => {
    const times = framesOf(scenario).map((frame) => frame.atMs);
    const gapAfter = (when: string) => {
      const i = times.indexOf(at(when));
      return ((times[i + 1] ?? 0) - (times[i] ?? 0)) / 60_000;
    };
    expect(gapAfter('2026-01-01T10:00+01:00')).toBe(1);
    expect(gapAfter('2026-01-01T11:00+01:00')).toBe(5);
    expect(gapAfter('2026-01-01T21:55+01:00')).toBe(5);
    expect(gapAfter('2026-01-01T22:00+01:00')).toBe(15);
  });

  test('gear, plug and battery power follow what the car does', () => {
    const signals = (when: string) =>
      framesOf(scenario).find((frame) => frame.atMs === at(when))?.signals ?? {};
    expect(signals('2026-01-01T10:10+01:00')[SIGNAL.gear]).toBe(127);
    expect(signals('2026-01-01T11:05+01:00')[SIGNAL.gear]).toBe(126);
    expect(signals('2026-01-01T10:10+01:00')[SIGNAL.power]).toBeLessThan(0);
    expect(signals('2026-01-02T08:10+01:00')[SIGNAL.isCharging]).toBe(true);
    expect(signals('2026-01-02T08:10+01:00')[SIGNAL.power]).toBeGreaterThan(0);
    expect(signals('2026-01-01T11:05+01:00')[SIGNAL.power]).toBeUndefined();
  });

  test('the state is held before the first and after the last row', () => {
    expect(truthAt(scenario, 0).socPct).toBe(80);
    expect(truthAt(scenario, endMsOf(scenario) + 1e9).socPct).toBe(70);
  });

  test('a next arrival is found, and none where the car never goes or has already gone', () => {
    const there = scenario.places.find((place) => place.id === 'b') ?? { lat: 0, lon: 0 };
    expect(nextArrivalAt(scenario, there, startMsOf(scenario))?.socPct).toBeCloseTo(40, 0);
    expect(nextArrivalAt(scenario, there, at('2026-01-01T12:00+01:00'))).toBeUndefined();
    expect(nextArrivalAt(scenario, { lat: 10, lon: 10 }, startMsOf(scenario))).toBeUndefined();
  });

  test('the plan in force is the newest entered by then', () => {
    expect(planAt(scenario, at('2026-01-01T08:59+01:00'))).toBeUndefined();
    expect(planAt(scenario, at('2026-01-01T09:00+01:00'))?.tripId).toBe('go');
  });
});

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
