import type { Feedback } from '@outrider/domain';

/** What somebody answered to a text. `stop` ends SMS to that number; anything else we cannot read says nothing. */
export type SmsReply = 'stop' | Extract<Feedback['kind'], 'on-it' | 'declined'> | 'other';

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
]);
const ON_IT = new Set(['on it', 'onit', 'ok', 'okay', 'yes']);
const DECLINED = new Set(['no thanks', 'no thank you', 'nothanks', 'no']);

export function readReply(body: string): SmsReply {
  const said = body
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
  if (STOP.has(said)) return 'stop';
  if (ON_IT.has(said)) return 'on-it';
  return DECLINED.has(said) ? 'declined' : 'other';
}
