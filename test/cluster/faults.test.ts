import { seededRandom } from '@outrider/runtime';
import { describe, expect, test } from 'vitest';
import { FAULT_KINDS, type FaultKind, planFaults } from './faults.ts';

const planOf = (seed: number, kinds: readonly FaultKind[] = FAULT_KINDS) =>
  planFaults({ random: seededRandom(seed), kinds: new Set(kinds), rounds: 1, awayMs: 12_000 });

describe('a plan of faults', () => {
  test('the same seed gives the same plan, another one another', () => {
    expect(planOf(1)).toEqual(planOf(1));
    expect(planOf(1)).not.toEqual(planOf(2));
  });

  test.each([1, 2, 3, 4, 5])('even the shortest has every server away once, seed %d', (seed) => {
    const away = planOf(seed).faults.flatMap((one) => (one.kind === 'away' ? [one.engine] : []));
    expect(away.toSorted()).toEqual(['broker', 'influxdb', 'postgres']);
  });

  test.each([1, 2, 3, 4, 5])('and kills of ingest and predictor every few seconds, seed %d', (seed) => {
    const { faults, endMs } = planOf(seed);
    const kills = faults.flatMap((one) => (one.kind === 'kill' ? [one] : []));
    const gapsMs = kills.slice(1).map(({ atMs }, index) => atMs - (kills[index]?.atMs ?? 0));
    expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(3_000);
    expect(Math.max(...gapsMs)).toBeLessThanOrEqual(8_000);
    for (const service of ['ingest', 'predictor'])
      expect(kills.filter(({ name }) => name.startsWith(service)).length).toBeGreaterThan(2);
    expect(faults.every(({ atMs }) => atMs < endMs)).toBe(true);
  });

  test('what is not asked for does not happen', () => {
    expect(planOf(1, ['influxdb']).faults).toMatchObject([{ kind: 'away', engine: 'influxdb' }]);
    expect(planOf(1, ['kills']).faults.every(({ kind }) => kind === 'kill')).toBe(true);
  });
});
