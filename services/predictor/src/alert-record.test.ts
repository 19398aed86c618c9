import { alert } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { alertRecord, probabilityOf } from './alert-record.ts';
import { charger, DRIVING, MINUTE_MS, NOW_MS, situation, VEHICLE } from './predictor.fixture.ts';
import { ruleOn } from './rule.fixture.ts';
import type { Facts } from './rule.ts';

const known = (value: number | boolean) => ({ kind: 'known' as const, value });
const unknown = { kind: 'unknown' as const, reason: 'nobody knows' };
const reading = (...reads: string[]) => ({ reads });

describe('the probability a rule judges by', () => {
  const facts: Facts = { belowReserveProbability: known(0.3), unplugNowBelowReserveProbability: known(0.8) };

  test.each([
    ['what it reads', reading('belowReserveProbability'), 0.3],
    [
      'leaving now before arriving',
      reading('belowReserveProbability', 'unplugNowBelowReserveProbability'),
      0.8,
    ],
    ['none when it reads none', reading('batteryTempC'), undefined],
    ['none when it is not known', reading('homeBelowReserveProbability'), undefined],
  ])('is %s', (_, rule, probability) => {
    expect(probabilityOf(facts, rule)).toBe(probability);
  });

  test('is a probability, whatever rounding left of it', () => {
    const slightly = { belowReserveProbability: known(1 + 1e-12) };
    expect(probabilityOf(slightly, reading('belowReserveProbability'))).toBe(1);
    expect(
      probabilityOf({ belowReserveProbability: unknown }, reading('belowReserveProbability')),
    ).toBeUndefined();
  });
});

describe('the record', () => {
  const now = situation({
    values: DRIVING,
    socPct: 45,
    eastM: 2_000,
    chargers: [charger('halfway', 90_000)],
  });
  const rule = ruleOn('belowReserveProbability', 'stop');
  const made = (facts: Facts, change: Partial<Parameters<typeof alertRecord>[0]> = {}) =>
    alert.parse(
      alertRecord({
        situation: now,
        rule,
        subject: { subject: 'there', facts },
        alertId: 'alert-1',
        revision: 1,
        state: 'firing',
        severity: 'warning',
        startedAtMs: NOW_MS - MINUTE_MS,
        remedies: [],
        ...change,
      }),
    );

  test('shows unknown facts as unknown, never as nothing', () => {
    const { facts, probability, evidence } = made({
      belowReserveProbability: unknown,
      isDriving: known(true),
    });
    expect(facts).toMatchObject({ belowReserveProbability: null, isDriving: true });
    expect(probability).toBeUndefined();
    expect(evidence.inputs.find(({ name }) => name === 'belowReserveProbability')?.value).toBeNull();
  });

  test('has a band only when all of it is known', () => {
    const band = {
      arrivalSocPctP10: known(1.23),
      arrivalSocPctP50: known(4.56),
      arrivalSocPctP90: known(7.89),
    };
    expect(made(band).arrivalSocPct).toEqual({ p10: 1.2, p50: 4.6, p90: 7.9 });
    expect(made({ ...band, arrivalSocPctP90: unknown }).arrivalSocPct).toBeUndefined();
  });

  test('takes its deadline and place from the best remedy, and keeps each remedy’s own', () => {
    const remedy = {
      kind: 'hold-speed' as const,
      speedMps: 20,
      arrivalSocPct: { p10: 1, p50: 2, p90: 3 },
      belowReserveProbability: 0.05,
    };
    const record = made(
      {},
      {
        remedies: [
          { remedy, deadlineAtMs: NOW_MS + 5.6, deadlinePlace: 'exit 54' },
          { remedy, deadlineAtMs: NOW_MS + 99 },
        ],
      },
    );
    expect(record).toMatchObject({ deadlineAtMs: NOW_MS + 6, deadlinePlace: 'exit 54' });
    expect(record.remedies.map(({ deadlineAtMs }) => deadlineAtMs)).toEqual([NOW_MS + 6, NOW_MS + 99]);
    expect(made({}).deadlineAtMs).toBeUndefined();
  });

  test('without a plan or a road names neither', () => {
    const bare = made({}, { situation: { ...now, view: null }, subject: { subject: 'vehicle', facts: {} } });
    expect(bare).toMatchObject({ vehicleId: VEHICLE, subject: 'vehicle' });
    expect(bare.tripId).toBeUndefined();
    expect(bare.stopName).toBeUndefined();
    expect(bare.evidence.snapshotId).toBeUndefined();
  });

  test('says how old each input is', () => {
    const ages = new Map(made({}).evidence.inputs.map(({ name, ageS }) => [name, ageS]));
    expect(ages.get('charge')).toBe(60);
    expect(ages.get('air temperature')).toBe(60);
    expect(ages.get('weather from')).toBe(600);
  });
});
