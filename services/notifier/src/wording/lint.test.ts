import { remedy } from '@outrider/domain';
import { expect, test } from 'vitest';
import { smsSize, toGsmText } from '../sms-text.ts';
import { wordDigest } from './digest-words.ts';
import { placeholdersOf } from './fill.ts';
import { loadLanguages } from './language.ts';

const languages = loadLanguages();
const english = languages.get('en');
const german = languages.get('de');
if (english === undefined || german === undefined) throw new Error('a language file is missing');

const MESSAGE_IDS = [
  'arrival-below-reserve',
  'unplug-too-early',
  'overnight-loss',
  'departure-below-reserve',
  'point-of-no-return',
  'reach-without-plan',
  'cold-battery',
  'will-not-be-ready',
  'silent-car',
  'tyre-low',
  'slow-puncture',
  'low-voltage-battery-weak',
  'battery-hot',
  'motor-hot',
  'contradicting-signals',
  'charging-stalled',
  'planned-charger-doubtful',
  'planned-charger-slower',
  'not-plugged-in',
  'destination-out-of-reach',
];

/** Words that put it on the driver. The driver followed the advice there was. */
const BLAME_DE =
  /\b(schuld|fehler|leichtsinnig|unvorsichtig|vergessen|ignoriert|versäumt|versagt|hättest|warum hast|falsch|selbst schuld)/i;
const BLAME =
  /\b(blame|fault|mistake|careless|reckless|forgot|forgotten|ignored?|neglect\w*|fail(?:ed|ure)?|should have|ought to have|you did not|you didn't|why did you|against advice|as we (?:said|told)|wrong|irresponsible|your own)\b/i;

const ACTION_DE = /\b(lade|fahr|steck|dreh|wärm|halte|prüf|entscheide|ruf|stell|such|plane|starte|lass)\b/i;
const ACTION = /\b(charge|hold|plug|turn|precondition|slow|stop|keep|check|decide|call)\b/i;

const LIKELY_TO_BE_UNKNOWN = new Set([
  'arrival',
  'arrivalP50',
  'reserve',
  'probability',
  'distance',
  'temp',
  'batteryTemp',
  'wind',
  'weatherAge',
  'carAge',
  'carAlone',
  'weatherUnknown',
  'chargerAge',
  'chargerUnknown',
  'roadEstimated',
  'tripGuessed',
  'soc',
  'silent',
  'longer',
  'limitNeeded',
  'leaveAt',
  'startBy',
  'loss',
  'deadlinePlace',
  'deadlineTime',
  'namedStop',
  'tyre',
  'tyrePressure',
  'tyreMissing',
  'tyreLost',
  'volts',
  'batteryHottest',
  'motorTemp',
  'contradiction',
  'contradictions',
  'plugInBy',
  'works',
  'chargerPower',
  'powerPct',
  'neededSoc',
]);

function sentencesOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(sentencesOf);
}

test('every message of the first rules has words', () => {
  expect(Object.keys(english.messages).toSorted()).toEqual([...MESSAGE_IDS, 'other'].toSorted());
});

test('every kind of remedy for a trip has words; what a part of the car needs is in those of its message', () => {
  const kinds = remedy.options.map((option) => option.shape.kind.value).filter((kind) => kind !== 'check');
  expect(Object.keys(english.remedies).toSorted()).toEqual(kinds.toSorted());
});

test('no sentence blames the driver', () => {
  for (const sentence of sentencesOf(english)) expect(sentence).not.toMatch(BLAME);
  for (const sentence of sentencesOf(german)) expect(sentence).not.toMatch(BLAME_DE);
});

/** Every list of alternatives and every sentence by where it stands, with what it may be filled with. */
function shapeOf(value: unknown, path = ''): readonly string[] {
  if (typeof value === 'string') return [`${path} ${placeholdersOf(value).toSorted()}`];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => shapeOf(inner, `${path}/${key}`));
}

test('every language says the same: as many alternatives, each with the same placeholders', () => {
  const { language: _en, ...one } = english;
  const { language: _de, ...other } = german;
  expect(shapeOf(other)).toEqual(shapeOf(one));
});

test('the lint for blame can fail', () => {
  expect('You should have charged longer.').toMatch(BLAME);
  expect('You ignored the warning.').toMatch(BLAME);
  expect('Du hättest länger laden sollen.').toMatch(BLAME_DE);
});

test('one message about many cars fits a voice and one SMS with the longest words and names there are', () => {
  const facts = {
    ...{ count: 1_000, cars: 1_000, lead: 'W'.repeat(40), byMs: 90_000_000_000, place: 'Q'.repeat(40) },
  };
  const reader = { units: 'metric', timeZone: 'America/New_York' } as const;
  for (const [language, action] of [
    [english, ACTION],
    [german, ACTION_DE],
  ] as const)
    for (const message of Object.keys(language.messages)) {
      const { title, body, spoken } = wordDigest(language, { ...facts, message }, reader, 0);
      expect(title).toMatch(/^1000 (of|von) 1000 (cars|Autos) [a-z]/);
      expect(title.length).toBeLessThanOrEqual(100);
      expect(spoken.length).toBeLessThanOrEqual(120);
      expect(smsSize(toGsmText(spoken))).toMatchObject({ alphabet: 'gsm-7', segments: 1 });
      for (const text of [body, spoken]) expect(text).toMatch(action);
      // Cut at 24 characters, the cut included.
      expect(body).toContain(`${'W'.repeat(23)}…`);
      expect(body).not.toContain('{');
    }
});

test('a digest without a name, a time or a place is whole all the same', () => {
  const facts = { message: 'silent-car', count: 2, cars: 1, lead: '', byMs: undefined, place: undefined };
  const reader = { units: 'metric', timeZone: 'UTC' } as const;
  const { title, body, spoken } = wordDigest(english, facts, reader, 0);
  expect(title).toBe('2 of 2 cars have gone silent on the road');
  expect(body).toBe('2 of 2 cars have gone silent on the road. Check the list of warnings.');
  expect(spoken).toBe('2 of 2 cars have gone silent on the road. Check the list.');
  const passed = wordDigest(english, { ...facts, lead: 'Van 1', byMs: 1_000 }, reader, 1_000);
  expect(passed.body).toContain('Check Van 1 first; the list');
});

test('every action has a verb', () => {
  for (const [language, action] of [
    [english, ACTION],
    [german, ACTION_DE],
  ] as const) {
    for (const words of Object.values(language.remedies))
      for (const sentence of [...words.text, ...words.or, ...words.spoken]) expect(sentence).toMatch(action);
    for (const message of Object.values(language.messages)) {
      expect(message.action).toMatch(action);
      expect(message.spokenAction).toMatch(action);
    }
  }
});

test('what is said when probability is in the middle says plainly that it is uncertain', () => {
  for (const message of Object.values(english.messages))
    for (const sentence of Array.isArray(message.what) ? [] : message.what.uncertain)
      expect(sentence).toMatch(/^It could go either way/);
});

const whatsOf = ({ what }: (typeof english.messages)[string]): readonly (readonly string[])[] =>
  Array.isArray(what) ? [what] : Object.values(what);

test('an e-mail subject is short and names nothing', () => {
  for (const { subject } of [english, german].flatMap(({ messages }) => Object.values(messages))) {
    expect(placeholdersOf(subject)).toEqual([]);
    expect(subject.length).toBeLessThanOrEqual(60);
  }
});

test('the last alternative of every list needs nothing that may be unknown', () => {
  for (const message of Object.values(english.messages))
    for (const list of [message.title, message.spoken, ...whatsOf(message)])
      for (const name of placeholdersOf(list.at(-1) ?? '')) expect(LIKELY_TO_BE_UNKNOWN).not.toContain(name);
});

test('the last alternative of each line about a trip needs nothing, and none says that all is well', () => {
  for (const { title, body, spoken } of Object.values(english.watching)) {
    for (const list of [title, body, spoken])
      expect(placeholdersOf(list.at(-1) ?? '').filter((name) => name !== 'soc')).toEqual([]);
    expect(placeholdersOf(spoken.at(-1) ?? '')).toEqual([]);
  }
  for (const sentence of sentencesOf(english.watching)) expect(sentence).not.toMatch(/\bfine\b|all is well/);
});

test('the shortest spoken pair fits 120 characters with room for a remedy', () => {
  for (const message of [english, german].flatMap(({ messages }) => Object.values(messages))) {
    expect(`${message.spoken.at(-1)} ${message.spokenAction}`.length).toBeLessThanOrEqual(120);
    expect(message.spokenAction.length).toBeLessThanOrEqual(60);
  }
});

test('texts besides alerts are one SMS, and a warning has room for what may be answered', () => {
  const texts = [english, german].flatMap(({ serviceTexts: { code, stopped, replies } }) => [
    ...[code, stopped, `${'a'.repeat(120)} ${replies}`],
  ]);
  for (const text of texts)
    expect(smsSize(text.replace('{code}', '012345'))).toMatchObject({ alphabet: 'gsm-7', segments: 1 });
});
