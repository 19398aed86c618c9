import { fill, fillAll, fillFirst, plainName, shorten } from './fill.ts';
import type { Language } from './language.ts';
import { timeOfDay } from './quantities.ts';
import { type Reader, readingOf, type Text } from './wording.ts';

const TITLE_MAX = 100;
const BODY_MAX = 300;
const SPOKEN_MAX = 120;
const NAME_MAX = 24;

/** What one message about many cars says. */
export interface DigestFacts {
  /** Name of the words of their warnings. */
  readonly message: string;
  /** Cars it is about, of those that the person looks after. */
  readonly count: number;
  readonly cars: number;
  /** The car to look at first, as its owner calls it. */
  readonly lead: string;
  /** When that one has to be decided on; undefined: nobody knows. */
  readonly byMs: number | undefined;
  /** Where all of them are needed; undefined: not one place, or no name. */
  readonly place: string | undefined;
}

/** One message about many cars, for one person. Pure. */
export function wordDigest(language: Language, facts: DigestFacts, reader: Reader, nowMs: number): Text {
  const { subject, title, body, spoken } = language.digest;
  const own = language.messages[Object.hasOwn(language.messages, facts.message) ? facts.message : 'other'];
  const isAhead = facts.byMs !== undefined && facts.byMs > nowMs;
  const values = {
    count: String(facts.count),
    cars: String(Math.max(facts.cars, facts.count)),
    together: own?.together,
    lead: plainName(facts.lead, NAME_MAX) || undefined,
    by: isAhead ? timeOfDay(facts.byMs ?? nowMs, nowMs, readingOf(language, reader, false)) : undefined,
    place: facts.place === undefined ? undefined : plainName(facts.place, NAME_MAX) || undefined,
  };
  return {
    subject,
    title: shorten(fill(title, values) ?? subject, TITLE_MAX),
    body: shorten(fillFirst(body, values), BODY_MAX),
    spoken: fillAll(spoken, values).find((one) => one.length <= SPOKEN_MAX) ?? subject,
  };
}

/** What takes it back. */
export function wordDigestOver(language: Language): Text {
  const { subject, title, body, spoken } = language.digestOver;
  return { subject, title, body: fillFirst(body, {}), spoken };
}
