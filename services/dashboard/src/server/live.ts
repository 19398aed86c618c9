import { after, chance } from '../browser.ts';
import type { Told } from './answers.ts';

export type LinkState = 'connecting' | 'live' | 'lost' | 'signed-out';

interface LiveOptions {
  /** Where the feed goes on; undefined: it has told nothing yet. */
  readonly cursor: () => string | undefined;
  /** The feed also tells who needs help, and where. */
  readonly isWatching: () => boolean;
  readonly onTold: (told: Told) => void;
  readonly onState: (state: LinkState) => void;
}

export interface Live {
  /** A receipt, or a command to cancel; what cannot be sent now is not. */
  say(message: unknown): void;
  close(): void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** The token ended. */
const SIGNED_OUT_CLOSE = 4401;

/** The live feed, opened again and again from where it stopped, after half a second at first and 15 s at most. */
export function openLive({ cursor, isWatching, onTold, onState }: LiveOptions): Live {
  let socket: WebSocket | undefined;
  let isOver = false;
  let waitMs = FIRST_WAIT_MS;
  let takeBack: (() => void) | undefined;

  const connect = (): void => {
    takeBack?.();
    if (isOver) return;
    onState('connecting');
    const from = cursor();
    const url = new URL('/v1/live', location.href);
    url.protocol = url.protocol.replace('http', 'ws');
    // At first what was said in the last day: a warning that still holds has its words there.
    if (from === undefined) url.searchParams.set('hours', '24');
    else url.searchParams.set('after', from);
    if (isWatching()) url.searchParams.set('needs', '1');
    const opened = new WebSocket(url);
    socket = opened;
    opened.onmessage = ({ data }) => {
      if (socket !== opened) return;
      waitMs = FIRST_WAIT_MS;
      const told = JSON.parse(String(data)) as Told;
      if (told.type === 'hello') onState('live');
      onTold(told);
    };
    opened.onclose = ({ code }) => {
      if (socket !== opened || isOver) return;
      if (code === SIGNED_OUT_CLOSE) {
        isOver = true;
        return onState('signed-out');
      }
      lose();
    };
  };
  const lose = (): void => {
    socket = undefined;
    onState('lost');
    takeBack = after(waitMs * (0.5 + chance()), connect);
    waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
  };
  /** The device found a network again: it need not wait. */
  const now = (): void => {
    if (socket?.readyState === WebSocket.OPEN) return;
    waitMs = FIRST_WAIT_MS;
    connect();
  };
  /** A socket does not notice a network that is gone, and waits up to a minute for the other side to close too. */
  const cut = (): void => {
    const gone = socket;
    if (gone === undefined) return;
    lose();
    gone.close();
  };
  addEventListener('online', now);
  addEventListener('offline', cut);
  connect();
  return {
    say(message) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
    close() {
      isOver = true;
      takeBack?.();
      removeEventListener('online', now);
      removeEventListener('offline', cut);
      socket?.close();
    },
  };
}
