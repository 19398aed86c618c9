import type { Delivery, Message } from './channel.ts';
import { deliveryOf, type RetryClass } from './retry-class.ts';

// Where an alert is one message that is written over, by the name that the provider gave it.

/** What came of one call of a provider. */
export type Came =
  | { readonly kind: 'done'; readonly messageId?: string | undefined }
  | {
      readonly kind: 'refused';
      readonly retryClass: RetryClass;
      readonly retryAfterMs?: number | undefined;
    };

/** A chat or channel of one provider. */
export interface Board {
  write(message: Message): Promise<Came>;
  /** Silently, in the place of what is shown. */
  writeOver(messageId: string, message: Message): Promise<Came>;
  erase(messageId: string): Promise<Came>;
}

/**
 * What changes silently is written over the message that is shown. What interrupts again is a new one, and the one
 * before goes.
 */
export async function sayOnBoard(board: Board, message: Message): Promise<Delivery> {
  const { shownAs, interrupts } = message;
  if (shownAs !== undefined && !interrupts) {
    const came = await board.writeOver(shownAs, message);
    if (came.kind === 'done') return { kind: 'delivered' };
    // Deleted by its reader, or too old to be changed: it is said anew.
    if (came.retryClass !== 'permanent-request') return deliveryOf(came.retryClass, came.retryAfterMs);
  }
  const came = await board.write(message);
  if (came.kind === 'refused') return deliveryOf(came.retryClass, came.retryAfterMs);
  // Whatever comes of it: the new one is there.
  if (shownAs !== undefined) await board.erase(shownAs);
  const { messageId } = came;
  return { kind: 'delivered', ...(messageId !== undefined && { providerId: messageId }) };
}
