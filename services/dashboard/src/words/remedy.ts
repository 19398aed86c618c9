import type { Remedy } from '../server/answers.ts';
import type { Texts } from '../texts/en.ts';
import {
  bandText,
  chanceText,
  distance,
  minutes,
  percent,
  power,
  type Reading,
  speed,
  temperature,
} from './format.ts';

/** A remedy in words: what to do, what else to know of it, and how the trip ends if it is done. */
export interface RemedyText {
  readonly what: string;
  readonly more: readonly string[];
  readonly outcome: string | undefined;
}

const SMALL_DETOUR_M = 500;

export function remedyText(remedy: Remedy, { remedy: words, advice }: Texts, reading: Reading): RemedyText {
  const place = (name: string): string =>
    name === 'here' ? words.here : name === 'home' ? words.home : name;
  const outcome =
    remedy.kind === 'check' ? undefined : advice.outcome(bandText(remedy.arrivalSocPct, reading));
  const of = (what: string, ...more: string[]): RemedyText => ({ what, more, outcome });
  switch (remedy.kind) {
    case 'charge-longer':
      return of(
        words['charge-longer'](
          minutes(remedy.minutes, reading),
          place(remedy.name),
          percent(remedy.untilSocPct, reading),
        ),
      );
    case 'charge-at':
      return of(
        words['charge-at'](
          minutes(remedy.minutes, reading),
          place(remedy.name),
          distance(remedy.distanceM, reading),
        ),
        words.works(chanceText(remedy.worksProbability, reading)),
        ...(remedy.detourM >= SMALL_DETOUR_M ? [words.detour(distance(remedy.detourM, reading))] : []),
      );
    case 'hold-speed':
      return of(
        words['hold-speed'](speed(remedy.speedMps, reading)),
        ...(remedy.cabinTempC === undefined ? [] : [words.cabin(temperature(remedy.cabinTempC, reading))]),
      );
    case 'plug-in':
      return of(
        words['plug-in'](
          place(remedy.name),
          power(remedy.powerKw, reading),
          percent(remedy.untilSocPct, reading),
        ),
      );
    case 'turn-back':
      return of(words['turn-back'](place(remedy.name), distance(remedy.distanceM, reading)));
    case 'precondition':
      return of(words.precondition(minutes(remedy.minutes, reading)));
    case 'check':
      return of(words.check);
  }
}
