import { SIGNAL, type SignalValue, TESLA_SIGNAL } from '@outrider/domain';
import { expect, test } from 'vitest';
import { follow, isRestOf, type Navigation } from './car-navigation.ts';

const HERE = { [SIGNAL.latitude]: 48.1, [SIGNAL.longitude]: 11.5 };
const toward = (lat: number): Record<string, SignalValue> => ({
  [SIGNAL.destinationLatitude]: lat,
  [SIGNAL.destinationLongitude]: 11.07,
});
const LINE = { [TESLA_SIGNAL.routeLine]: 'abc' };
const CLEARED = [SIGNAL.destinationLatitude, SIGNAL.destinationLongitude];

/** What each of these was, one after the other. */
function followAll(...said: readonly (Record<string, SignalValue> | readonly string[])[]) {
  let navigation: Navigation | undefined;
  const news: boolean[] = [];
  for (const [index, one] of said.entries()) {
    const [values, cleared] = Array.isArray(one) ? [{}, one] : [one as Record<string, SignalValue>, []];
    const followed = follow(navigation, { observedAtMs: 1_000 * (index + 1), values, cleared });
    navigation = followed.navigation;
    news.push(followed.isNews);
  }
  return { navigation, news };
}

test.each([
  ['a position alone', [HERE], [false]],
  ['a destination', [HERE, toward(49)], [false, true]],
  ['the same destination again', [HERE, toward(49), toward(49.0001)], [false, true, false]],
  ['another destination', [HERE, toward(49), toward(50)], [false, true, true]],
  ['a line for it', [HERE, toward(49), LINE], [false, true, true]],
  ['the same line again', [HERE, toward(49), LINE, LINE], [false, true, true, false]],
  ['a line that leads nowhere', [HERE, LINE], [false, false]],
  ['a destination before the first position', [toward(49), HERE, HERE], [true, true, false]],
  ['no destination any more', [HERE, toward(49), CLEARED], [false, true, true]],
  ['none, and there was none', [HERE, CLEARED], [false, false]],
])('news of %s', (_name, said, news) => {
  expect(followAll(...said).news).toEqual(news);
});

test('another destination begins anew: its line is still to come', () => {
  const { navigation } = followAll(HERE, toward(49), LINE, toward(50));
  expect(navigation).toEqual({
    position: { lat: 48.1, lon: 11.5 },
    destination: { lat: 50, lon: 11.07 },
    sinceMs: 4_000,
  });
});

test('after the end of a route nothing of it is left', () => {
  expect(followAll(HERE, toward(49), LINE, CLEARED).navigation).toEqual({
    position: { lat: 48.1, lon: 11.5 },
    sinceMs: 0,
  });
});

const ROAD = [
  { lat: 48, lon: 11 },
  { lat: 49, lon: 11 },
  { lat: 49, lon: 12 },
];

test.each([
  ['its rest', ROAD.slice(1), true],
  ['its rest from between two points', [{ lat: 48.5, lon: 11.005 }, ...ROAD.slice(1)], true],
  [
    'another way round',
    [
      { lat: 48.5, lon: 11 },
      { lat: 48.5, lon: 12 },
      { lat: 49, lon: 12 },
    ],
    false,
  ],
])('%s of a road: %s', (_name, line, isRest) => {
  expect(isRestOf(line, ROAD)).toBe(isRest);
});
