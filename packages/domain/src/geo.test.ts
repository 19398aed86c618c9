import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bearingDeg, besideLine, between, distanceM, polylineM } from './geo.ts';

const newark = { lat: 39.6623, lon: -75.692 };
const milford = { lat: 41.2458, lon: -73.009 };

const anywhere = fc.record({
  lat: fc.double({ min: -70, max: 70, noNaN: true }),
  lon: fc.double({ min: -180, max: 180, noNaN: true }),
});
/** A point up to 50 km from another, given in metres north and east. */
const offset = (from: { lat: number; lon: number }, northM: number, eastM: number) => {
  const lon = from.lon + eastM / (111_195 * Math.cos((from.lat * Math.PI) / 180));
  return { lat: from.lat + northM / 111_195, lon: lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon };
};

describe('distance', () => {
  test('a degree of latitude is a 360th of the circumference, one of longitude shrinks with the cosine', () => {
    expect(distanceM({ lat: 0, lon: 5 }, { lat: 1, lon: 5 })).toBeCloseTo(111_195, 0);
    expect(distanceM({ lat: 60, lon: 0 }, { lat: 60, lon: 0.01 })).toBeCloseTo(1_111.95 / 2, 0);
  });

  test('is the same both ways, never negative, and nothing from a place to itself', () => {
    fc.assert(
      fc.property(anywhere, anywhere, (a, b) => {
        expect(distanceM(a, b)).toBeCloseTo(distanceM(b, a), 3);
        expect(distanceM(a, b)).toBeGreaterThanOrEqual(0);
        expect(distanceM(a, a)).toBe(0);
      }),
    );
  });

  test('to the other side of the Earth is half its circumference', () => {
    expect(distanceM({ lat: 0, lon: 0 }, { lat: 0, lon: 180 })).toBeCloseTo(Math.PI * 6_371_008.8, 0);
  });
});

describe('bearing', () => {
  test.each([
    ['north', 1, 0, 0],
    ['east', 0, 1, 90],
    ['south', -1, 0, 180],
    ['west', 0, -1, 270],
  ])('%s', (_, lat, lon, deg) => {
    expect(bearingDeg({ lat: 0, lon: 0 }, { lat, lon })).toBeCloseTo(deg, 6);
  });

  test('is always 0 or more and below 360', () => {
    fc.assert(
      fc.property(anywhere, anywhere, (a, b) => {
        expect(bearingDeg(a, b)).toBeGreaterThanOrEqual(0);
        expect(bearingDeg(a, b)).toBeLessThan(360);
      }),
    );
  });
});

describe('beside a line', () => {
  const a = { lat: 41, lon: -73 };
  const b = offset(a, 0, 10_000);

  test.each([
    ['on it', offset(a, 0, 2_500), 0, 0.25],
    ['300 m beside it', offset(a, 300, 5_000), 300, 0.5],
    ['before its beginning', offset(a, 0, -400), 400, 0],
    ['behind its end', offset(a, 300, 10_400), 500, 1],
  ])('%s', (_, point, awayM, ratio) => {
    const found = besideLine(point, a, b);
    expect(found.awayM).toBeCloseTo(awayM, -1);
    expect(found.ratio).toBeCloseTo(ratio, 3);
  });

  test('a line without length is a point', () => {
    expect(besideLine(offset(a, 0, 100), a, a)).toEqual({ awayM: expect.closeTo(100, 0), ratio: 0 });
  });

  test('agrees with trying out many points of the line', () => {
    const near = fc.double({ min: -20_000, max: 20_000, noNaN: true });
    fc.assert(
      fc.property(anywhere, near, near, near, near, (from, bn, be, pn, pe) => {
        const to = offset(from, bn, be);
        const point = offset(from, pn, pe);
        const tried = Array.from({ length: 401 }, (_, i) => distanceM(point, between(from, to, i / 400)));
        const nearest = Math.min(...tried);
        // 400 points on up to 28 km leave gaps of 70 m, and the plane is not the sphere.
        expect(Math.abs(besideLine(point, from, to).awayM - nearest)).toBeLessThan(40 + nearest * 0.02);
      }),
    );
  });

  test('works across the 180th meridian', () => {
    const west = { lat: -17, lon: 179.95 };
    const east = { lat: -17, lon: -179.95 };
    const middle = between(west, east, 0.5);
    expect(Math.abs(middle.lon)).toBeCloseTo(180, 6);
    expect(besideLine(middle, west, east).awayM).toBeLessThan(1);
    expect(between(west, east, 0.75).lon).toBeCloseTo(-179.975, 6);
    expect(between(east, west, 0.75).lon).toBeCloseTo(179.975, 6);
  });
});

test('a polyline is as long as its pieces; one point has no length', () => {
  expect(polylineM([newark])).toBe(0);
  expect(polylineM([newark, milford, newark])).toBeCloseTo(2 * distanceM(newark, milford), 6);
});
