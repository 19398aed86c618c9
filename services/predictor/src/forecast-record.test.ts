import { type Forecast, forecast, SIGNAL } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { advanceCar, dueMs, receive } from './car.ts';
import { forecastRecord, isNewsworthy, withCurve } from './forecast-record.ts';
import {
  at,
  type CarOptions,
  charger,
  DRIVING,
  HOUR_MS,
  liveCar,
  MINUTE_MS,
  NOW_MS,
  PARKED,
  placeOf,
  record,
  situation,
  stopAt,
  tripOf,
} from './predictor.fixture.ts';

const made = (...given: Parameters<typeof situation>) => forecast.parse(forecastRecord(situation(...given)));

describe('the forecast', () => {
  const stops = [
    stopAt('dinner', 50_000, {
      kind: 'stay',
      arriveAtMs: NOW_MS + 2 * HOUR_MS,
      departAtMs: NOW_MS + 3 * HOUR_MS,
    }),
    stopAt('charge', 150_000, { kind: 'charge', powerKw: 90, chargeToSocPct: 80 }),
    stopAt('end', 250_000),
  ];
  const trip = tripOf({ stops });

  test('names every stop ahead, over a charge whose end is planned', () => {
    const { stops: ahead } = made({ trip, socPct: 90 });
    expect(ahead.map(({ stopId, distanceM }) => [stopId, Math.round(distanceM / 1_000)])).toEqual([
      ['dinner', 50],
      ['charge', 150],
      ['end', 250],
    ]);
    expect(ahead[2]?.arrivalSocPct.p50).toBeGreaterThan(ahead[1]?.arrivalSocPct.p50 ?? 100);
  });

  test('ends at a charge whose end nobody planned', () => {
    const open = stops.map(({ chargeToSocPct: _, ...stop }) => stop);
    expect(made({ trip: tripOf({ stops: open }) }).stops.map(({ stopId }) => stopId)).toEqual([
      'dinner',
      'charge',
    ]);
  });

  test('arrives after the wait, the drive and the stops before', () => {
    const arrivals = made({ trip, socPct: 90 }).stops.map(
      ({ arriveAtMs }) => (arriveAtMs - NOW_MS) / MINUTE_MS,
    );
    expect(arrivals[0]).toBeCloseTo(60 + 50_000 / 27 / 60, 0);
    expect(arrivals[1]).toBeGreaterThan(60 + 60 + 150_000 / 27 / 60 - 1);
    expect(arrivals).toEqual(arrivals.toSorted((a, b) => a - b));
  });

  test('draws the battery along the road to the next stop, falling', () => {
    const now = situation({ eastM: 10_000, values: DRIVING });
    const { curve } = forecast.parse(withCurve(forecastRecord(now), now));
    expect(curve).toHaveLength(41);
    expect(curve[0]).toMatchObject({ distanceM: 0, socPct: { p50: 80 } });
    expect(curve.at(-1)?.distanceM).toBeCloseTo(190_000, -3);
    const medians = curve.map(({ socPct }) => socPct.p50);
    expect(medians).toEqual(medians.toSorted((a, b) => b - a));
    for (const { socPct } of curve) {
      expect(socPct.p10).toBeLessThanOrEqual(socPct.p50);
      expect(socPct.p50).toBeLessThanOrEqual(socPct.p90);
    }
  });

  test('draws what the wait before it costs, and ends with what the stop says', () => {
    const departAtMs = NOW_MS + 14 * HOUR_MS;
    const now = situation({ trip: tripOf({ departAtMs, stops: [stopAt('end', 150_000)] }), socPct: 80 });
    const { curve, stops } = withCurve(forecastRecord(now), now);
    expect(curve[0]?.socPct.p50).toBeLessThan(80);
    expect(curve.at(-1)?.socPct).toEqual(stops[0]?.arrivalSocPct);
  });

  test('marks the last exit that still leads to a charger, not one behind', () => {
    const at = (eastM: number) =>
      made({ eastM, values: DRIVING, chargers: [charger('halfway', 90_000)] }).deadlineM;
    expect(at(10_000)).toBeCloseTo(80_000, -3);
    expect(at(100_000)).toBeUndefined();
  });

  test('says why it cannot be made', () => {
    expect(made({ socPct: null })).toMatchObject({
      unknown: 'the charge is not known or too old',
      stops: [],
      curve: [],
    });
    const now = situation({});
    expect(forecastRecord({ ...now, view: null }).unknown).toBe('the road and the weather are not known yet');
  });

  test('of a plan that is over, without a way home, holds nothing', () => {
    const now = situation({});
    const progress = now.memory.progress;
    if (progress === null) throw new Error('no progress');
    const over = { ...now, memory: { ...now.memory, progress: { ...progress, stretch: 1 } } };
    expect(forecastRecord(over)).toMatchObject({ stops: [], curve: [] });
  });

  test('of 1,200 km without a charge is a valid record all the same', () => {
    const far = [
      stopAt('far', 700_000, {
        kind: 'stay',
        arriveAtMs: NOW_MS + 9 * HOUR_MS,
        departAtMs: NOW_MS + 20 * HOUR_MS,
      }),
      stopAt('farther', 1_200_000),
    ];
    const { stops: ahead } = made({ trip: tripOf({ stops: far }), segment: { tempC: -20 } });
    expect(ahead).toHaveLength(2);
    for (const { belowReserveProbability } of ahead) expect(belowReserveProbability).toBeGreaterThan(0.99);
  });
});

describe('a forecast that nothing follows', () => {
  const heardMs = NOW_MS - MINUTE_MS;
  const driving = { values: DRIVING, eastM: 10_000 };
  const at = (options: CarOptions, nowMs: number, last: Forecast | null = null) =>
    forecast.parse(forecastRecord(situation(options, nowMs), last));

  test('on the road holds for ten minutes of silence, and then is unknown since the last word', () => {
    const last = at(driving, NOW_MS);
    const endMs = heardMs + 10 * MINUTE_MS;
    expect(last.validUntilMs).toBe(endMs);
    expect(at(driving, endMs, last).unknown).toBeUndefined();
    expect(at(driving, endMs + 1, last)).toMatchObject({
      unknown: 'the car fell silent on the road',
      unknownSinceMs: heardMs,
      lastKnown: { madeAtMs: NOW_MS, socPct: 80, stop: last.stops[0] },
      stops: [],
    });
  });

  test('of a car that stands holds for as long as its charge does', () => {
    const endMs = heardMs + 6 * HOUR_MS;
    expect(at({}, NOW_MS).validUntilMs).toBe(endMs);
    expect(at({}, endMs).unknown).toBeUndefined();
    expect(at({}, endMs + 1).unknown).toBe('the charge is not known or too old');
  });

  test('stays unknown since the same moment, with the same last known, until it is known again', () => {
    const silent = at(driving, NOW_MS + HOUR_MS, at(driving, NOW_MS));
    const later = at(driving, NOW_MS + 2 * HOUR_MS, silent);
    expect(later).toMatchObject({ unknownSinceMs: heardMs, lastKnown: silent.lastKnown });
    const again = at({ ...driving, observedAtMs: NOW_MS + 2 * HOUR_MS }, NOW_MS + 2 * HOUR_MS, later);
    expect(again.unknown).toBeUndefined();
    expect(again.lastKnown).toBeUndefined();
  });

  test('says nothing of another plan, and nothing where nothing was known', () => {
    const other = { ...at(driving, NOW_MS), tripId: 'trip-other' };
    expect(at(driving, NOW_MS + HOUR_MS, other).lastKnown).toBeUndefined();
    const never = at({ socPct: null }, NOW_MS);
    expect(never).toMatchObject({ unknown: 'the charge is not known or too old', unknownSinceMs: NOW_MS });
    expect(never.lastKnown).toBeUndefined();
  });

  test('wakes the car itself when it ends, once', () => {
    const live = liveCar(driving);
    const shown = advanceCar(receive(live, record(NOW_MS, { ...DRIVING })), NOW_MS, []).live;
    const endMs = NOW_MS + 10 * MINUTE_MS;
    expect(dueMs(shown)).toBe(endMs + 1);
    expect(advanceCar(shown, endMs, []).forecasts).toEqual([]);
    const ended = advanceCar(shown, endMs + 1, []);
    expect(ended.forecasts).toMatchObject([{ unknown: 'the car fell silent on the road' }]);
    expect(dueMs(ended.live)).toBeUndefined();
  });
});

describe('news', () => {
  const base = made({});
  const stop = base.stops[0];
  if (stop === undefined) throw new Error('no stop');
  const changed = (change: object) => ({ ...base, stops: [{ ...stop, ...change }] });

  test.each<[string, typeof base, boolean]>([
    ['nothing new', base, false],
    [
      'the median 0.4 points off',
      changed({ arrivalSocPct: { ...stop.arrivalSocPct, p50: stop.arrivalSocPct.p50 + 0.4 } }),
      false,
    ],
    [
      'the median 0.5 points off',
      changed({ arrivalSocPct: { ...stop.arrivalSocPct, p50: stop.arrivalSocPct.p50 + 0.51 } }),
      true,
    ],
    ['the risk 0.019 off', changed({ belowReserveProbability: stop.belowReserveProbability + 0.019 }), false],
    ['the risk 0.021 off', changed({ belowReserveProbability: stop.belowReserveProbability + 0.021 }), true],
    ['another stop', changed({ stopId: 'other' }), true],
    ['one stop less', { ...base, stops: [] }, true],
    ['another plan', { ...base, tripId: 'trip-2' }, true],
    ['unknown now', { ...base, unknown: 'the charge is not known or too old' }, true],
    ['a minute later, the same charge', { ...base, madeAtMs: base.madeAtMs + MINUTE_MS }, false],
    [
      'a minute later, 0.1 % less',
      { ...base, madeAtMs: base.madeAtMs + MINUTE_MS, socPct: base.socPct - 0.11 },
      true,
    ],
    [
      '59 s later, 5 % less',
      { ...base, madeAtMs: base.madeAtMs + MINUTE_MS - 1, socPct: base.socPct - 5 },
      false,
    ],
  ])('%s', (_, next, isNews) => {
    expect(isNewsworthy(base, next)).toBe(isNews);
  });

  test('half of its time later it is said again, if it holds longer now', () => {
    const heard = { ...base, validUntilMs: base.madeAtMs + 10 * MINUTE_MS };
    const later = (minutes: number, untilMinutes: number) => ({
      ...base,
      madeAtMs: base.madeAtMs + minutes * MINUTE_MS,
      validUntilMs: base.madeAtMs + untilMinutes * MINUTE_MS,
    });
    expect(isNewsworthy(heard, later(4.9, 14))).toBe(false);
    expect(isNewsworthy(heard, later(5, 14))).toBe(true);
    expect(isNewsworthy(heard, later(5, 10))).toBe(false);
  });

  test('the first is', () => {
    expect(isNewsworthy(null, base)).toBe(true);
  });
});

describe('a trip under way', () => {
  const way = [stopAt('break', 50_000), stopAt('end', 150_000)];
  const trip = tripOf({ stops: way });
  const isUnderWay = (options: CarOptions, nowMs = NOW_MS) => made({ trip, ...options }, nowMs).isUnderWay;

  test('begins when the car drives, not while it stands at home', () => {
    expect(isUnderWay({})).toBe(false);
    expect(isUnderWay({ eastM: 10_000, values: DRIVING })).toBe(true);
    expect(made({ trip: null }).isUnderWay).toBeUndefined();
  });

  test('begins two hours before the planned departure at the earliest', () => {
    const driving = { eastM: 10_000, values: DRIVING };
    const later = (departAtMs: number) =>
      isUnderWay({ ...driving, trip: tripOf({ stops: way, departAtMs }) });
    expect(later(NOW_MS + 2 * HOUR_MS)).toBe(true);
    expect(later(NOW_MS + 2 * HOUR_MS + 1)).toBe(false);
  });

  test('goes on at a stop on the way, and ends at the last one, whatever the way home', () => {
    const drive = (eastM: number, home = false) => {
      const begun = liveCar({ trip, socPct: 90, ...(home && { home: at(0) }) });
      const arrive = [10_000, eastM].flatMap((toM, i) => [
        record(NOW_MS + (2 * i + 1) * HOUR_MS, { ...placeOf(toM), ...DRIVING, [SIGNAL.soc]: 80 }),
        record(NOW_MS + (2 * i + 2) * HOUR_MS, {
          ...placeOf(toM),
          ...(i === 1 ? PARKED : DRIVING),
          [SIGNAL.soc]: 70,
        }),
      ]);
      const judged = advanceCar(arrive.reduce(receive, begun), NOW_MS + 4 * HOUR_MS + MINUTE_MS, []);
      return judged.forecasts.map((one) => one.isUnderWay);
    };
    expect(drive(50_000).at(-1)).toBe(true);
    for (const home of [false, true]) {
      const all = drive(150_000, home);
      expect([all.includes(true), all.at(-1)]).toEqual([true, false]);
    }
  });

  test('is news when it begins', () => {
    const before = made({ trip });
    expect(isNewsworthy(before, { ...before, isUnderWay: true })).toBe(true);
    expect(isNewsworthy(before, before)).toBe(false);
  });
});
