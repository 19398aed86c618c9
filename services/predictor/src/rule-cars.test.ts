import { describe, expect, test } from 'vitest';
import { hasUnasked, isAsked, isTold, placeInFleet, silenceRulesOf } from './rule-cars.ts';

const vehicles = Array.from({ length: 10_000 }, (_, index) => `veh_${index}`);
const toldAt = (share: number) => vehicles.filter((vehicle) => isTold({ mode: 'on', share }, vehicle));

describe('a share of the fleet', () => {
  test.each([0.01, 0.1, 0.5])('of %s is about that many cars', (share) => {
    const deviation = Math.sqrt(vehicles.length * share * (1 - share));
    expect(Math.abs(toldAt(share).length - vehicles.length * share)).toBeLessThan(4 * deviation);
  });

  test('that grows keeps who was in it', () => {
    const few = toldAt(0.1);
    expect(few.length).toBeGreaterThan(0);
    expect(toldAt(0.2)).toEqual(expect.arrayContaining(few));
  });

  test('is decided by the car alone, the same on every machine', () => {
    expect(placeInFleet('veh_milford0001')).toBe(placeInFleet('veh_milford0001'));
    expect(placeInFleet('veh_milford0001')).toBeCloseTo(0.354958, 6);
  });

  test('of one or of none said is everybody, and in the shadow nobody', () => {
    expect(toldAt(1)).toHaveLength(vehicles.length);
    expect(vehicles.every((vehicle) => isTold({ mode: 'on' }, vehicle))).toBe(true);
    expect(vehicles.some((vehicle) => isTold({ mode: 'shadow', share: 1 }, vehicle))).toBe(false);
  });
});

const car = { vehicle: { modelId: 'a' }, fleet: 'north' };

test.each([
  ['on', { mode: 'on' }, true],
  ['in the shadow', { mode: 'shadow' }, true],
  ['off', { mode: 'off' }, false],
  ['for this model', { mode: 'on', models: ['a', 'b'] }, true],
  ['for another model', { mode: 'on', models: ['b'] }, false],
  ['for its fleet', { mode: 'on', fleets: ['south', 'north'] }, true],
  ['for another fleet', { mode: 'on', fleets: ['south'] }, false],
  ['for its model in another fleet', { mode: 'on', models: ['a'], fleets: ['south'] }, false],
  ['for its fleet, but off', { mode: 'off', fleets: ['north'] }, false],
] as const)('a rule that is %s: asked or not', (_, rule, expected) => {
  expect(isAsked(rule, car)).toBe(expected);
  expect(hasUnasked({ key: { ruleId: 'some' } }, [{ id: 'some', ...rule }], car)).toBe(!expected);
});

test('an episode of a rule that is gone is one nobody asks about, and no episode is none', () => {
  expect(hasUnasked({ key: { ruleId: 'gone' } }, [{ id: 'some', mode: 'on' }], car)).toBe(true);
  expect(hasUnasked({}, [], car)).toBe(false);
});

test('a rule for some fleets is not asked about a car of none', () => {
  expect(isAsked({ mode: 'on', fleets: ['north'] }, { vehicle: { modelId: 'a' } })).toBe(false);
  expect(isAsked({ mode: 'on' }, { vehicle: { modelId: 'a' } })).toBe(true);
});

test('a car that came to another fleet is asked by the rules about silence again, where one is for fleets', () => {
  const silence = { id: 'silent', version: '1', patterns: { absence: { of: 'car', forS: 60 } } };
  const forAll = [silence];
  const forSome = [{ ...silence, fleets: ['north'] }];
  const of = (rules: typeof forAll, fleet?: string) => silenceRulesOf(rules, fleet ? { fleet } : {});
  expect(of(forAll, 'north')).toBe(of(forAll));
  expect(of(forSome, 'north')).not.toBe(of(forSome));
  expect(of(forSome, 'north')).not.toBe(of(forSome, 'south'));
});
