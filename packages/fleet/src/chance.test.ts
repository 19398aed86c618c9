import { describe, expect, test } from 'vitest';
import { createChance } from './chance.ts';

const DRAWS = Array.from({ length: 4_000 }, (_, i) => i);

describe('chance by name', () => {
  test('the same seed and name draw the same, whatever was drawn between', () => {
    const one = createChance(7);
    const other = createChance(7);
    other.draw('something else');
    expect(one.draw('car', 1, 'day', 2)).toBe(other.draw('car', 1, 'day', 2));
  });

  test('another seed, another name, and another cut of the same letters draw otherwise', () => {
    const { draw } = createChance(7);
    expect(createChance(8).draw('a')).not.toBe(draw('a'));
    expect(draw('ab', 'c')).not.toBe(draw('a', 'bc'));
    expect(createChance(7).of('a').draw('b')).toBe(draw('a', 'b'));
  });

  test('draws of names that count up are even, and stay within 0 and 1', () => {
    const chance = createChance(1);
    const draws = DRAWS.map((i) => chance.draw('n', i));
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThan(1);
    for (const quarter of [0, 1, 2, 3])
      expect(draws.filter((one) => Math.floor(one * 4) === quarter).length / DRAWS.length).toBeCloseTo(
        0.25,
        1,
      );
  });

  test('normal draws have mean 0 and deviation 1', () => {
    const chance = createChance(2);
    const draws = DRAWS.map((i) => chance.normal('n', i));
    const mean = draws.reduce((sum, one) => sum + one, 0) / draws.length;
    const variance = draws.reduce((sum, one) => sum + (one - mean) ** 2, 0) / draws.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
  });

  test('what happens with probability 0 never does, with 1 always', () => {
    const chance = createChance(3);
    expect(DRAWS.some((i) => chance.happens(0, i))).toBe(false);
    expect(DRAWS.every((i) => chance.happens(1, i))).toBe(true);
  });
});
