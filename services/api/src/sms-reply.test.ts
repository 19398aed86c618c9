import { expect, test } from 'vitest';
import { becauseOf, readReply } from './sms-reply.ts';

for (const { said, reply } of [
  ...[
    'STOP',
    'stop',
    ' Stop. ',
    'StopAll',
    'unsubscribe',
    'CANCEL',
    'end',
    'Quit',
    'revoke',
    'optout',
    'opt-out',
  ].map((word) => ({ said: word, reply: 'stop' })),
  ...['ON IT', 'on it!', 'onit', 'ok', 'Yes'].map((words) => ({ said: words, reply: 'on-it' })),
  ...['NO THANKS', 'no, thanks', 'No', 'No thank you.'].map((words) => ({ said: words, reply: 'declined' })),
  ...['NOT USEFUL', 'useless!', 'False alarm.', 'too late', 'I knew'].map((words) => ({
    said: words,
    reply: 'not-useful',
  })),
  // More words may mean anything.
  ...['', '?', 'do not stop', 'I will stop in Lahr', 'ends', 'where?', '👍'].map((words) => ({
    said: words,
    reply: 'other',
  })),
])
  test(`"${said}" is read as ${reply}`, () => expect(readReply(said)).toBe(reply));

test.each([
  ['False alarm!', 'false-alarm'],
  ['wrong', 'false-alarm'],
  ['too late', 'too-late'],
  ['I know.', 'already-knew'],
  ['not useful', undefined],
  ['ok', undefined],
])('"%s" says why: %s', (said, because) => expect(becauseOf(said)).toBe(because));
