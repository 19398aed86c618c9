import type { Clock } from '@outrider/runtime';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { RegisteredCar } from '../proof/fleet.ts';

/** A device that warms its battery when it is asked, and whose memory outlives its connections. */
export interface HeatedCar {
  readonly car: RegisteredCar;
  /** Ids in the order the heater was switched on for them. */
  readonly begun: readonly string[];
  /** How often a command came that it knew already. */
  readonly heardAgain: number;
  /** The gateway said that the log has it: it warmed the battery for this. */
  readonly acked: ReadonlySet<string>;
  connect(gateway: string): void;
  disconnect(): void;
}

const told = z.union([
  z.object({ command: z.object({ id: z.string() }) }),
  z.object({ cancel: z.object({ id: z.string() }) }),
  z.object({ id: z.number(), ack: z.literal(true) }),
  z.object({ id: z.number(), retryAfterMs: z.number() }),
  z.object({ id: z.number(), refused: z.string() }),
]);

interface Answer {
  readonly id: number;
  readonly answer: { readonly command: string; readonly state: 'accepted' | 'done' };
}

/** Longest it thinks about an answer, real time: kills shall find it at that. */
const THINKS_MS = 250;

export function heatedCar(car: RegisteredCar, realClock: Clock, random: () => number): HeatedCar {
  const begun: string[] = [];
  const known = new Set<string>();
  const acked = new Set<string>();
  /** Not acknowledged yet: said again on every connection, in order. */
  const waiting = new Map<number, Answer>();
  let socket: WebSocket | undefined;
  let heardAgain = 0;
  let nextId = 1;

  const send = (answer: Answer): void => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(answer));
  };
  const say = (command: string, state: 'accepted' | 'done'): void => {
    const answer = { id: nextId++, answer: { command, state } };
    waiting.set(answer.id, answer);
    send(answer);
  };
  const warm = async (command: string): Promise<void> => {
    begun.push(command);
    for (const state of ['accepted', 'done'] as const) {
      await realClock.sleep(random() * THINKS_MS);
      say(command, state);
    }
  };
  /** What is refused was not taken, and is not said again. */
  const settle = (id: number, isTaken: boolean): void => {
    const answer = waiting.get(id)?.answer;
    waiting.delete(id);
    if (isTaken && answer?.state === 'done') acked.add(answer.command);
  };
  const sayLater = async (id: number, afterMs: number): Promise<void> => {
    await realClock.sleep(afterMs);
    const answer = waiting.get(id);
    if (answer !== undefined) send(answer);
  };
  const take = (command: string): void => {
    if (known.has(command)) heardAgain += 1;
    else void warm(command);
    known.add(command);
  };
  const hear = (text: string): void => {
    const said = told.parse(JSON.parse(text));
    if ('command' in said) take(said.command.id);
    else if ('retryAfterMs' in said) void sayLater(said.id, said.retryAfterMs);
    else if ('id' in said) settle(said.id, 'ack' in said);
  };

  return {
    car,
    begun,
    acked,
    get heardAgain() {
      return heardAgain;
    },
    connect(gateway) {
      const opened = new WebSocket(`${gateway.replace(/^http/, 'ws')}/v1/stream`, {
        headers: { authorization: `Bearer ${car.token}` },
      });
      socket = opened;
      // A server that dies is what this is about.
      opened.on('error', () => undefined);
      opened.on('open', () => {
        for (const answer of waiting.values()) send(answer);
      });
      opened.on('message', (data) => hear(String(data)));
    },
    disconnect() {
      socket?.terminate();
      socket = undefined;
    },
  };
}
