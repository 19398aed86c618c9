import type { Alert, Remedy } from '@outrider/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alertOf, MINUTE_MS, START_MS } from '../notifier.fixture.ts';
import { fill, plainName, shorten } from './fill.ts';
import { languageOf, loadLanguages } from './language.ts';
import { minutes } from './quantities.ts';
import { certaintyOf, isUnworded, namingCar, readingOf, wordAlert, wordResolved } from './wording.ts';

const languages = loadLanguages();
const english = languageOf(languages, 'en');
const imperial = { units: 'imperial', timeZone: 'America/New_York' } as const;
const metric = { units: 'metric', timeZone: 'Europe/Berlin' } as const;
const word = (change: Partial<Alert> = {}, reader: typeof imperial | typeof metric = imperial) =>
  wordAlert(english, alertOf(change), reader, START_MS);

test('a warning says what, the range, what to do, by when and why', () => {
  const { title, body, spoken } = word();
  expect(title).toBe('Milford: 3 % (0–8 %) on arrival, reserve 5 %');
  expect(body).toBe(
    'It could go either way: you may arrive at Milford with 3 % (0–8 %), below your 5 % reserve (64 % likely). ' +
      'Charge 12 min longer here (Newark), to 96 %, or hold 55 mph. ' +
      'Then 11 % (7–15 %) on arrival is expected. ' +
      'Decide before exit 54, 10:00 AM. ' +
      'Because: 200 mi to go, 30 °F outside, no wind data, 72 % in the battery.',
  );
  expect(spoken).toBe('You may arrive at Milford with 3 percent. Charge 12 minutes longer here.');
});

test('what rests on a forecast says on what, however it is worded, and what a part of the car says does not', () => {
  const because = 'Because: 200 mi to go, 30 °F outside, no wind data, 72 % in the battery.';
  expect(word({ message: 'not-plugged-in', facts: { ...alertOf().facts, neededSocPct: 64 } }).body).toContain(
    because,
  );
  expect(word({ message: 'not-plugged-in', remedies: [] }).body).toContain(because);
  const tyre = word({ message: 'tyre-low', remedies: [{ kind: 'check', words: 'tyre-low' }] });
  expect(tyre.body).toContain('Stop where it is safe');
  expect(tyre.body).not.toContain('Because');
  expect(word({ message: 'silent-car', audience: 'operators', remedies: [] }).body).not.toContain('Because');
});

test('before unplugging it asks to charge on only where that helps', () => {
  const unplug = { ruleId: 'unplug-too-early', message: 'unplug-too-early' };
  expect(word(unplug).title).toBe('Keep charging 12 min: 3 % (0–8 %) at Milford, reserve 5 %');
  const slower = alertOf().remedies.filter(({ kind }) => kind !== 'charge-longer');
  expect(word({ ...unplug, remedies: slower }).title).toBe(
    'Before you unplug: 3 % (0–8 %) at Milford, reserve 5 %',
  );
  expect(word({ ...unplug, remedies: [] }).body).not.toMatch(/keep charging/i);
});

test('a charge that will not be ready is told by the one number that mends it', () => {
  const of = (facts: Alert['facts']) =>
    word({ ruleId: 'will-not-be-ready', message: 'will-not-be-ready', facts, changedAtMs: START_MS });
  const slow = { isCharging: true, minutesNeeded: 601, minutesToPlannedDeparture: 600 };
  expect(of({ ...slow, limitNeededPct: 92 }).title).toBe(
    'Set the charge limit to 92 %: 3 % (0–8 %) at Milford, reserve 5 %',
  );
  expect(of({ limitNeededPct: 92 }).spoken).toMatch(/^Set the charge limit to 92 percent\. /);
  // It is 9:00: 19:01 is no time to promise, ten past is.
  expect(of(slow).title).toBe('Leave at 7:10 PM, charged: 3 % (0–8 %) at Milford if earlier');
  const inTime = 'Check the charge: 3 % (0–8 %) at Milford, reserve 5 %';
  expect(of({ ...slow, minutesNeeded: 600 }).title).toBe(inTime);
  expect(of({ ...slow, isCharging: false, minutesNeeded: 600 }).title).toBe(
    'Check the cable: charging has to begin by 9:00 AM',
  );
  expect(of({ ...slow, isCharging: false, minutesNeeded: 591 }).title).toMatch(/by 9:00 AM$/);
  expect(of({ ...slow, isCharging: null, minutesNeeded: 300 }).title).toBe(inTime);
  for (const gone of ['minutesNeeded', 'minutesToPlannedDeparture'])
    expect(of({ ...slow, isCharging: false, [gone]: null }).title).toBe(inTime);
  expect(of({ ...slow, minutesNeeded: 0 }).title).toBe(inTime);
});

test('it reads in metric units and 24 hours where the driver does', () => {
  const { body } = word({ facts: { distanceM: 9_900, tempC: -6, windMps: 8.3 } }, metric);
  expect(body).toContain('or hold 88 km/h.');
  expect(body).toContain('Decide before exit 54, 16:00.');
  expect(body).toContain('Because: 9.9 km to go, −6 °C outside, wind 30 km/h.');
});

test('it says how old the weather and the charger data are, and what is only estimated', () => {
  const because = (facts: Alert['facts']) => /Because: (.*)\./.exec(word({ facts }).body)?.[1];
  const sources = { tempC: 0, windMps: 1, weatherSource: 'provider', routeSource: 'planner-route' };
  expect(because({ ...sources, weatherAgeS: 1_500 })).toBe('32 °F outside, wind 2 mph, weather 25 min old');
  expect(because({ ...sources, weatherAgeS: 1_500, weatherSource: 'car-thermometer' })).toMatch(
    /weather from the car alone, 25 min old$/,
  );
  expect(because({ ...sources, weatherAgeS: null, weatherSource: 'climatology' })).toMatch(
    /weather unknown$/,
  );
  expect(because({ ...sources, weatherAgeS: null, weatherSource: 'car-thermometer' })).toMatch(
    /weather from the car alone$/,
  );
  expect(because({ ...sources, advisesCharger: true, chargerStatusAgeS: 240 })).toMatch(
    /charger status 4 min old$/,
  );
  expect(because({ ...sources, advisesCharger: true, chargerStatusAgeS: null })).toMatch(
    /charger status unknown$/,
  );
  expect(because({ ...sources, routeSource: 'great-circle' })).toMatch(/road estimated$/);
  expect(because({ ...sources, isGuess: true })).toMatch(/the trip is guessed$/);
  expect(because({ ...sources, isGuess: false })).not.toMatch(/guessed/);
});

for (const [probability, certainty] of [
  [0.349, 'unlikely'],
  [0.35, 'uncertain'],
  [0.75, 'uncertain'],
  [0.751, 'likely'],
  [undefined, 'uncertain'],
] as const)
  test(`a probability of ${probability} is ${certainty}`, () =>
    expect(certaintyOf(probability)).toBe(certainty));

test('the text differs with the certainty, and never claims to be sure', () => {
  expect(word({ probability: 0.2 }).body).toMatch(/^There is some chance \(20 %\)/);
  expect(word({ probability: 0.9 }).body).toMatch(/^You may arrive at Milford with 3 % \(0–8 %\)/);
  expect(word({ probability: 1 }).body).toContain('(99 % likely)');
  expect(word({ probability: 0 }).body).toContain('(1 %)');
});

test('a deficit stays a number', () => {
  const { title } = word({ arrivalSocPct: { p10: -9, p50: -4, p90: 2 } });
  expect(title).toBe('Milford: −4 % (−9 to 2 %) on arrival, reserve 5 %');
});

test('a deadline that has passed asks for a decision now; one tomorrow names the day', () => {
  expect(word({ deadlineAtMs: START_MS }).body).toContain('Decide now.');
  expect(word({ deadlineAtMs: START_MS + 1 }).body).toContain('Decide before exit 54, 9:00 AM.');
  expect(word({ deadlineAtMs: START_MS + 24 * 60 * MINUTE_MS }).body).toContain('Sat 9:00 AM');
});

/** The alert without some of its optional parts. */
function bareAlert(): Alert {
  const { deadlineAtMs, deadlinePlace, stopName, probability, arrivalSocPct, reserveSocPct, ...rest } =
    alertOf();
  return { ...rest, facts: {}, remedies: [] };
}

test('what is not known is not said', () => {
  const { title, body } = wordAlert(english, bareAlert(), imperial, START_MS);
  expect(title).toBe('You may arrive below your reserve');
  expect(body).toBe(
    'It could go either way: you may arrive at your next stop below your reserve. ' +
      'Slow down and look for a place to charge. Because: no temperature known, no wind data.',
  );
});

test('at most two choices are named', () => {
  const third: Remedy = { ...alertOf().remedies[1], kind: 'precondition', minutes: 20 } as unknown as Remedy;
  const { body } = word({ remedies: [...alertOf().remedies, third] });
  expect(body).not.toContain('recondition');
});

test('a speed is rounded down and a charge is rounded up', () => {
  const [charge, speed] = alertOf().remedies;
  if (charge?.kind !== 'charge-longer' || speed?.kind !== 'hold-speed') throw new Error('another example');
  const { body } = word({
    remedies: [
      { ...charge, minutes: 12.2, untilSocPct: 95.1 },
      { ...speed, speedMps: 24.9 },
    ],
  });
  expect(body).toContain('Charge 13 min longer here (Newark), to 96 %, or hold 55 mph.');
});

test('the end of an alert is told in its own words', () => {
  const { title, body } = wordResolved(english, alertOf(), imperial, START_MS);
  expect(`${title}. ${body}`).toBe(
    'No longer expected. What was said about Milford is no longer expected. Carry on as planned.',
  );
});

test('an unknown language falls back to English, a regional one to its language', () => {
  expect(languageOf(languages, 'xx').language).toBe('en');
  expect(languageOf(languages, 'en-US').language).toBe('en');
});

test('an id like a prototype key has no words of its own', () => {
  expect(isUnworded(english, 'constructor')).toBe(true);
  expect(word({ message: '__proto__' }).title).toContain('Check your trip');
});

for (const { name, text } of [
  { name: 'line breaks', text: 'Milford\r\nBcc: other@example.org' },
  { name: 'a direction mark', text: 'Milford\u202edrofliM' },
  { name: 'invisible characters', text: 'Mil\u200bford\ufeff' },
  { name: 'controls', text: 'Milford\u0000\u001b[31m' },
])
  test(`a stop's name brings no ${name} into the text`, () => {
    const { title, body, spoken } = word({ stopName: text });
    expect(`${title}${body}${spoken}`).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });

test('a name that looks like a placeholder is only a name', () => {
  expect(word({ stopName: '{reserve}' }).title).toContain('{reserve}: 3 %');
  expect(fill('{a} {b}', { a: '{b}', b: 'x' })).toBe('{b} x');
});

test('a name is cut at a word, and never in the middle of a character', () => {
  expect(plainName('Milford Service Plaza Northbound', 20)).toBe('Milford Service…');
  expect(shorten('🔌🔌🔌', 4)).toBe('🔌…');
  expect(shorten('abc', 3)).toBe('abc');
});

const names = fc.string({ unit: 'binary', minLength: 1, maxLength: 200 });
const bands = fc
  .tuple(fc.double({ min: -200, max: 200, noNaN: true }), fc.double({ min: -200, max: 200, noNaN: true }))
  .map(([a, b]) => ({ p10: Math.min(a, b), p50: (a + b) / 2, p90: Math.max(a, b) }));

test('whatever the names and numbers: spoken fits, has a verb, and nothing is left unfilled', () => {
  const messages = [...Object.keys(english.messages), 'unheard-of'];
  fc.assert(
    fc.property(
      names,
      bands,
      fc.constantFrom(...messages),
      fc.double({ min: 0, max: 1e7, noNaN: true }),
      fc.boolean(),
      (name, band, message, amount, isMetric) => {
        const end = { arrivalSocPct: band, belowReserveProbability: 0.1 };
        const shared = { locationId: 'l', name, minutes: amount, untilSocPct: 80, ...end };
        const remedies: readonly Remedy[] = [
          { kind: 'charge-at', ...shared, distanceM: amount, detourM: 0, worksProbability: 0.9 },
          { kind: 'turn-back', name, distanceM: amount, ...end },
          { kind: 'plug-in', name, powerKw: 2.3, untilSocPct: 80, ...end },
        ];
        for (const best of remedies) {
          const alert = alertOf({ message, stopName: name, arrivalSocPct: band, remedies: [best] });
          const text = wordAlert(english, alert, isMetric ? metric : imperial, START_MS);
          expect(text.spoken.length).toBeLessThanOrEqual(120);
          expect(text.spoken).toMatch(/\b(charge|turn|plug)/i);
          expect(text.title.length).toBeLessThanOrEqual(100);
          expect(text.body.length).toBeLessThanOrEqual(2_000);
        }
      },
    ),
    { numRuns: 200 },
  );
});

const read = (spoken: boolean) => readingOf(english, { units: 'metric', timeZone: 'UTC' }, spoken);

test('long charges read in hours, to the next ten minutes', () => {
  expect(minutes(99, read(false))).toBe('99 min');
  expect(minutes(100, read(false))).toBe('1 h 40 min');
  expect(minutes(179, read(false))).toBe('3 h');
  expect(minutes(181, read(true))).toBe('3 hours 10 minutes');
  expect(minutes(100, read(true))).toBe('1 hour 40 minutes');
});

test.each([
  { name: 'a short name is said whole', label: 'Pool 7', says: 'Pool 7: Charge.' },
  {
    name: 'a long one is cut',
    label: 'The blue one behind the second gate',
    says: 'The blue one behind…: Charge.',
  },
  { name: 'line breaks do not get in', label: 'a\n\rPool 7', says: 'a Pool 7: Charge.' },
  { name: 'a piece of a name is left out', label: '7', says: 'Charge.' },
])('who is not the driver is told which car: $name', ({ label, says }) => {
  const words = { subject: 'S', title: 'Charge.', body: 'Charge.', spoken: 'Charge.' };
  expect(namingCar(words, label)).toEqual({ subject: 'S', title: says, body: says, spoken: says });
});

test('a car’s name never takes the room of the words about it', () => {
  const full = { subject: 'S', title: 't'.repeat(100), body: 'b', spoken: 's'.repeat(112) };
  const named = namingCar(full, 'The blue one behind the gate');
  expect(named.title).toBe(full.title);
  expect(named.spoken).toMatch(/^The.*: s{112}$/);
  expect(named.spoken.length).toBeLessThanOrEqual(120);
});

test('in German numbers, times and names of places are those of the language', () => {
  const german = languageOf(languages, 'de-CH');
  const alert = alertOf({
    remedies: [
      {
        kind: 'turn-back',
        ...{ name: 'home', distanceM: 8_400, belowReserveProbability: 0.05 },
        arrivalSocPct: { p10: -2, p50: 11, p90: 15 },
      },
    ],
  });
  const { title, body, spoken } = wordAlert(german, alert, metric, START_MS);
  expect(title).toBe('Milford: 3 % (0–8 %) bei Ankunft, Reserve 5 %');
  expect(body).toBe(
    'Es kann so oder so ausgehen: Ankunft vielleicht mit 3 % (0–8 %) (Milford), unter der Reserve von 5 % (zu 64 % wahrscheinlich). ' +
      'Dreh um: Zuhause, 8,4 km. ' +
      'Dann sind bei Ankunft 11 % (−2 bis 15 %) zu erwarten. ' +
      'Entscheide vor exit 54, 16:00. ' +
      'Gründe: noch 322 km, außen -1 °C, keine Winddaten, 72 % im Akku.'.replace('-1', '−1'),
  );
  expect(spoken).toBe('Milford: vielleicht nur 3 Prozent bei Ankunft. Dreh um: Zuhause, 8,4 Kilometer.');
});
