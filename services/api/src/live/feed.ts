import type { WebSocket } from 'ws';
import type { Principal } from '../credentials.ts';

/** One open live feed. */
export interface Feed {
  readonly principal: Principal;
  readonly socket: WebSocket;
  /** Vehicle → keys of the time one may see. Empty until the rights were asked for. */
  rights: ReadonlyMap<string, ReadonlySet<string>>;
  /** The same for cars they only have a part in: of those they hear what they are told, and nothing else. */
  parts: ReadonlyMap<string, ReadonlySet<string>>;
  /** Answered the last ping. */
  isAlive: boolean;
}

/** What a reader may leave unread before it is cut off. */
export const BUFFERED_BYTES_MAX = 1024 * 1024;
/** A reader that is this far behind gets only the newest forecast of each vehicle. */
export const BUFFERED_BYTES_SLOW = 256 * 1024;

export type Sent = 'sent' | 'skipped' | 'cut-off';

/** Sends text that was made once for all readers. A reader that does not read is closed: it delays nobody. */
export function sendText(feed: Feed, text: string, isReplaceable: boolean): Sent {
  const { socket } = feed;
  if (socket.readyState !== socket.OPEN) return 'skipped';
  if (isReplaceable && socket.bufferedAmount > BUFFERED_BYTES_SLOW) return 'skipped';
  if (socket.bufferedAmount + text.length > BUFFERED_BYTES_MAX) {
    // A close frame would wait behind what is not being read.
    socket.terminate();
    return 'cut-off';
  }
  socket.send(text);
  return 'sent';
}
