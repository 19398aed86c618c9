import type { NotificationState } from '@outrider/domain';
import type { NotificationRow, Word } from '@outrider/state';

// THE states of a message after it was decided, and all that moves it from one to another besides its sender.
//
//   waiting ──(its sender)──> sent ──> delivered ──> read
//      │                        └────> failed
//      └──> suppressed, expired, failed
//
// Nothing leads back but an operator who has what was given up tried again. `waiting` is what waits, is being sent (it has a lease) or is tried again (it has a reason).
// `sent` has been taken by the provider. `read` was seen or answered. `suppressed` with its reason also holds what
// another message took the place of.

/** Where a message stands. */
export type Standing = Pick<NotificationRow, 'state' | 'reason' | 'changedAtMs'>;

type Next = { readonly state: NotificationState; readonly reason?: string | null } | undefined;
type OnWord = (word: Word, reason: string | null) => Next;

/**
 * Providers repeat themselves and overtake themselves, and us: the first final word of theirs counts. One that waits
 * to be tried again may have arrived by the try before; that it did not is no news.
 */
const NEXT: Readonly<Record<NotificationState, OnWord>> = {
  waiting: (word) => {
    if (word.kind === 'delivered') return { state: 'delivered', reason: null };
    if (word.kind === 'seen') return { state: 'suppressed', reason: 'acknowledged' };
    return word.kind === 'dropped' ? { state: 'suppressed', reason: word.reason } : undefined;
  },
  sent: ({ kind }) => {
    if (kind === 'delivered') return { state: 'delivered' };
    if (kind === 'undelivered') return { state: 'failed', reason: 'unreachable' };
    return kind === 'seen' ? { state: 'read' } : undefined;
  },
  delivered: ({ kind }) => (kind === 'seen' ? { state: 'read' } : undefined),
  // Given up because nobody knew whether it went out: it did.
  failed: ({ kind }, reason) =>
    kind === 'delivered' && reason === 'ambiguous' ? { state: 'delivered', reason: null } : undefined,
  read: () => undefined,
  suppressed: () => undefined,
  expired: () => undefined,
};

/** What a word makes of a message that nobody is sending; undefined when it changes nothing. */
export function afterWord<S extends Standing>(message: S, word: Word): S | undefined {
  const next = NEXT[message.state](word, message.reason);
  if (next === undefined) return undefined;
  const { state, reason = message.reason } = next;
  return { ...message, state, reason, changedAtMs: Math.max(message.changedAtMs, word.atMs) };
}

/** Every word in turn: those that came while the message was being sent, on what its sender made of it. */
export const afterWords = <S extends Standing>(message: S, words: readonly Word[]): S =>
  words.reduce<S>((standing, word) => afterWord(standing, word) ?? standing, message);
