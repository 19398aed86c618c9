import { once } from 'node:events';
import { alert } from '@outrider/domain';
import { WebSocket } from 'ws';
import { z } from 'zod';

const instant = z.iso.datetime().transform((text) => Date.parse(text));

/** What a driver can know of an alert: what it is about, and what it advises. */
const known = alert.pick({ alertId: true, ruleId: true, subject: true, severity: true, tripId: true });
const toldAlert = z.object({
  ...known.shape,
  deadlineAt: instant.optional(),
  remedies: z.array(z.looseObject({ kind: z.string() })),
});
export type ToldAlert = z.infer<typeof toldAlert>;

const message = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('hello') }),
  z.looseObject({ type: z.literal('alert'), alert: toldAlert }),
  z.looseObject({
    type: z.literal('notification'),
    notification: z.looseObject({
      ...{ notificationId: z.string(), alertId: z.string(), channel: z.string().optional() },
      ...{ state: z.string(), interrupts: z.boolean(), purpose: z.string() },
    }),
  }),
]);

/** A driver's screen that shows what comes and keeps nothing but what interrupted. */
export interface Listener {
  /** Resolves once all that was said so far is here; takes what interrupted since. @throws when the feed broke */
  take(): Promise<readonly ToldAlert[]>;
  close(): Promise<void>;
}

/** A forecast comes with every frame: most of the feed, and nothing a warned driver acts on. */
const FORECAST = '{"type":"forecast"';

export async function listen(liveUrl: string, token: string): Promise<Listener> {
  const socket = new WebSocket(liveUrl, { headers: { authorization: `Bearer ${token}` } });
  const alerts = new Map<string, ToldAlert>();
  const shown = new Set<string>();
  let interrupted: string[] = [];
  let failure: unknown;
  const hear = (text: string): void => {
    if (text.startsWith(FORECAST)) return;
    const said = message.parse(JSON.parse(text));
    if (said.type === 'alert') alerts.set(said.alert.alertId, said.alert);
    if (said.type !== 'notification') return;
    const { notificationId, alertId, channel, state, interrupts, purpose } = said.notification;
    if (channel !== 'feed' || state !== 'sent' || shown.has(notificationId)) return;
    shown.add(notificationId);
    socket.send(JSON.stringify({ shown: notificationId }));
    if (interrupts && purpose !== 'resolve') interrupted.push(alertId);
  };
  socket.on('message', (data) => {
    try {
      hear(String(data));
    } catch (error) {
      failure ??= error;
    }
  });
  const greeted = once(socket, 'message');
  socket.on('error', (error) => {
    failure ??= error;
  });
  socket.on('close', (code) => {
    failure ??= new Error(`the live feed was closed (${code})`);
  });
  await greeted;
  return {
    async take() {
      if (failure !== undefined) throw failure;
      const pong = once(socket, 'pong');
      socket.ping();
      await pong;
      const taken = interrupted.flatMap((alertId) => alerts.get(alertId) ?? []);
      interrupted = [];
      return taken;
    },
    async close() {
      if (socket.readyState === socket.CLOSED) return;
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}
