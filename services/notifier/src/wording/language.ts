import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const sentence = z.string().min(1).max(300);
const alternatives = z.array(sentence).min(1);

const message = z.strictObject({
  /** E-mail subject; names no place. */
  subject: sentence,
  /** First line on a lock screen. */
  title: alternatives,
  /** A list: it was measured, and is so. */
  what: z.union([
    z.strictObject({ unlikely: alternatives, uncertain: alternatives, likely: alternatives }),
    alternatives,
  ]),
  spoken: alternatives,
  /** Of many cars, after `7 of 42 cars`. */
  together: sentence.max(45),
  /** What to do when no remedy was found. */
  action: sentence,
  spokenAction: sentence,
});
export type MessageWords = z.infer<typeof message>;

const remedyWords = z.strictObject({ text: alternatives, or: alternatives, spoken: alternatives });

const takingBack = z.strictObject({
  subject: sentence,
  title: sentence,
  body: alternatives,
  spoken: sentence,
});

const lineWords = z.strictObject({ title: alternatives, body: alternatives, spoken: alternatives });

/** How numbers are written, and their units said to a voice. */
const quantities = z.strictObject({
  /** BCP 47, for times of day. */
  locales: z.strictObject({ metric: sentence, imperial: sentence }),
  decimal: z.string().length(1),
  /** Between the ends of a range where a dash would be taken for a minus. */
  to: sentence,
  spoken: z.strictObject({
    ...{ percent: sentence, miles: sentence, kilometres: sentence, degrees: sentence },
    ...{ milesPerHour: sentence, kilometresPerHour: sentence, psi: sentence, volts: sentence },
    ...{ hour: sentence, hours: sentence, minute: sentence, minutes: sentence },
  }),
});

/** A language file. Logic-less: `{placeholder}` in sentences, alternatives in lists. */
export const language = z.strictObject({
  language: z.string().regex(/^[a-z]{2}$/),
  /** Where nobody names the place: `here` and `home` are those of records. */
  unnamed: z.strictObject({ stop: sentence, here: sentence, home: sentence }),
  notes: z.strictObject({ unknown: sentence, guessed: sentence, estimated: sentence, alone: sentence }),
  quantities,
  tyres: z.strictObject({
    frontLeft: sentence,
    frontRight: sentence,
    rearLeft: sentence,
    rearRight: sentence,
  }),
  contradictions: z.strictObject({
    'moves-and-charges': sentence,
    'moves-in-park': sentence,
    'charges-unplugged': sentence,
    'two-charges': sentence,
  }),
  messages: z.record(z.string(), message).refine((all) => 'other' in all, 'the message "other" is missing'),
  resolved: takingBack,
  handedOver: takingBack,
  /** One message about many cars; `over` takes it back. */
  digest: z.strictObject({ subject: sentence, title: sentence, body: alternatives, spoken: alternatives }),
  digestOver: takingBack,
  /** The silent line about a trip, by what it says. */
  watching: z.strictObject({ watching: lineWords, 'not-watching': lineWords, ended: lineWords }),
  remedies: z.strictObject({
    'charge-longer': remedyWords,
    'charge-at': remedyWords,
    'hold-speed': remedyWords,
    'plug-in': remedyWords,
    'turn-back': remedyWords,
    precondition: remedyWords,
  }),
  /** Texts besides alerts, at most 160 characters; `{code}` proves an address. */
  serviceTexts: z.strictObject({
    ...{ subject: sentence, code: sentence, stopped: sentence, replies: sentence },
    /** `{link}` signs in; goes by e-mail only. */
    ...{ signInSubject: sentence, signIn: sentence },
    ...{ onIt: sentence, answered: sentence },
  }),
  or: z.string(),
  outcome: sentence,
  decide: alternatives,
  decideNow: sentence,
  because: sentence,
  reasons: z.array(alternatives),
});
export type Language = z.infer<typeof language>;

const FALLBACK = 'en';
const LANGUAGES = ['en', 'de'] as const;

/** Reads every language file. @throws when one is malformed: better at start than at the first alert. */
export function loadLanguages(folder: string = import.meta.dirname): ReadonlyMap<string, Language> {
  return new Map(
    LANGUAGES.map((name) => [
      name,
      language.parse(parse(readFileSync(join(folder, `${name}.yaml`), 'utf8'))),
    ]),
  );
}

/** The person's language, `de-CH` like `de`; English where there is no file. */
export function languageOf(languages: ReadonlyMap<string, Language>, wanted: string): Language {
  const found = languages.get(wanted.slice(0, 2).toLowerCase()) ?? languages.get(FALLBACK);
  if (found === undefined) throw new Error(`the language file ${FALLBACK}.yaml is missing`);
  return found;
}
