import type { Cancel, Clock } from '@outrider/runtime';
import { WebSocket } from 'ws';
import type { RegisteredCar } from './fleet.ts';
import { signalsOf } from './parked-car.ts';

/** A frame and what became of it. */
export interface FrameEntry {
  readonly carIndex: number;
  /** Unique per car. */
  readonly number: number;
  readonly phase: number;
  readonly observedAtMs: number;
  /** How often it was put on a socket. */
  sent: number;
  /** Event time of its ack; undefined until then. */
  ackedAtMs: number | undefined;
}

/** Cars that speak all the time, over real sockets; what is not acknowledged is sent again. */
export interface Load {
  readonly entries: readonly FrameEntry[];
  /** Connects every car to a server that has just started. */
  connect(gateway: string): void;
  /** Sockets are dead: what was not acknowledged waits for the next server. */
  disconnect(): void;
  /** From now on the cars speak; until then they have only said, long ago, that they are parked. */
  begin(): void;
  /** No new frames; what was made is still sent. */
  finish(): void;
  readonly unacked: number;
  /** Frames on their way right now. */
  readonly inFlight: number;
  close(): void;
}

export interface LoadOptions {
  readonly cars: readonly RegisteredCar[];
  readonly clock: Clock;
  readonly realClock: Clock;
  /** What a car says at an instant of event time. */
  readonly phaseOf: (car: RegisteredCar, atMs: number) => number;
  /** One frame per car from then, made at once, of phase 0: the car is parked. */
  readonly parkedFromMs?: number;
  /** Real time between two frames of one car. */
  readonly everyMs: number;
  /** Real time after which a car that got no answer says it again on the same socket; default: never. */
  readonly repeatAfterMs?: number;
}

interface Driving {
  readonly car: RegisteredCar;
  /** Made and not acknowledged, oldest first. */
  waiting: FrameEntry[];
  socket: WebSocket | undefined;
  next: number;
}

const REPEAT_LOOK_MS = 1_000;

export function startLoad(options: LoadOptions): Load {
  const { cars, clock, realClock, phaseOf } = options;
  const entries: FrameEntry[] = [];
  const sentAtMs = new WeakMap<FrameEntry, number>();
  const driving: readonly Driving[] = cars.map((car) => ({ car, waiting: [], socket: undefined, next: 1 }));

  function make(one: Driving, observedAtMs: number, phase: number): void {
    const entry: FrameEntry = {
      carIndex: one.car.index,
      number: one.next++,
      phase,
      observedAtMs,
      sent: 0,
      ackedAtMs: undefined,
    };
    entries.push(entry);
    one.waiting.push(entry);
    send(one, entry);
  }

  function send(one: Driving, entry: FrameEntry): void {
    if (one.socket?.readyState !== WebSocket.OPEN) return;
    entry.sent += 1;
    sentAtMs.set(entry, realClock.nowMs());
    one.socket.send(
      JSON.stringify({
        id: entry.number,
        seq: entry.number,
        observedAt: entry.observedAtMs,
        signals: signalsOf(entry.phase, entry.number),
      }),
    );
  }

  function hear(one: Driving, text: string): void {
    const said = JSON.parse(text) as { id?: number; ack?: true; retryAfterMs?: number };
    const entry = one.waiting.find(({ number }) => number === said.id);
    if (entry === undefined) return;
    if (said.ack === true) {
      entry.ackedAtMs = clock.nowMs();
      one.waiting = one.waiting.filter((other) => other !== entry);
    } else if (said.retryAfterMs !== undefined) {
      void realClock.sleep(said.retryAfterMs).then(() => send(one, entry));
    } else throw new Error(`the gateway refused a frame: ${text}`);
  }

  function open(one: Driving, gateway: string): void {
    const socket = new WebSocket(`${gateway.replace(/^http/, 'ws')}/v1/stream`, {
      headers: { authorization: `Bearer ${one.car.token}` },
    });
    one.socket = socket;
    socket.on('open', () => {
      for (const entry of one.waiting) send(one, entry);
    });
    socket.on('message', (data) => hear(one, String(data)));
    // A killed server says nothing more; a socket the server cut is opened again.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (one.socket === socket)
        void realClock.sleep(50).then(() => one.socket === socket && open(one, gateway));
    });
  }

  function repeat(afterMs: number): void {
    const beforeMs = realClock.nowMs() - afterMs;
    for (const one of driving)
      for (const entry of one.waiting) if ((sentAtMs.get(entry) ?? beforeMs) < beforeMs) send(one, entry);
  }

  const { repeatAfterMs } = options;
  const cancelRepeats =
    repeatAfterMs === undefined
      ? () => undefined
      : realClock.onTick(REPEAT_LOOK_MS, () => repeat(repeatAfterMs));
  let cancel: Cancel = () => undefined;
  if (options.parkedFromMs !== undefined) for (const one of driving) make(one, options.parkedFromMs, 0);
  const disconnect = (): void => {
    for (const one of driving) {
      const { socket } = one;
      one.socket = undefined;
      socket?.terminate();
    }
  };
  return {
    entries,
    connect: (gateway) => {
      for (const one of driving) open(one, gateway);
    },
    disconnect,
    begin() {
      // One car after the other, so that a kill finds the server at work whenever it comes.
      let turn = 0;
      cancel = realClock.onTick(options.everyMs / driving.length, () => {
        const one = driving[turn++ % driving.length];
        const nowMs = clock.nowMs();
        if (one !== undefined) make(one, nowMs, phaseOf(one.car, nowMs));
      });
    },
    finish: () => cancel(),
    get unacked() {
      return driving.reduce((sum, { waiting }) => sum + waiting.length, 0);
    },
    get inFlight() {
      return driving.reduce((sum, { waiting }) => sum + waiting.filter(({ sent }) => sent > 0).length, 0);
    },
    close() {
      cancel();
      cancelRepeats();
      disconnect();
    },
  };
}
