import { once } from 'node:events';
import { alert, forecast, notification, stopForecast } from '@outrider/domain';
import type { Clock } from '@outrider/runtime';
import { WebSocket } from 'ws';
import { z } from 'zod';

// What the live feed says, as far as a driver's screen needs it. Instants are ISO 8601 there.

const instant = z.iso.datetime().transform((text) => Date.parse(text));

const heardNotification = notification
  .omit({ at: true, reason: true })
  .extend({ reason: z.string().optional(), changedAt: instant, createdAt: instant, expiresAt: instant });
export type HeardNotification = z.infer<typeof heardNotification>;

const heardForecast = z.object({
  ...forecast.omit({ madeAtMs: true, stops: true }).shape,
  madeAt: instant,
  stops: z.array(stopForecast.omit({ arriveAtMs: true }).extend({ arriveAt: instant })),
});
export type HeardForecast = z.infer<typeof heardForecast>;

const heardAlert = alert
  .omit({ startedAtMs: true, changedAtMs: true, expiresAtMs: true, deadlineAtMs: true })
  .extend({ startedAt: instant, changedAt: instant, expiresAt: instant, deadlineAt: instant.optional() });
export type HeardAlert = z.infer<typeof heardAlert>;

const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello') }),
  z.object({ type: z.literal('notification'), notification: heardNotification }),
  z.object({ type: z.literal('forecast'), forecast: heardForecast }),
  z.object({ type: z.literal('alert'), alert: heardAlert }),
]);

/** Everything the screen heard, oldest first, with the event time it arrived. */
export interface Heard {
  readonly notifications: readonly (HeardNotification & { readonly heardAtMs: number })[];
  readonly forecasts: readonly HeardForecast[];
  readonly alerts: readonly HeardAlert[];
}

/** A driver's phone or the car's screen: a live feed that says what it showed. */
export interface Screen {
  readonly heard: Heard;
  /** Resolves once all the server had sent so far is here and shown; false when nothing was new. */
  catchUp(): Promise<boolean>;
  close(): Promise<void>;
}

export async function connectScreen(options: {
  readonly liveUrl: string;
  readonly token: string;
  readonly eventClock: Clock;
}): Promise<Screen> {
  const socket = new WebSocket(options.liveUrl, { headers: { authorization: `Bearer ${options.token}` } });
  const heard = {
    notifications: [] as (HeardNotification & { heardAtMs: number })[],
    forecasts: [] as HeardForecast[],
    alerts: [] as HeardAlert[],
  };
  const shown = new Set<string>();
  let failure: unknown;
  let messages = 0;

  const take = (data: string): void => {
    const said = message.parse(JSON.parse(data));
    if (said.type === 'forecast') heard.forecasts.push(said.forecast);
    if (said.type === 'alert') heard.alerts.push(said.alert);
    if (said.type !== 'notification') return;
    const { notification: told } = said;
    heard.notifications.push({ ...told, heardAtMs: options.eventClock.nowMs() });
    // A receipt for what is on the screen now: once per message, and only for what was sent to it.
    if (told.channel !== 'feed' || told.state !== 'sent' || shown.has(told.notificationId)) return;
    shown.add(told.notificationId);
    socket.send(JSON.stringify({ shown: told.notificationId }));
  };

  const greeted = Promise.withResolvers<void>();
  socket.on('message', (data) => {
    messages += 1;
    try {
      take(String(data));
    } catch (error) {
      failure ??= error;
    }
    greeted.resolve();
  });
  socket.on('error', (error) => greeted.reject(error));
  socket.on('close', (code) => {
    const why = new Error(`the live feed was closed (${code})`);
    failure ??= why;
    greeted.reject(why);
  });
  await greeted.promise;

  return {
    heard,
    async catchUp() {
      const before = messages;
      if (failure !== undefined) throw failure;
      // The answer to a ping comes after everything that was sent before it.
      const pong = once(socket, 'pong');
      socket.ping();
      await pong;
      if (failure !== undefined) throw failure;
      return messages > before;
    },
    async close() {
      if (socket.readyState === socket.CLOSED) return;
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}
