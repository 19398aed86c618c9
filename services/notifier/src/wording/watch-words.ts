import type { LineSaid } from '../trip-line.ts';
import { fillAll, fillFirst, plainName, shorten, type Values } from './fill.ts';
import type { Language } from './language.ts';
import { chance, percent, percentBand, type Reading, timeOfDay } from './quantities.ts';
import { type Reader, readingOf, type Text } from './wording.ts';

/** The line in words; it goes to the feed alone, so it has no e-mail subject. */
export type LineText = Omit<Text, 'subject'>;

const TITLE_MAX = 100;
const BODY_MAX = 300;
const SPOKEN_MAX = 120;
const NAME_MAX = 24;

/** Whether a trip is watched, for one person. Pure. */
export function wordLine(language: Language, said: LineSaid, reader: Reader, nowMs: number): LineText {
  const words = language.watching[said.state];
  const reading = readingOf(language, reader, false);
  const values = lineValues(language, said, nowMs, reading);
  const spoken = fillAll(words.spoken, lineValues(language, said, nowMs, { ...reading, spoken: true }));
  return {
    title: shorten(fillFirst(words.title, values), TITLE_MAX),
    body: shorten(fillFirst(words.body, values), BODY_MAX),
    spoken: spoken.find((one) => one.length <= SPOKEN_MAX) ?? words.spoken.at(-1) ?? '',
  };
}

function stopOf({ unnamed }: Language, name: string): string {
  if (name === 'here' || name === 'home') return unnamed[name];
  return plainName(name, NAME_MAX) || unnamed.stop;
}

function lineValues(language: Language, said: LineSaid, nowMs: number, reading: Reading): Values {
  if (said.state === 'ended') return {};
  const known = said.state === 'watching' ? said.known : said.lastKnown;
  const stop = known?.stop;
  return {
    ...(known !== undefined && {
      soc: percent(known.socPct, reading),
      knownAt: timeOfDay(known.atMs, nowMs, reading),
    }),
    ...(stop !== undefined && {
      stop: stopOf(language, stop.name),
      sure: chance(stop.sure, reading),
      arrival: percentBand(stop.arrivalSocPct, reading),
      arrivalP50: percent(stop.arrivalSocPct.p50, reading),
    }),
    ...(said.state === 'watching'
      ? { reserve: percent(said.reserveSocPct, reading) }
      : said.sinceMs !== undefined && { since: timeOfDay(said.sinceMs, nowMs, reading) }),
  };
}
