import type { Feedback, NotUsefulBecause } from '@outrider/domain';

/** What somebody answered to a text. `stop` ends SMS to that number; anything else we cannot read says nothing. */
export type SmsReply = 'stop' | Extract<Feedback['kind'], 'on-it' | 'declined' | 'not-useful'> | 'other';

/** Single words and their spellings that carriers and regulators read as "no more". */
const STOP = new Set([
  'stop',
  'stopall',
  'unsubscribe',
  'cancel',
  'end',
  'quit',
  'revoke',
  'optout',
  'opt out',
  'stopp',
]);
const ON_IT = new Set(['on it', 'onit', 'ok', 'okay', 'yes', 'ja', 'mach ich', 'mache ich']);
const DECLINED = new Set(['no thanks', 'no thank you', 'nothanks', 'no', 'nein', 'nein danke']);

/** What people write who found a warning not useful; null: they say no reason. */
const NOT_USEFUL: ReadonlyMap<string, NotUsefulBecause | null> = new Map([
  ['not useful', null],
  ['useless', null],
  ['false alarm', 'false-alarm'],
  ['wrong', 'false-alarm'],
  ['too late', 'too-late'],
  ['already knew', 'already-knew'],
  ['i knew', 'already-knew'],
  ['i know', 'already-knew'],
  ['nicht hilfreich', null],
  ['fehlalarm', 'false-alarm'],
  ['zu spät', 'too-late'],
  ['wusste ich', 'already-knew'],
]);

const wordsOf = (body: string): string =>
  body
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

export function readReply(body: string): SmsReply {
  const said = wordsOf(body);
  if (STOP.has(said)) return 'stop';
  if (ON_IT.has(said)) return 'on-it';
  if (NOT_USEFUL.has(said)) return 'not-useful';
  return DECLINED.has(said) ? 'declined' : 'other';
}

/** Why, of an answer that is read as `not-useful`; undefined where it does not say. */
export const becauseOf = (body: string): NotUsefulBecause | undefined =>
  NOT_USEFUL.get(wordsOf(body)) ?? undefined;
