import { expect, test } from 'vitest';
import { createTracks, followTrack } from './tracks.ts';

/** 0.1° of latitude are 11.12 km. */
const point = (lat: number, atS: number) => ({ lat, lon: 20, atMs: atS * 1000 });

const hops: readonly { name: string; durationS: number; isSuspect: boolean }[] = [
  { name: '111.2 km in 1000 s, 400.3 km/h', durationS: 1000, isSuspect: true },
  { name: '111.2 km in 1001 s, 399.9 km/h', durationS: 1001, isSuspect: false },
  { name: 'the same way backwards in time', durationS: -1001, isSuspect: false },
  { name: 'at once', durationS: 0, isSuspect: true },
];
for (const { name, durationS, isSuspect } of hops) {
  test(`${name} is ${isSuspect ? 'not ' : ''}believed`, () => {
    const { track } = followTrack(undefined, point(60, 5_000));
    expect(followTrack(track, point(61, 5_000 + durationS)).isSuspect).toBe(isSuspect);
  });
}

test('a kilometre at once is a receiver finding its fix', () => {
  const { track } = followTrack(undefined, point(60, 0));
  expect(followTrack(track, point(60.0089, 0)).isSuspect).toBe(false);
  expect(followTrack(track, point(60.0091, 0)).isSuspect).toBe(true);
});

test('a late point does not move the track back', () => {
  const first = followTrack(undefined, point(60, 1_000)).track;
  const late = followTrack(first, point(59.9, 0));
  expect(late.isSuspect).toBe(false);
  expect(late.track.last).toEqual(point(60, 1_000));
});

test('no more vehicles are remembered than allowed; a forgotten one is believed', () => {
  const tracks = createTracks(1);
  expect(tracks.isSuspect('a', point(60, 0))).toBe(false);
  expect(tracks.isSuspect('a', point(70, 1))).toBe(true);
  tracks.isSuspect('b', point(60, 0));
  expect(tracks.isSuspect('a', point(70, 2))).toBe(false);
});
