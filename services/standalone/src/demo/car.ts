import { once } from 'node:events';
import type { Clock } from '@outrider/runtime';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Frame } from '../scenario/index.ts';

/** The car's side of the gateway: sends one frame and waits for its answer. */
export interface Car {
  /** Resolves once the gateway has the frame durably. @throws when it refuses the frame for good */
  send(frame: Frame): Promise<void>;
  close(): Promise<void>;
}

const answer = z
  .object({ id: z.number() })
  .and(
    z.union([
      z.object({ ack: z.literal(true) }),
      z.object({ retryAfterMs: z.number() }),
      z.object({ refused: z.string(), detail: z.string() }),
    ]),
  );

const TRIES_MAX = 50;

/** Connects as a device does: a WebSocket with the device token as bearer token. */
export async function connectCar(options: {
  readonly streamUrl: string;
  readonly token: string;
  readonly realClock: Clock;
}): Promise<Car> {
  const socket = new WebSocket(options.streamUrl, { headers: { authorization: `Bearer ${options.token}` } });
  await once(socket, 'open');
  const waiting = new Map<number, PromiseWithResolvers<z.infer<typeof answer>>>();
  const failAll = (why: string) => {
    for (const one of waiting.values()) one.reject(new Error(why));
    waiting.clear();
  };
  socket.on('message', (data) => {
    const said = answer.parse(JSON.parse(String(data)));
    waiting.get(said.id)?.resolve(said);
    waiting.delete(said.id);
  });
  socket.on('error', (error) => failAll(error.message));
  socket.on('close', (code) => failAll(`the gateway closed the stream (${code})`));
  let nextId = 0;

  const sendOnce = (frame: Frame): Promise<z.infer<typeof answer>> => {
    const id = nextId++;
    const answered = Promise.withResolvers<z.infer<typeof answer>>();
    waiting.set(id, answered);
    socket.send(
      JSON.stringify({ id, observedAt: new Date(frame.atMs).toISOString(), signals: frame.signals }),
    );
    return answered.promise;
  };

  return {
    async send(frame) {
      for (let tries = 0; tries < TRIES_MAX; tries++) {
        const said = await sendOnce(frame);
        if ('ack' in said) return;
        if ('refused' in said)
          throw new Error(`the gateway refused a frame: ${said.refused}: ${said.detail}`);
        await options.realClock.sleep(said.retryAfterMs);
      }
      throw new Error('the gateway asked to retry a frame too often');
    },
    async close() {
      if (socket.readyState === socket.CLOSED) return;
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}
