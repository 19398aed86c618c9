import type { ChannelName } from '@outrider/domain';
import { WebSocket } from 'ws';
import { z } from 'zod';
import type { Expected } from './expected.ts';

/** What came of one message, as the live feed tells it. */
const told = z.object({
  type: z.literal('notification'),
  notification: z.looseObject({
    ...{ notificationId: z.string(), alertId: z.string(), vehicleId: z.string(), ruleId: z.string() },
    ...{ state: z.string(), purpose: z.string(), channel: z.string().optional() },
    spoken: z.string().optional(),
  }),
});
export type Told = z.infer<typeof told>['notification'];

/** The canary's own live feed, for one round. Unlike a screen it says of nothing that it was shown. */
export interface Ear {
  readonly told: readonly Told[];
  close(): void;
}

/** @throws when the feed does not greet in time */
export async function listenAs(apiUrl: string, token: string, signal: AbortSignal): Promise<Ear> {
  const socket = new WebSocket(`${apiUrl.replace(/^http/, 'ws')}/v1/live`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const heard: Told[] = [];
  const greeted = Promise.withResolvers<void>();
  const giveUp = () => greeted.reject(new Error('the live feed does not answer'));
  signal.addEventListener('abort', giveUp, { once: true });
  socket.on('message', (data) => {
    greeted.resolve();
    const said = told.safeParse(JSON.parse(String(data)));
    if (said.success) heard.push(said.data.notification);
  });
  socket.on('error', (error) => greeted.reject(error));
  socket.on('close', (code) => greeted.reject(new Error(`the live feed was closed (${code})`)));
  try {
    await greeted.promise;
  } catch (error) {
    socket.terminate();
    throw error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
  return { told: heard, close: () => socket.terminate() };
}

/** A text that came to one of the canary's addresses, as whoever holds that address passed it on. */
export interface Arrival {
  readonly channel: string;
  readonly text: string;
}

/** Channels whose messages have to be seen arriving; of the others it counts that the provider took them. */
export type Proven = ReadonlySet<ChannelName>;

const OUT: ReadonlySet<string> = new Set(['sent', 'delivered', 'read']);

/** Which of the expected messages have not come. Pure. */
export function missingOf(
  expected: readonly Expected[],
  said: readonly Told[],
  arrivals: readonly Arrival[],
  proven: Proven,
): readonly Expected[] {
  return expected.filter(({ ruleId, channel }) => {
    const ours = said.filter((one) => one.ruleId === ruleId && one.purpose === 'alert');
    const taken = ours.filter((one) => one.channel === channel && OUT.has(one.state));
    if (!proven.has(channel)) return taken.length === 0;
    const came = arrivals.filter((one) => one.channel === channel);
    return !taken.some((one) => came.some(({ text }) => isOf(text, one)));
  });
}

/** A mail or a call names the message; a text on a phone has only its words. */
function isOf(text: string, { notificationId, spoken }: Told): boolean {
  if (text.includes(notificationId)) return true;
  const words = lettersOf(spoken ?? '');
  return words !== '' && lettersOf(text).includes(words);
}

/** What every alphabet that a text passes through leaves as it is. */
const lettersOf = (text: string): string => text.replace(/[^a-z0-9]/gi, '').toLowerCase();
