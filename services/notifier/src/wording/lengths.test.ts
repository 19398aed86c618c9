import type { Alert, Remedy } from '@outrider/domain';
import { expect, test } from 'vitest';
import { smsTextOf } from '../channels/sms.ts';
import { alertOf, START_MS } from '../notifier.fixture.ts';
import { smsSize } from '../sms-text.ts';
import type { LineSaid } from '../trip-line.ts';
import { loadLanguages } from './language.ts';
import { wordLine } from './watch-words.ts';
import { wordAlert, wordResolved } from './wording.ts';

// Every message as it would arrive, with the longest values that its fields allow: short enough for one SMS and for a
// voice, with something to do and, where one is known, a number.

/** By language: words that say what to do. */
const ACTION: Readonly<Record<string, RegExp>> = {
  en: /\b(charge|hold|plug|turn|precondition|slow|stop|keep|check|decide|carry|call)\b/i,
  de: /\b(lade|fahr|steck|dreh|wärm|halte|prüf|entscheide|ruf|stell|such|plane|starte|lass|weiter)\b/i,
};

/** The longest text a name may be, in words and as one word; cut to 24 for a voice and an SMS. */
const NAMES = ['Wolverhampton Services '.repeat(9).slice(0, 200), 'W'.repeat(200)];
/** As long as its number may be written: what a charge or a chance can come to, and numbers without any bound. */
const EXTREMES = [
  { name: 'long', socPct: -888.8, minutes: 6_000, distanceM: 9_999_999, speedMps: 130, cabinTempC: -38 },
  {
    name: 'boundless',
    socPct: -8e300,
    minutes: 8e300,
    distanceM: 8e300,
    speedMps: 8e300,
    cabinTempC: -8e300,
  },
] as const;
type Extreme = (typeof EXTREMES)[number];

/** What rules know besides: nothing, or how a charge gets ready. */
const readyFacts = ({ minutes }: Extreme): readonly Alert['facts'][] => [
  {},
  { limitNeededPct: 100 },
  { isCharging: true, minutesNeeded: minutes, minutesToPlannedDeparture: 600 },
  { isCharging: false, minutesNeeded: 600, minutesToPlannedDeparture: minutes },
];

function remediesOf(name: string, { socPct, minutes, distanceM, speedMps, cabinTempC }: Extreme): Remedy[] {
  const arrival = {
    arrivalSocPct: { p10: socPct, p50: socPct, p90: socPct },
    belowReserveProbability: 0.5,
    deadlineAtMs: START_MS + 1,
  };
  const place = { locationId: 'l'.repeat(200), name };
  return [
    { kind: 'charge-longer', ...place, minutes, untilSocPct: 100, powerKw: 350, ...arrival },
    {
      ...{ kind: 'charge-at', ...place, minutes, untilSocPct: 100, distanceM, detourM: distanceM },
      ...{ worksProbability: 0.9, ...arrival },
    },
    { kind: 'hold-speed', speedMps, cabinTempC, ...arrival },
    { kind: 'hold-speed', speedMps, ...arrival },
    { kind: 'plug-in', name, powerKw: 350, untilSocPct: 100, ...arrival },
    { kind: 'turn-back', ...place, distanceM, ...arrival },
    { kind: 'precondition', minutes, ...arrival },
    { kind: 'check', words: 'tyre-low' },
  ];
}

/** Every alert whose spoken words may differ: by message, remedy or none, stop named or not, and what rules know. */
function alertsOf(message: string, name: string, extreme: Extreme): readonly Alert[] {
  const { socPct, minutes, distanceM, cabinTempC } = extreme;
  const { stopName: _, ...rest } = alertOf();
  const arrivalSocPct = { p10: socPct, p50: socPct, p90: socPct };
  const temperatures = { batteryTempC: cabinTempC, tempC: cabinTempC };
  const plug = { minutesLeftToPlugIn: minutes, neededSocPct: 100 };
  const planned = { plannedWorksProbability: 0.5, plannedPowerPct: minutes, plannedChargerKw: 350 };
  const parts = {
    tyreKpa: distanceM,
    tyreMissingKpa: distanceM,
    tyreLostKpa: distanceM,
    lowVoltageV: socPct,
    contradictions: 4,
  };
  const heat = { batteryHottestC: cabinTempC, motorTempC: cabinTempC };
  const names = { tyre: 'frontRight', contradiction: 'two-charges charges-unplugged' };
  const facts = {
    ...{ socPct: 100, ...temperatures, distanceM, windMps: 40, heardAgeS: minutes * 60 },
    ...{ ...parts, ...heat, ...names, ...plug, ...planned },
  };
  return [...remediesOf(name, extreme), undefined].flatMap((remedy) =>
    [{ stopName: name }, {}].flatMap((stop) =>
      readyFacts(extreme).map((more) => ({
        ...{ ...rest, ...stop, message, deadlinePlace: name, arrivalSocPct, reserveSocPct: 100 },
        facts: { ...facts, ...more },
        remedies: remedy === undefined ? [] : [remedy],
      })),
    ),
  );
}

const READERS = [
  { units: 'metric', timeZone: 'Europe/Berlin' },
  { units: 'imperial', timeZone: 'America/New_York' },
] as const;

/** What is wrong with words as they would be heard and sent; empty when nothing is. */
function faultsOf(spoken: string, replies: string, action: RegExp, hasNumber: boolean): readonly string[] {
  const { alphabet, segments } = smsSize(smsTextOf({ spoken }, replies));
  return [
    ...(spoken.length > 120 ? [`too long to hear: ${spoken}`] : []),
    ...(alphabet === 'gsm-7' && segments === 1 ? [] : [`no single SMS: ${spoken}`]),
    ...(action.test(spoken) ? [] : [`nothing to do: ${spoken}`]),
    ...(hasNumber && !/\d/.test(spoken) ? [`no number: ${spoken}`] : []),
    ...(spoken.includes('{') ? [`not filled: ${spoken}`] : []),
  ];
}

const actionOf = (code: string): RegExp => {
  const words = ACTION[code];
  if (words === undefined) throw new Error(`${code} has no words here for what to do`);
  return words;
};

for (const [code, language] of loadLanguages())
  for (const message of Object.keys(language.messages))
    for (const extreme of EXTREMES)
      test(`${message} with ${extreme.name} values in ${code} is one SMS, short to hear, with what to do and a number`, () => {
        const faults = NAMES.flatMap((name) => alertsOf(message, name, extreme)).flatMap((alert) =>
          READERS.flatMap((reader) => {
            const { spoken } = wordAlert(language, alert, reader, START_MS);
            const hasNumber = extreme.name === 'long';
            return faultsOf(spoken, language.serviceTexts.replies, actionOf(code), hasNumber);
          }),
        );
        expect(faults).toEqual([]);
      });

for (const [fault, spoken] of [
  ['too long to hear', `Charge 12 minutes ${'a'.repeat(103)}`],
  ['no single SMS', `Charge 12 minutes ${'я'.repeat(90)}`],
  ['nothing to do', 'You may arrive with 3 percent.'],
  ['no number', 'Charge now.'],
  ['not filled', 'Charge 12 minutes at {name}.'],
] as const)
  test(`the lint finds ${fault}`, () => {
    expect(faultsOf(spoken, '', actionOf('en'), true)).toEqual([`${fault}: ${spoken}`]);
  });

test('the lint takes 120 characters', () => {
  expect(faultsOf(`Charge 12 minutes ${'a'.repeat(102)}`, '', actionOf('en'), true)).toEqual([]);
});

test('what takes a warning back fits too', () => {
  for (const [code, language] of loadLanguages()) {
    const { spoken } = wordResolved(language, alertOf({ stopName: NAMES[0] ?? '' }), READERS[0], START_MS);
    expect(faultsOf(spoken, language.serviceTexts.replies, actionOf(code), false)).toEqual([]);
  }
});

/** Whether a trip is watched, in every way it can be said. */
function linesOf(name: string, { socPct }: Extreme): readonly LineSaid[] {
  const stop = { name, arrivalSocPct: { p10: socPct, p50: socPct, p90: socPct }, sure: 0.5 };
  const known = { atMs: START_MS - 24 * 3_600_000, socPct: 100 };
  const unknown: readonly LineSaid[] = [{}, { lastKnown: known }, { lastKnown: { ...known, stop } }].flatMap(
    (last) => [{}, { sinceMs: known.atMs }].map((since) => ({ state: 'not-watching', ...last, ...since })),
  );
  const watched = [known, { ...known, stop }].map(
    (one): LineSaid => ({
      ...{ state: 'watching', known: one, reserveSocPct: 100 },
    }),
  );
  return [...watched, ...unknown, { state: 'ended' }];
}

for (const [code, language] of loadLanguages())
  for (const extreme of EXTREMES)
    test(`whether a trip is watched, with ${extreme.name} values in ${code}, is short, and unknown is told with what to do`, () => {
      const all = NAMES.flatMap((name) => linesOf(name, extreme)).flatMap((said) =>
        READERS.map((reader) => ({ said, text: wordLine(language, said, reader, START_MS) })),
      );
      for (const { said, text } of all) {
        // What is watched asks for nothing: warnings do.
        const action = said.state === 'not-watching' ? actionOf(code) : /./;
        expect(
          faultsOf(text.spoken, '', action, said.state === 'watching' && extreme.name === 'long'),
        ).toEqual([]);
        expect(text.title.length).toBeLessThanOrEqual(100);
        expect(text.body.length).toBeLessThanOrEqual(300);
        expect(`${text.title} ${text.body}`).not.toMatch(/[{}]|\b(fine|all is well|no problem)\b/);
        expect(text.title).not.toBe('');
      }
    });

test('a name is cut to 24 characters where it is heard or sent as an SMS', () => {
  const english = loadLanguages().get('en');
  if (english === undefined) throw new Error('en.yaml is missing');
  const name = 'abcdefghijklmnopqrstuvwxyz';
  const { spoken } = wordAlert(english, alertOf({ stopName: name }), READERS[0], START_MS);
  expect(spoken).toContain(`${name.slice(0, 23)}…`);
  expect(spoken).not.toContain(name.slice(0, 24));
  const exact = wordAlert(english, alertOf({ stopName: name.slice(0, 24) }), READERS[0], START_MS);
  expect(exact.spoken).toContain(name.slice(0, 24));
});
