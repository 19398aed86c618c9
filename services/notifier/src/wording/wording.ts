import { type Alert, isTripRemedy } from '@outrider/domain';
import { fill, fillAll, fillFirst, plainName, shorten, type Values } from './fill.ts';
import type { Language, MessageWords } from './language.ts';
import type { Reading } from './quantities.ts';
import { alertValues, remedyValues } from './values.ts';

/** An alert in words, for one person. */
export interface Text {
  /** E-mail subject; names no place. */
  readonly subject: string;
  /** First line on a lock screen. */
  readonly title: string;
  readonly body: string;
  /** To be read aloud, or shown to a moving driver: at most 120 characters. */
  readonly spoken: string;
}

export interface Reader {
  readonly units: 'metric' | 'imperial';
  readonly timeZone: string;
}

/** How this person reads or hears quantities in that language. */
export const readingOf = (language: Language, { units, timeZone }: Reader, spoken: boolean): Reading => ({
  ...{ units, timeZone, spoken },
  words: language.quantities,
});

const SPOKEN_MAX = 120;
const TITLE_MAX = 100;
const BODY_MAX = 2_000;
/** Between these probabilities the text says plainly that it may go either way. */
const UNCERTAIN_FROM = 0.35;
const UNCERTAIN_TO = 0.75;
/** More than two choices are none, at the wheel or on a lock screen. */
const CHOICES_MAX = 2;

export type Certainty = 'unlikely' | 'uncertain' | 'likely';

/** Without a probability nothing may be said with certainty. */
export function certaintyOf(probability: number | undefined): Certainty {
  if (probability === undefined) return 'uncertain';
  if (probability < UNCERTAIN_FROM) return 'unlikely';
  return probability <= UNCERTAIN_TO ? 'uncertain' : 'likely';
}

/** True when the language file has no text of its own for this message. */
export const isUnworded = (language: Language, message: string): boolean =>
  !Object.hasOwn(language.messages, message);

/** The message of an alert. Pure; `nowMs` decides whether a deadline is still ahead. */
export function wordAlert(language: Language, alert: Alert, reader: Reader, nowMs: number): Text {
  const words = language.messages[isUnworded(language, alert.message) ? 'other' : alert.message];
  if (words === undefined) throw new Error('the message "other" is missing');
  const reading = readingOf(language, reader, false);
  const values = alertValues(alert, language, nowMs, reading);
  const sentences = [
    fillFirst(whatOf(words, alert), values),
    `${actionOf(language, words, alert, reading)}`,
    outcomeOf(language, alert, reading),
    decideOf(language, alert, values, nowMs),
    isForecast(alert) ? becauseOf(language, values) : '',
  ];
  return {
    subject: words.subject,
    title: shorten(fillFirst(words.title, values), TITLE_MAX),
    body: shorten(sentences.filter((one) => one !== '').join(' '), BODY_MAX),
    spoken: spokenOf(language, words, alert, reader, nowMs),
  };
}

/** The message that takes an earlier one back: it is over, or somebody else's by now. */
export function wordTakenBack(
  why: 'resolved' | 'handedOver',
  language: Language,
  alert: Alert,
  reader: Reader,
  nowMs: number,
): Text {
  const values = alertValues(alert, language, nowMs, readingOf(language, reader, false));
  const { subject, title, body, spoken } = language[why];
  return { subject, title, body: fillFirst(body, values), spoken };
}

export const wordResolved = (language: Language, alert: Alert, reader: Reader, nowMs: number): Text =>
  wordTakenBack('resolved', language, alert, reader, nowMs);

/** For who is not its driver: which car it is, cut so that the words about it stay whole. */
export function namingCar(text: Text, label: string): Text {
  const before = (words: string, lengthMax: number): string => {
    const name = plainName(label, Math.max(0, Math.min(CAR_NAME_MAX, lengthMax - words.length - 2)));
    return name.length < CAR_NAME_MIN ? words : `${name}: ${words}`;
  };
  return {
    // Goes through mail servers: what a car is called may be somebody's name.
    subject: text.subject,
    title: before(text.title, TITLE_MAX),
    body: before(text.body, BODY_MAX),
    spoken: before(text.spoken, SPOKEN_MAX),
  };
}

/** A shorter piece of a name says nothing. */
const CAR_NAME_MIN = 3;
const CAR_NAME_MAX = 24;

/** Weather and road are reasons of a forecast: not of what a part of the car says, nor of what operators look after. */
const isForecast = ({ audience, remedies }: Alert): boolean =>
  audience !== 'operators' && remedies.every(isTripRemedy);

const whatOf = ({ what }: MessageWords, { probability }: Alert): readonly string[] =>
  Array.isArray(what) ? what : what[certaintyOf(probability)];

function actionOf(language: Language, words: MessageWords, alert: Alert, reading: Reading): string {
  const choices = alert.remedies
    .filter(isTripRemedy)
    .slice(0, CHOICES_MAX)
    .map((remedy, at) => {
      const { text, or } = language.remedies[remedy.kind];
      return fillFirst(at === 0 ? text : or, remedyValues(remedy, language, reading));
    });
  return choices.length === 0 ? words.action : `${choices.join(language.or)}.`;
}

function outcomeOf(language: Language, alert: Alert, reading: Reading): string {
  const best = alert.remedies[0];
  return best === undefined ? '' : (fill(language.outcome, remedyValues(best, language, reading)) ?? '');
}

function decideOf(language: Language, alert: Alert, values: Values, nowMs: number): string {
  if (alert.deadlineAtMs !== undefined && alert.deadlineAtMs <= nowMs) return language.decideNow;
  return fillFirst(language.decide, values);
}

function becauseOf(language: Language, values: Values): string {
  const reasons = language.reasons.map((one) => fillFirst(one, values)).filter((one) => one !== '');
  return reasons.length === 0 ? '' : (fill(language.because, { reasons: reasons.join(', ') }) ?? '');
}

/** What and the one thing to do: the fullest pair of sentences that a voice can say in time. */
function spokenOf(
  language: Language,
  words: MessageWords,
  alert: Alert,
  reader: Reader,
  nowMs: number,
): string {
  const reading = readingOf(language, reader, true);
  const what = fillAll(words.spoken, alertValues(alert, language, nowMs, reading));
  const best = alert.remedies[0];
  const remedy =
    best === undefined || !isTripRemedy(best)
      ? []
      : fillAll(language.remedies[best.kind].spoken, remedyValues(best, language, reading));
  const actions = remedy.length > 0 ? remedy : [words.spokenAction];
  const pairs = what.flatMap((first) => actions.map((action) => `${first} ${action}`));
  return [...pairs, ...actions].find((one) => one.length <= SPOKEN_MAX) ?? words.spokenAction;
}
