import { isPlaceSignal, SIGNAL } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { ENUMERATIONS } from './enums.ts';
import type { Field } from './field.ts';
import { FIELD_BY_NAME, FIELD_BY_NO, fieldOf } from './fields.ts';
import { pathsOf } from './read-datum.ts';
import { CASE, CASE_BY_JSON_NAME } from './value-cases.ts';

const all = FIELD_BY_NO.filter((field): field is Field => field !== undefined);

describe('the table of fields', () => {
  test('has every number up to 259 once, and every name once', () => {
    expect(all.map(({ no }) => no)).toEqual(Array.from({ length: 260 }, (_, no) => no));
    expect(FIELD_BY_NAME.size).toBe(all.length);
  });

  test('no two fields share a path', () => {
    const paths = all.flatMap((field) => [...pathsOf(field)]);
    expect(paths.filter((path, index) => paths.indexOf(path) !== index)).toEqual([]);
  });

  test('an enumeration is one that the protocol has', () => {
    for (const field of all)
      if (field.kind === 'enum') expect(ENUMERATIONS[field.typedAs], field.name).toBeDefined();
    const cases = [...Object.keys(ENUMERATIONS).map(Number), ...Object.values(CASE)].filter(
      (kase) => kase > 0,
    );
    expect(cases.toSorted((a, b) => a - b)).toEqual([...CASE_BY_JSON_NAME.values()]);
    expect(CASE_BY_JSON_NAME.size).toBe(53);
  });

  test('where somebody is, comes from, or goes is sealed, and what nobody knows too', () => {
    const sealed = all.filter((field) => pathsOf(field).some(isPlaceSignal)).map(({ name }) => name);
    expect(sealed.filter((name) => !/^(Experimental|Deprecated)_/.test(name))).toEqual([
      ...['Unknown', 'Location', 'GpsHeading', 'RouteLine', 'OriginLocation', 'DestinationLocation'],
      ...['DestinationName', 'HomelinkNearby', 'LocatedAtHome', 'LocatedAtWork', 'LocatedAtFavorite'],
    ]);
    for (const key of [260, -5, 'NextStop']) expect(isPlaceSignal(fieldOf(key)?.ownPath ?? '')).toBe(true);
    expect(isPlaceSignal('Vehicle.Private.Tesla.Soc.Latitude')).toBe(true);
    expect(isPlaceSignal('Vehicle.Private.Tesla.Soc')).toBe(false);
  });
});

describe('units', () => {
  const factorOf = (name: string) => {
    const field = fieldOf(name);
    return field?.kind === 'number' ? [field.path, field.unit, field.factor] : undefined;
  };
  test('are those of VSS', () => {
    expect(factorOf('VehicleSpeed')).toEqual([SIGNAL.speed, 'km/h', 1.609344]);
    expect(factorOf('Odometer')).toEqual([SIGNAL.odometer, 'm', 1609.344]);
    expect(factorOf('TimeToFullCharge')).toEqual([SIGNAL.chargeTimeToComplete, 's', 3600]);
    expect(factorOf('MinutesToArrival')).toEqual(['Vehicle.Private.Tesla.MinutesToArrival', 's', 60]);
  });
  test('2.9 atmospheres are 293.8 kPa', () => {
    const field = fieldOf('TpmsPressureFl');
    expect(field?.kind === 'number' && 2.9 * field.factor).toBeCloseTo(293.84, 2);
  });
});

test('what is no field has no place', () => {
  for (const key of ['', '1x', 'a b', `a${'b'.repeat(80)}`, Number.NaN, 1.5, '__proto__'])
    expect(fieldOf(key), String(key)).toBeUndefined();
});
