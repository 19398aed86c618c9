import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { FRAME_BYTES_MAX, type Verdict } from '@outrider/domain';
import type { Runtime } from '@outrider/runtime';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Acceptor, Lane } from './accept.ts';
import { authenticate, bearerToken, type Device, type Tokens, vehicleOf } from './authenticate.ts';
import type { CutReason, GatewayMetrics } from './metrics.ts';
import { type FrameId, type NamedFrame, readNativeFrame } from './native-frame.ts';
import { createRoster } from './roster.ts';
import type { GatewaySettings } from './settings.ts';
import { refuseUpgrade } from './upgrade-refusal.ts';
import { toWire } from './verdict.ts';
import { within } from './within.ts';

export const STREAM_PATH = '/v1/stream';

/** Close codes of our own, documented in the README. */
export const CLOSE = { goingAway: 1001, badToken: 4401, replaced: 4409 } as const;

const PING_EVERY_MS = 30_000;
/** With the sweep every 5 s a revoked token ends its sockets within 50 s. */
const TOKEN_CHECK_EVERY_MS = 45_000;
/** A car that reconnects may leave dead sockets behind; the oldest goes first. */
const SOCKETS_PER_VEHICLE_MAX = 4;
const CLOSE_WAIT_MS = 2_000;

export interface Streams {
  /** Takes over an HTTP upgrade request, or answers why not. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>;
  /** Pings, misses pongs, checks tokens; called every few seconds of real time. */
  sweep(): Promise<void>;
  /** Says 1001 to every socket after its last answer and waits until they are gone, at most two seconds. */
  close(): Promise<void>;
  /** Frames read but not yet answered. */
  readonly unanswered: number;
}

export interface StreamsDeps {
  readonly acceptor: Acceptor;
  readonly tokens: Tokens;
  readonly runtime: Runtime;
  readonly settings: GatewaySettings;
  readonly metrics: GatewayMetrics;
}

interface Session {
  readonly socket: WebSocket;
  readonly device: Device;
  readonly lane: Lane;
  unanswered: number;
  /** Settles when the answers to all frames so far are written: answers keep the order of the frames. */
  answers: Promise<void>;
  pingedAtMs: number;
  checkedAtMs: number;
  isAlive: boolean;
}

export function createStreams(deps: StreamsDeps): Streams {
  const { settings, metrics, runtime } = deps;
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: FRAME_BYTES_MAX,
    clientTracking: false,
  });
  const sessions = createRoster<Session>();
  const load = { unanswered: 0, isClosed: false };

  function cut(session: Session, reason: CutReason, code?: number): void {
    metrics.countCutSocket(reason);
    // A reader that is gone or too slow would never read a close frame.
    if (code === undefined) session.socket.terminate();
    else session.socket.close(code, reason);
  }

  function open(socket: WebSocket, device: Device): void {
    makeRoom(device.vehicleId);
    const nowMs = runtime.realClock.nowMs();
    const session: Session = {
      socket,
      device,
      lane: deps.acceptor.lane(device.vehicleId, 'websocket'),
      unanswered: 0,
      answers: Promise.resolve(),
      pingedAtMs: nowMs,
      checkedAtMs: nowMs,
      isAlive: true,
    };
    sessions.add(device.vehicleId, session);
    metrics.setSockets(sessions.size);
    socket.on('message', (data: Buffer, isBinary: boolean) => take(session, data, isBinary));
    socket.on('pong', () => {
      session.isAlive = true;
    });
    // ws has chosen the close code already (1009 for an oversized frame, 1002, 1007 …).
    socket.on('error', (error) => runtime.log.debug({ err: error }, 'a device broke the protocol'));
    socket.on('close', () => {
      sessions.remove(device.vehicleId, session);
      metrics.setSockets(sessions.size);
    });
  }

  function makeRoom(vehicleId: string): void {
    const own = sessions.of(vehicleId);
    const oldest = own[0];
    if (oldest === undefined || own.length < SOCKETS_PER_VEHICLE_MAX) return;
    sessions.remove(vehicleId, oldest);
    cut(oldest, 'replaced', CLOSE.replaced);
  }

  function take(session: Session, data: Buffer, isBinary: boolean): void {
    const { id, frame } = isBinary ? BINARY : readNativeFrame(data);
    session.unanswered += 1;
    load.unanswered += 1;
    if (session.unanswered >= settings.socketFramesMax) session.socket.pause();
    const verdicts = session.lane.admit([frame]);
    session.answers = session.answers.then(async () => answer(session, id, (await verdicts)[0] as Verdict));
  }

  function answer(session: Session, id: FrameId | undefined, verdict: Verdict): void {
    session.unanswered -= 1;
    load.unanswered -= 1;
    const { socket } = session;
    if (socket.readyState !== socket.OPEN) return;
    socket.send(JSON.stringify(toWire(id, verdict)));
    if (socket.bufferedAmount > settings.unreadKibibytesMax * 1024) cut(session, 'slow-reader');
    else if (socket.isPaused && session.unanswered <= settings.socketFramesMax / 2) socket.resume();
  }

  async function checkToken(session: Session): Promise<void> {
    const vehicleId = await vehicleOf(deps.tokens, session.device.tokenHash);
    session.checkedAtMs = runtime.realClock.nowMs();
    if (vehicleId !== session.device.vehicleId) cut(session, 'token-revoked', CLOSE.badToken);
  }

  return {
    async upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      const device = await admitUpgrade(request, socket);
      if (device === undefined || socket.destroyed) return;
      if (load.isClosed) return refuseUpgrade(socket, 503, 'shutting down');
      server.handleUpgrade(request, socket, head, (opened) => open(opened, device));
    },
    async sweep() {
      const nowMs = runtime.realClock.nowMs();
      const due: Session[] = [];
      for (const session of sessions.all()) {
        if (nowMs - session.pingedAtMs >= PING_EVERY_MS) ping(session, nowMs);
        if (nowMs - session.checkedAtMs >= TOKEN_CHECK_EVERY_MS) due.push(session);
      }
      // One after the other: thousands of look-ups at once would stand in the frames' way.
      for (const session of due) await checkToken(session);
    },
    async close() {
      load.isClosed = true;
      const closing = [...sessions.all()];
      await within(CLOSE_WAIT_MS, runtime.realClock, Promise.all(closing.map((one) => one.answers)));
      for (const session of closing) cut(session, 'shutting-down', CLOSE.goingAway);
      await within(CLOSE_WAIT_MS, runtime.realClock, Promise.all(closing.map((one) => closed(one.socket))));
      for (const session of closing) session.socket.terminate();
    },
    get unanswered() {
      return load.unanswered;
    },
  };

  function ping(session: Session, nowMs: number): void {
    // A paused socket cannot show its pong: it is judged once it is read again.
    const { socket } = session;
    if (!session.isAlive && !socket.isPaused) {
      cut(session, 'missed-pong');
      return;
    }
    session.isAlive = socket.isPaused;
    session.pingedAtMs = nowMs;
    socket.ping();
  }

  /** The device behind the request; undefined when it was answered with a refusal. */
  async function admitUpgrade(request: IncomingMessage, socket: Duplex): Promise<Device | undefined> {
    const url = new URL(request.url ?? '/', 'http://gateway');
    if (url.pathname !== STREAM_PATH) return refuseUpgrade(socket, 404, `there is only ${STREAM_PATH}`);
    if (load.isClosed) return refuseUpgrade(socket, 503, 'shutting down');
    if (sessions.size >= settings.socketsMax) return refuseUpgrade(socket, 503, 'too many sockets');
    if (url.searchParams.has('token'))
      return refuseUpgrade(
        socket,
        400,
        'send the token as "Authorization: Bearer …": addresses end up in logs',
      );
    try {
      const device = await authenticate(deps.tokens, bearerToken(request.headers.authorization));
      return device ?? refuseUpgrade(socket, 401, 'the token is unknown, revoked or no device token');
    } catch (error) {
      runtime.log.error({ err: error }, 'tokens cannot be read');
      return refuseUpgrade(socket, 503, 'tokens cannot be read');
    }
  }
}

const BINARY: NamedFrame = {
  id: undefined,
  frame: {
    kind: 'refused',
    code: 'unknown-format',
    detail: 'frames are JSON text; binary is not understood',
  },
};

const closed = (socket: WebSocket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) resolve();
    else socket.once('close', () => resolve());
  });
