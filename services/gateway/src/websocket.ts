import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { FRAME_BYTES_MAX, type Verdict } from '@outrider/domain';
import type { Runtime } from '@outrider/runtime';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Acceptor, Lane } from './accept.ts';
import { authenticate, bearerToken, type Device, type Tokens, vehicleOf } from './authenticate.ts';
import type { Commands } from './commands.ts';
import type { FrameId, NamedFrame } from './frame.ts';
import type { CutReason, GatewayMetrics } from './metrics.ts';
import { readNativeFrame } from './native-frame.ts';
import { createRoster, type Roster } from './roster.ts';
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
/** A command that was not answered is said again. */
const SAY_AGAIN_AFTER_MS = 30_000;

export interface Streams {
  /** Sends the car what it is asked to do, if it is connected here; what it has heard is said again after a while. */
  handOver(vehicleId: string): Promise<void>;
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
  readonly commands: Pick<Commands, 'due' | 'hasDue'>;
  readonly acceptor: Acceptor;
  readonly tokens: Tokens;
  readonly runtime: Runtime;
  readonly settings: GatewaySettings;
  readonly metrics: GatewayMetrics;
}

interface Session {
  readonly socket: WebSocket;
  /** Under the WebSocket. */
  readonly stream: Duplex;
  readonly device: Device;
  readonly lane: Lane;
  /** What was handed over on this socket: commandId → its state and when. */
  handed: ReadonlyMap<string, Handed>;
  unanswered: number;
  /** Settles when the answers to all frames so far are written: answers keep the order of the frames. */
  answers: Promise<void>;
  pingedAtMs: number;
  checkedAtMs: number;
  isAlive: boolean;
}

interface Handed {
  readonly state: string;
  readonly atMs: number;
}

export const createStreams = (deps: StreamsDeps): Streams => new SocketStreams(deps);

class SocketStreams implements Streams {
  readonly #deps: StreamsDeps;
  readonly #sessions: Roster<Session> = createRoster();
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: FRAME_BYTES_MAX,
    clientTracking: false,
  });
  #unanswered = 0;
  #isClosed = false;

  constructor(deps: StreamsDeps) {
    this.#deps = deps;
  }

  get unanswered(): number {
    return this.#unanswered;
  }

  async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    const device = await this.#admitUpgrade(request, socket);
    if (device === undefined || socket.destroyed) return;
    if (this.#isClosed) refuseUpgrade(socket, 503, 'shutting down');
    else
      this.#server.handleUpgrade(request, socket, head, (opened) =>
        this.#open(opened, socket, device, request.headers.traceparent?.toString()),
      );
  }

  async sweep(): Promise<void> {
    const nowMs = this.#deps.runtime.realClock.nowMs();
    const due: Session[] = [];
    for (const session of this.#sessions.all()) {
      if (nowMs - session.pingedAtMs >= PING_EVERY_MS) this.#ping(session, nowMs);
      if (nowMs - session.checkedAtMs >= TOKEN_CHECK_EVERY_MS) due.push(session);
    }
    // One after the other: thousands of look-ups at once would stand in the frames' way.
    for (const session of due) await this.#checkToken(session);
    const waiting = new Set([...this.#sessions.all()].map(({ device }) => device.vehicleId));
    for (const vehicleId of waiting)
      if (this.#deps.commands.hasDue(vehicleId)) await this.handOver(vehicleId);
  }

  async handOver(vehicleId: string): Promise<void> {
    const { commands, runtime } = this.#deps;
    if (this.#sessions.of(vehicleId).length === 0) return;
    const due = await commands.due(vehicleId);
    // The newest socket: an older one may be dead without our knowing.
    const session = this.#sessions.of(vehicleId).at(-1);
    if (due === undefined || session === undefined || session.socket.readyState !== session.socket.OPEN)
      return;
    const nowMs = runtime.realClock.nowMs();
    const handed = new Map<string, Handed>();
    for (const { commandId, state, message } of due) {
      const before = session.handed.get(commandId);
      const isSaid = before?.state === state;
      const isFresh = isSaid && (state === 'cancelled' || nowMs - before.atMs < SAY_AGAIN_AFTER_MS);
      handed.set(commandId, isFresh ? before : { state, atMs: nowMs });
      if (!isFresh) session.socket.send(JSON.stringify(message));
    }
    session.handed = handed;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const { realClock } = this.#deps.runtime;
    const closing = [...this.#sessions.all()];
    await within(CLOSE_WAIT_MS, realClock, Promise.all(closing.map((one) => one.answers)));
    for (const session of closing) this.#cut(session, 'shutting-down', CLOSE.goingAway);
    await within(CLOSE_WAIT_MS, realClock, Promise.all(closing.map((one) => closed(one.socket))));
    for (const session of closing) session.socket.terminate();
  }

  /** The device behind the request; undefined when it was answered with a refusal. */
  async #admitUpgrade(request: IncomingMessage, socket: Duplex): Promise<Device | undefined> {
    const { settings, tokens, runtime } = this.#deps;
    // In front, not as a base: a path of `//` would be read as a host.
    const url = URL.parse(`http://gateway${request.url}`);
    if (url?.pathname !== STREAM_PATH) return refuseUpgrade(socket, 404, `there is only ${STREAM_PATH}`);
    if (this.#isClosed) return refuseUpgrade(socket, 503, 'shutting down');
    if (this.#sessions.size >= settings.socketsMax) return refuseUpgrade(socket, 503, 'too many sockets');
    if (url.searchParams.has('token'))
      return refuseUpgrade(
        socket,
        400,
        'send the token as "Authorization: Bearer …": addresses end up in logs',
      );
    try {
      const device = await authenticate(tokens, bearerToken(request.headers.authorization));
      return device ?? refuseUpgrade(socket, 401, 'the token is unknown, revoked or no device token');
    } catch (error) {
      runtime.log.error({ err: error }, 'tokens cannot be read');
      return refuseUpgrade(socket, 503, 'tokens cannot be read');
    }
  }

  #open(socket: WebSocket, stream: Duplex, device: Device, caller: string | undefined): void {
    const { acceptor, metrics, runtime } = this.#deps;
    this.#makeRoom(device.vehicleId);
    const nowMs = runtime.realClock.nowMs();
    const session: Session = {
      ...{ socket, stream, device },
      lane: acceptor.lane(device.vehicleId, 'websocket', caller),
      handed: new Map(),
      unanswered: 0,
      answers: Promise.resolve(),
      pingedAtMs: nowMs,
      checkedAtMs: nowMs,
      isAlive: true,
    };
    this.#sessions.add(device.vehicleId, session);
    metrics.setSockets(this.#sessions.size);
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#take(session, data, isBinary));
    socket.on('pong', () => {
      session.isAlive = true;
    });
    // ws has chosen the close code already (1009 for an oversized frame, 1002, 1007 …).
    socket.on('error', (error) => runtime.log.debug({ err: error }, 'a device broke the protocol'));
    socket.on('close', () => {
      this.#sessions.remove(device.vehicleId, session);
      metrics.setSockets(this.#sessions.size);
    });
    void this.handOver(device.vehicleId);
  }

  #makeRoom(vehicleId: string): void {
    const own = this.#sessions.of(vehicleId);
    const oldest = own[0];
    if (oldest === undefined || own.length < SOCKETS_PER_VEHICLE_MAX) return;
    this.#sessions.remove(vehicleId, oldest);
    this.#cut(oldest, 'replaced', CLOSE.replaced);
  }

  #take(session: Session, data: Buffer, isBinary: boolean): void {
    const { id, frame } = isBinary ? BINARY : readNativeFrame(data);
    session.unanswered += 1;
    this.#unanswered += 1;
    if (session.unanswered >= this.#deps.settings.socketFramesMax) session.socket.pause();
    const verdicts = session.lane.admit([frame]);
    session.answers = session.answers.then(async () =>
      this.#answer(session, id, (await verdicts)[0] as Verdict),
    );
  }

  #answer(session: Session, id: FrameId | undefined, verdict: Verdict): void {
    const { unreadKibibytesMax, socketFramesMax } = this.#deps.settings;
    session.unanswered -= 1;
    this.#unanswered -= 1;
    const { socket } = session;
    if (socket.readyState !== socket.OPEN) return;
    this.#gather(session.stream);
    socket.send(JSON.stringify(toWire(id, verdict)));
    if (socket.bufferedAmount > unreadKibibytesMax * 1024) this.#cut(session, 'slow-reader');
    else if (socket.isPaused && session.unanswered <= socketFramesMax / 2) socket.resume();
  }

  /** What is answered in one go, the frames of one commit, leaves in one write: each costs as much as a frame. */
  #gather(stream: Duplex): void {
    if (stream.writableCorked > 0) return;
    stream.cork();
    process.nextTick(() => stream.uncork());
  }

  #ping(session: Session, nowMs: number): void {
    const { socket } = session;
    // A paused socket cannot show its pong: it is judged once it is read again.
    if (!session.isAlive && !socket.isPaused) {
      this.#cut(session, 'missed-pong');
      return;
    }
    session.isAlive = socket.isPaused;
    session.pingedAtMs = nowMs;
    socket.ping();
  }

  async #checkToken(session: Session): Promise<void> {
    const vehicleId = await vehicleOf(this.#deps.tokens, session.device.tokenHash);
    session.checkedAtMs = this.#deps.runtime.realClock.nowMs();
    if (vehicleId !== session.device.vehicleId) this.#cut(session, 'token-revoked', CLOSE.badToken);
  }

  #cut(session: Session, reason: CutReason, code?: number): void {
    this.#deps.metrics.countCutSocket(reason);
    // A reader that is gone or too slow would never read a close frame.
    if (code === undefined) session.socket.terminate();
    else session.socket.close(code, reason);
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
