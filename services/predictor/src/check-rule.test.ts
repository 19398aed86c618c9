import { describe, expect, test } from 'vitest';
import { formatMistakes, readRules } from './load-rules.ts';
import type { FactCatalogue } from './rule.ts';

const catalogue: FactCatalogue = {
  stop: [],
  charging: [],
  charger: [],
  parked: [],
  tyre: [],
  vehicle: [
    { name: 'pressureKpa', type: 'number', about: 'pressure' },
    { name: 'isDriving', type: 'boolean', about: 'drives' },
  ],
};

/** A good rule and, from line 12 on, what is added to it. */
const ruleText = (added: string, id = 'some-rule') => `id: ${id}
about: A rule for the tests of what it asks of time.
owner: outrider
scope: vehicle
when: isDriving
levels: [{ severity: info }]
for: 60s
clear: { when: '!isDriving', for: 1m }
unknown: hold
expiresAfter: 1h
message: some-message
${added}
remedies: []
`;

const region = (change: Readonly<Record<string, number>>): string => {
  const { south, west, north, east } = { south: 45, west: 6, north: 48, east: 14, ...change };
  return `cars: { regions: [{ name: Alps, south: ${south}, west: ${west}, north: ${north}, east: ${east} }] }`;
};

function read(added: string, id = 'some-rule') {
  const files = [
    { path: `${id}.yaml`, text: ruleText(added, id) },
    { path: `${id}.test.yaml`, text: '' },
  ];
  return readRules(files, catalogue);
}

const mistakesOf = (added: string): string => {
  const result = read(added);
  return result.kind === 'refused' ? formatMistakes(result.mistakes) : '';
};

test('no rule is called like the line about a watched trip', () => {
  expect(read('', 'watched').kind).not.toBe('refused');
  expect(read('', 'watching').kind).toBe('refused');
});

test('what a rule asks of time is read in seconds, and what it watches counts as read', () => {
  const result = read(`absence: { of: car, for: 15m }
change: { of: pressureKpa, within: 10m, fallsBy: 20 }
after: { when: pressureKpa < 100.0, within: 5m }
times: { atLeast: 3, within: 1h }
cars: { models: [generic-suv, generic-compact], fleets: [depot-north], regions: [{ name: Alps, south: 45, west: 6, north: 48, east: 14 }] }`);
  expect(result).toMatchObject({
    rules: [
      {
        patterns: {
          absence: { of: 'car', forS: 900 },
          change: { of: 'pressureKpa', withinS: 600, by: -20 },
          after: { when: 'pressureKpa < 100.0', withinS: 300 },
          times: { atLeast: 3, withinS: 3_600 },
        },
        models: ['generic-suv', 'generic-compact'],
        fleets: ['depot-north'],
        regions: [{ name: 'Alps', south: 45, west: 6, north: 48, east: 14 }],
        reads: ['isDriving', 'pressureKpa'],
      },
    ],
  });
  const [rule] = result.kind === 'rules' ? result.rules : [];
  expect(rule?.judge({ pressureKpa: { kind: 'known', value: 99 } }).first).toBe('true');
  expect(rule?.judge({}).first).toBe('unknown');
});

test('a rule that asks nothing of time has no patterns and is for all cars', () => {
  const result = read('mode: on');
  const [rule] = result.kind === 'rules' ? result.rules : [];
  expect(rule?.id).toBe('some-rule');
  expect(rule?.patterns).toBeUndefined();
  expect([rule?.models, rule?.fleets, rule?.regions]).toEqual([undefined, undefined, undefined]);
});

describe('what is beside the conditions is refused with its line', () => {
  test.each([
    ['a runbook with a space', 'runbook: see the wiki', /:12: runbook: an address or a path/],
    ['a runbook with a password', 'runbook: https://me:secret@wiki.example.org', /:12: runbook: without/],
    ['a runbook of nothing', 'runbook: ""', /:12: runbook/],
    ['a lead of no stop', 'leadTime: 15m', /:12: only warnings about a stop/],
    ['a lead of no time', 'leadTime: 0m', /:12: leadTime/],
    ['a digest after no time', 'digest: 0m', /:12: digest/],
  ])('%s', (_, added, expected) => {
    expect(mistakesOf(added)).toMatch(expected);
  });
});

describe('cars are refused with their line', () => {
  test.each([
    ['a fleet in capitals', 'cars: { fleets: [North] }', /:12: cars.fleets.0: .*like depot-north/],
    ['no fleet', 'cars: { fleets: [] }', /:12: cars.fleets/],
    ['cars without a word which', 'cars: {}', /:12: .*`models`, `fleets` or `regions`/],
    [
      'a region without an edge',
      'cars: { regions: [{ name: a, south: 1, west: 1, north: 2 }] }',
      /:12: .*east/,
    ],
    ['a region upside down', region({ south: 48, north: 47 }), /:12: `south` is not below `north`/],
    ['a region of no height', region({ south: 48, north: 48 }), /:12: `south` is not below `north`/],
    ['a region of no width', region({ west: 6, east: 6 }), /:12: `west` and `east` are the same/],
    ['a region beyond the pole', region({ north: 91 }), /:12: cars.regions.0.north/],
    [
      'a silence after which nobody knows where the car is',
      `${region({})}\nabsence: { of: car, for: 6h }`,
      /:13: .*where a car is/,
    ],
  ])('%s', (_, added, expected) => {
    expect(mistakesOf(added)).toMatch(expected);
  });
});

describe('is refused with its line', () => {
  test.each([
    [
      'a model with a typo',
      'cars: { models: [generic-suf] }',
      /:12: no model `generic-suf` here; .*`generic-suv`/,
    ],
    ['no model', 'cars: { models: [] }', /:12: cars.models/],
    ['a filter nobody knows', 'cars: { colours: [red] }', /:12: no field `colours`/],
    ['a fact with a typo', 'absence: { of: presureKpa, for: 5m }', /:12: .*`pressureKpa`/],
    ['a silence of no time', 'absence: { of: car, for: 0s }', /:12: absence.for/],
    ['a silence without a time', 'absence: { of: car }', /:12: absence.for/],
    ['a silence as long as a warning lives', 'absence: { of: car, for: 1h }', /:12: .*expiresAfter/],
    [
      'a change of what is no number',
      'change: { of: isDriving, within: 5m, risesBy: 1 }',
      /:12: .*no number/,
    ],
    ['a change of what is no fact', 'change: { of: speed, within: 5m, risesBy: 1 }', /:12: no fact `speed`/],
    ['a change both ways', 'change: { of: pressureKpa, within: 5m, risesBy: 1, fallsBy: 1 }', /:12: either/],
    ['a change of nothing', 'change: { of: pressureKpa, within: 5m }', /:12: either/],
    ['a fall below 0', 'change: { of: pressureKpa, within: 5m, fallsBy: -1 }', /:12: change.fallsBy/],
    ['a typo in what comes first', 'after: { when: isDrivin, within: 5m }', /:12: .*`isDriving`/],
    ['a time with a typo', 'after: { when: isDriving, withn: 5m }', /:12: no field `withn`; .*`within`/],
    ['once', 'times: { atLeast: 1, within: 5m }', /:12: times.atLeast/],
    ['so many times of what', 'times: { atLeast: 2 }', /:12: either/],
    ['so many times of both', 'times: { atLeast: 2, within: 5m, of: 3 }', /:12: either/],
    ['more times than moments', 'times: { atLeast: 3, of: 2 }', /:12: .*never/],
  ])('%s', (_, added, expected) => {
    expect(mistakesOf(added)).toMatch(expected);
  });

  test('all of them at once', () => {
    const added = `cars: { models: [generic-suf] }
times: { atLeast: 3, of: 2 }
after: { when: isDrivin, within: 5m }`;
    expect(
      mistakesOf(added)
        .split('\n')
        .map((line) => line.slice(0, 18)),
    ).toEqual([...['some-rule.yaml:12:', 'some-rule.yaml:13:', 'some-rule.yaml:14:']]);
  });

  test.each([
    ['a silence shorter than a warning lives', 'absence: { of: car, for: 59m }'],
    ['an address of a runbook', 'runbook: https://wiki.example.org/silent#desk'],
    ['a digest', 'digest: 5m'],
    ['a path of a runbook', 'runbook: runbooks/me@desk.md'],
    ['a region over the 180th meridian', region({ west: 170, east: -170 })],
    ['a missing fact may be missed for longer', 'absence: { of: pressureKpa, for: 2h }'],
    ['as many times as moments', 'times: { atLeast: 2, of: 2 }'],
  ])('but not %s', (_, added) => {
    expect(mistakesOf(added)).toBe('');
  });
});
