import type { Alert } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { advanceCar, dueMs, type LiveCar, receive } from './car.ts';
import { factCatalogue } from './facts/index.ts';
import { formatMistakes, readRules } from './load-rules.ts';
import { DRIVING, liveCar, MINUTE_MS, NOW_MS, PARKED, record } from './predictor.fixture.ts';
import type { LoadedRule } from './rule.ts';
import { hasNewSilence } from './rule-cars.ts';

// Rules that ask something of time, from their YAML through a car that speaks, falls silent and is restored.

function ruleOf(fields: string): LoadedRule {
  const text = `
id: some-rule
about: A rule for the tests of time patterns.
owner: outrider
scope: vehicle
levels: [{ severity: info }]
clear: { when: 'true', for: 0s }
unknown: hold
expiresAfter: 2h
message: some-message
remedies: []
${fields}`;
  const files = [
    { path: 'some-rule.yaml', text },
    { path: 'some-rule.test.yaml', text: '' },
  ];
  const read = readRules(files, factCatalogue);
  if (read.kind === 'refused') throw new Error(formatMistakes(read.mistakes));
  const [rule] = read.rules;
  if (rule === undefined) throw new Error('no rule');
  return rule;
}

/** As another process reads it from the checkpoint. */
const restored = (live: LiveCar): LiveCar => ({ ...live, car: JSON.parse(JSON.stringify(live.car)) });

type Said = readonly [minute: number, values: Parameters<typeof record>[1]];

/** Steps of the alert, with their minute; the car is restored between any two records. */
function play(rule: LoadedRule, said: readonly Said[], untilMinute: number, modelId?: string) {
  let live = liveCar({
    ...{ values: DRIVING, observedAtMs: NOW_MS, trip: null },
    ...(modelId === undefined ? {} : { modelId }),
  });
  const steps: string[] = [];
  const alerts: Alert[] = [];
  const advance = (minute: number): void => {
    const judged = advanceCar(live, NOW_MS + minute * MINUTE_MS, [rule]);
    live = restored(judged.live);
    for (const { alert } of judged.alerts) {
      alerts.push(alert);
      steps.push(`${alert.state} at ${(alert.changedAtMs - NOW_MS) / MINUTE_MS}`);
    }
  };
  for (const [minute, values] of said) {
    const heard = record(NOW_MS + minute * MINUTE_MS, values);
    live = receive(receive(live, heard), heard);
    advance(minute);
  }
  advance(untilMinute);
  return { steps, alerts, live };
}

describe('a car that falls silent', () => {
  const silent = ruleOf('when: isDriving\nabsence: { of: car, for: 15m }\nfor: 0s');

  test('is told of by a timer, and once it speaks again it is over', () => {
    expect(play(silent, [[1, DRIVING]], 15.9).steps).toEqual([]);
    expect(play(silent, [[1, DRIVING]], 16).steps).toEqual(['firing at 16']);
    const spokeAgain: Said[] = [
      [1, DRIVING],
      [40, DRIVING],
    ];
    expect(play(silent, spokeAgain, 41).steps).toEqual(['firing at 16', 'resolved at 40']);
  });

  test('is told to operators, with how long it is silent, when its rule is for them', () => {
    const forOperators = ruleOf(
      'when: isDriving\nabsence: { of: car, for: 20m }\nfor: 0s\naudience: operators',
    );
    expect(play(forOperators, [[1, DRIVING]], 20.9).alerts).toEqual([]);
    expect(play(forOperators, [[1, DRIVING]], 21).alerts).toMatchObject([
      { state: 'firing', audience: 'operators', facts: { heardAgeS: 1_200 } },
    ]);
    const [toDriver] = play(silent, [[1, DRIVING]], 21).alerts;
    expect(toDriver).toMatchObject({ state: 'firing' });
    expect(toDriver).not.toHaveProperty('audience');
    expect(toDriver?.facts).not.toHaveProperty('heardAgeS');
  });

  test('asks for one moment, and for none while it stands', () => {
    expect(dueMs(play(silent, [[1, DRIVING]], 12).live)).toBe(NOW_MS + 16 * MINUTE_MS);
    expect(dueMs(play(silent, [[1, PARKED]], 600).live)).toBeUndefined();
    expect(play(silent, [[1, PARKED]], 600).steps).toEqual([]);
  });

  test.each([
    { rule: '15m', minutes: 15, loadedAt: 15, steps: ['firing at 16'] },
    { rule: '15m', minutes: 15, loadedAt: 30, steps: ['firing at 30'] },
    { rule: '5m', minutes: 5, loadedAt: 8, steps: ['firing at 8'] },
    // Longer than a warning of it lives.
    { rule: '15m', minutes: 15, loadedAt: 122, steps: [] },
  ])('is told of by a rule of $rule that came at minute $loadedAt', ({ minutes, loadedAt, steps }) => {
    const rule = ruleOf(`when: isDriving\nabsence: { of: car, for: ${minutes}m }\nfor: 0s`);
    const heard = record(NOW_MS + MINUTE_MS, { ...DRIVING });
    const spoke = receive(liveCar({ values: DRIVING, observedAtMs: NOW_MS, trip: null }), heard);
    const before = advanceCar(spoke, NOW_MS + loadedAt * MINUTE_MS, []).live;
    const said: string[] = [];
    let live = restored(before);
    for (let minute = loadedAt; minute <= loadedAt + 20; minute++) {
      const judged = advanceCar(live, NOW_MS + minute * MINUTE_MS, [rule]);
      live = restored(judged.live);
      for (const { alert } of judged.alerts)
        said.push(`${alert.state} at ${(alert.changedAtMs - NOW_MS) / MINUTE_MS}`);
    }
    expect(said).toEqual(steps);
  });

  test('is not silent while what it says is only old: the word counts when it came', () => {
    const cameMs = NOW_MS + 90 * MINUTE_MS;
    const backlog = record(NOW_MS + MINUTE_MS, { ...DRIVING }, { cameAtMs: cameMs });
    const before = liveCar({ values: DRIVING, observedAtMs: NOW_MS, trip: null });
    const { live, alerts } = advanceCar(receive(before, backlog), cameMs, [silent]);
    expect(alerts).toEqual([]);
    const told = (minutes: number) =>
      advanceCar(restored(live), cameMs + minutes * MINUTE_MS, [silent]).alerts;
    expect(told(14.9)).toEqual([]);
    expect(told(15)).toHaveLength(1);
  });

  test('counts from what it said as long as that came within a minute', () => {
    const firedAt = (cameMs: number) => {
      const heard = record(NOW_MS + MINUTE_MS, { ...DRIVING }, { cameAtMs: cameMs });
      const spoke = receive(liveCar({ values: DRIVING, observedAtMs: NOW_MS, trip: null }), heard);
      const { live } = advanceCar(spoke, cameMs, [silent]);
      const [said] = advanceCar(live, cameMs + 16 * MINUTE_MS, [silent]).alerts;
      return ((said?.alert.startedAtMs ?? 0) - NOW_MS) / MINUTE_MS;
    };
    expect(firedAt(NOW_MS + 2 * MINUTE_MS)).toBe(16);
    expect(firedAt(NOW_MS + 2 * MINUTE_MS + 1)).toBeCloseTo(17, 3);
  });

  test('is asked once by a new rule, also where that finds nothing', () => {
    const { live } = play(silent, [[1, PARKED]], 2);
    expect(hasNewSilence(live, [silent])).toBe(false);
    expect(hasNewSilence(live, [])).toBe(true);
    expect(hasNewSilence(advanceCar(live, NOW_MS + 3 * MINUTE_MS, []).live, [])).toBe(false);
  });

  test('keeps its alert for as long as it is silent, however long', () => {
    expect(play(silent, [[1, DRIVING]], 6_000).steps).toEqual(['firing at 16']);
  });
});

test('what began three times within an hour is told of, and is over when that has passed', () => {
  const often = ruleOf('when: "!isDriving"\ntimes: { atLeast: 3, within: 1h }\nfor: 0s');
  const halts: Said[] = [1, 5, 10, 15, 20, 25].map((minute, index) => [
    minute,
    index % 2 === 0 ? PARKED : DRIVING,
  ]);
  expect(play(often, halts.slice(0, 4), 30).steps).toEqual([]);
  expect(play(often, halts, 60.9).steps).toEqual(['firing at 20']);
  expect(play(often, halts, 61).steps).toEqual(['firing at 20', 'resolved at 61']);
});

test('standing after driving is told of, standing alone is not', () => {
  const stopped = ruleOf('when: "!isDriving"\nafter: { when: isDriving, within: 5m }\nfor: 0s');
  const halt: Said[] = [
    [0.5, DRIVING],
    [1, PARKED],
  ];
  expect(play(stopped, halt, 2).steps).toEqual(['firing at 1']);
  const never = ruleOf('when: "!isDriving"\nafter: { when: isPlugged, within: 5m }\nfor: 0s');
  expect(play(never, halt, 2).steps).toEqual([]);
});

test('a rule is for the models it names', () => {
  const only = ruleOf('cars: { models: [generic-compact] }\nwhen: "!isDriving"\nfor: 0s');
  expect(play(only, [[1, PARKED]], 2, 'generic-compact').steps).toEqual(['firing at 1']);
  expect(play(only, [[1, PARKED]], 2, 'generic-suv').steps).toEqual([]);
});
