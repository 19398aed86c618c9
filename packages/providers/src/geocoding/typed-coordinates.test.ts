import { describe, expect, test } from 'vitest';
import { readTypedCoordinates } from './typed-coordinates.ts';

describe('typed coordinates', () => {
  test.each([
    ['48.1, 11.5', 48.1, 11.5],
    ['48.1,11.5', 48.1, 11.5],
    ['48.1 11.5', 48.1, 11.5],
    ['-33.9; 18.4', -33.9, 18.4],
    [' 48.1° N, 11.5° E ', 48.1, 11.5],
    ['33.9S 70.6w', -33.9, -70.6],
    ['geo:48.1,11.5', 48.1, 11.5],
    ['90, 180', 90, 180],
  ])('%s is a place', (text, lat, lon) => {
    expect(readTypedCoordinates(text)).toMatchObject({ lat, lon });
  });

  test.each(['48,1, 11,5', '91, 0', '0, 181', '48.1', 'Main Street 48, 11', '48.1, 11.5, 300', '', '1e1, 2'])(
    '%s is none',
    (text) => {
      expect(readTypedCoordinates(text)).toBeUndefined();
    },
  );
});
