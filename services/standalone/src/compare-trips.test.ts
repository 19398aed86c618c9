import { SIGNAL, TESLA_SIGNAL } from '@outrider/domain';
import { expect, test } from 'vitest';
import { compareTrips, type SaidForecast, type SaidSignals, summariseErrors } from './compare-trips.ts';

const MINUTE_MS = 60_000;
const WAY_MI = 100;

/** A drive of 100 miles in 100 minutes from 80 to 40 %; the car promises 45, we 42. */
function drive({
  startMin = 0,
  toMi = 0,
  chargedAtMi = -1,
  firstMi = WAY_MI,
}: {
  startMin?: number;
  toMi?: number;
  chargedAtMi?: number;
  firstMi?: number;
} = {}): SaidSignals[] {
  const signals: SaidSignals[] = [];
  for (let miles = firstMi; miles >= toMi; miles -= 5) {
    const isCharged = miles <= chargedAtMi;
    signals.push({
      observedAtMs: (startMin + firstMi - miles) * MINUTE_MS,
      values: {
        [TESLA_SIGNAL.milesToArrival]: miles,
        [TESLA_SIGNAL.arrivalSocPct]: 45,
        [SIGNAL.soc]: 40 + (40 * miles) / WAY_MI + (isCharged ? 20 : 0),
      },
    });
  }
  return signals;
}

const promises = (startMin = 0): SaidForecast[] =>
  [0, 25, 50, 75, 95].map((min) => ({ madeAtMs: (startMin + min) * MINUTE_MS, stopId: 'home', p50: 42 }));

test('at a quarter, half and three quarters of a trip both are compared with what was left at its end', () => {
  expect(compareTrips(drive(), promises())).toEqual(
    [25, 50, 75].map((atPct) => ({ trip: 0, atPct, oursPct: 2, carsPct: 5 })),
  );
});

test('what was charged later nobody had promised', () => {
  const marks = compareTrips(drive({ chargedAtMi: 40 }), promises());
  expect(marks.map(({ atPct }) => atPct)).toEqual([75]);
});

test.each([
  ['given up half way', drive({ toMi: 50 })],
  ['an errand of five miles', drive({ firstMi: 5 })],
  ['no navigation', drive().map((one) => ({ ...one, values: { [SIGNAL.soc]: 50 } }))],
])('no trip: %s', (_name, signals) => {
  expect(compareTrips(signals, promises())).toEqual([]);
});

test('two trips are two, and the second begins where the miles jump up', () => {
  const both = [...drive(), ...drive({ startMin: 200 })];
  const marks = compareTrips(both, [...promises(), ...promises(200)]);
  expect(marks.map(({ trip }) => trip)).toEqual([0, 0, 0, 1, 1, 1]);
});

test('who said nothing for half an hour says nothing, and is not compared', () => {
  const marks = compareTrips(drive(), promises().slice(0, 1));
  expect(marks.map(({ oursPct }) => oursPct)).toEqual([2, undefined, undefined]);
  expect(summariseErrors(marks).map(({ atPct, trips }) => [atPct, trips])).toEqual([
    [25, 1],
    [25, 1],
  ]);
});

test('errors of many trips become quantiles, of both on the same trips', () => {
  const marks = [0, 1, 2, 3, 4].map((trip) => ({ trip, atPct: 50, oursPct: trip - 2, carsPct: 5 * trip }));
  expect(summariseErrors(marks)).toEqual([
    { model: 'ours', atPct: 50, trips: 5, p10: -1.6, p50: 0, p90: 1.6, meanAbsolute: 1.2 },
    { model: 'car', atPct: 50, trips: 5, p10: 2, p50: 10, p90: 18, meanAbsolute: 10 },
  ]);
});
