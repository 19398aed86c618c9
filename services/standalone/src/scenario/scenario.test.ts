import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refuseSignal, SIGNAL, trip as tripSchema } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { assemble } from './assemble.ts';
import { FILES } from './findings.ts';
import { endMsOf, framesOf, nextArrivalAt, startMsOf, truthAt } from './interpolate.ts';
import { loadScenario, problemsText, SCENARIOS_FOLDER, scenarioNames } from './load.ts';
import { planAt, tripOf } from './scenario.ts';
import { published, smallScenario } from './small-scenario.ts';
import { COLUMNS } from './trace.ts';

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

describe('the example in the README', () => {
  const readme = readFileSync(join(SCENARIOS_FOLDER, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/```[a-z]+ (\S+)\n([\s\S]*?)```/g)];

  test('is a complete folder that reads without a problem', () => {
    const texts = Object.fromEntries(blocks.map(([, file, text]) => [file, text ?? '']));
    expect(Object.keys(texts).sort()).toEqual(Object.values(FILES).sort());
    const loaded = assemble('example', '/nowhere', texts);
    expect(loaded.kind === 'invalid' ? problemsText(loaded.problems) : '').toBe('');
  });

  test('its tables name every column of trace.csv', () => {
    for (const column of COLUMNS) expect(readme).toContain(`\`${column}\``);
  });
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
