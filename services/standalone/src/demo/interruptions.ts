import type { ChannelName } from '@outrider/domain';
import { truthAt } from '../scenario/index.ts';
import type { Recording } from './replay.ts';
import type { HeardAlert, HeardNotification } from './screen.ts';

/** A message on its way to the driver, as it left one channel. */
export interface Arrival {
  readonly channel: ChannelName;
  readonly atMs: number;
  /** The driver could notice it then: at the wheel that is the screen, parked it may be a mail too. */
  readonly isNoticeable: boolean;
}

/** One step of one alert that interrupted, on however many channels. */
export interface Interruption {
  readonly alertId: string;
  readonly revision: number;
  readonly ruleId: string;
  readonly severity: HeardNotification['severity'];
  readonly title: string;
  readonly body: string;
  readonly spoken: string;
  /** Oldest first; never empty. */
  readonly arrivals: readonly Arrival[];
  /** When the driver could first notice it; absent when they never could. */
  readonly noticedAtMs?: number;
  /** The step of the alert the message was made from. */
  readonly alert?: HeardAlert;
}

/** When it first left a channel. */
export const sentAtMs = (one: Interruption): number => one.arrivals[0]?.atMs ?? Number.NaN;

/**
 * What interrupted the driver, oldest first, from what left the channels: messages that arrived on the live
 * feed and mails that the mail server took. Silent cards and updates are not among them.
 */
export function interruptionsOf(recording: Recording): readonly Interruption[] {
  const byStep = new Map<string, { told: HeardNotification; arrivals: Arrival[] }>();
  const arrive = (told: HeardNotification, channel: ChannelName, atMs: number) => {
    if (!told.interrupts) return;
    const key = `${told.alertId}/${told.revision}`;
    const step = byStep.get(key) ?? { told, arrivals: [] };
    byStep.set(key, step);
    const isMoving = truthAt(recording.scenario, atMs).isMoving;
    step.arrivals.push({ channel, atMs, isNoticeable: channel === 'feed' || !isMoving });
  };
  for (const told of firstSent(recording)) arrive(told, 'feed', told.heardAtMs);
  for (const mail of recording.mails) arrive(notificationOf(recording, mail.messageId), 'email', mail.atMs);
  return [...byStep.values()]
    .map(({ told, arrivals }) => interruptionOf(recording, told, arrivals))
    .sort((a, b) => sentAtMs(a) - sentAtMs(b));
}

/** Everything the feed sent, silent cards too, each message once. */
export function firstSent(recording: Recording): Recording['heard']['notifications'] {
  const seen = new Set<string>();
  return recording.heard.notifications.filter(({ notificationId, channel, state }) => {
    if (channel !== 'feed' || state !== 'sent' || seen.has(notificationId)) return false;
    seen.add(notificationId);
    return true;
  });
}

/** A mail says in its Message-ID which notification it is. */
function notificationOf(recording: Recording, messageId: string): HeardNotification {
  const notificationId = /^<(.+)@[^@]+>$/.exec(messageId)?.[1];
  const told = recording.heard.notifications.find((one) => one.notificationId === notificationId);
  if (told === undefined) throw new Error(`the mail ${messageId} belongs to no notification`);
  return told;
}

function interruptionOf(
  { heard }: Recording,
  told: HeardNotification,
  unsorted: readonly Arrival[],
): Interruption {
  const arrivals = unsorted.toSorted((a, b) => a.atMs - b.atMs);
  const noticedAtMs = arrivals.find(({ isNoticeable }) => isNoticeable)?.atMs;
  const alert = heard.alerts.find(
    ({ alertId, revision, state }) =>
      alertId === told.alertId && revision === told.revision && state === 'firing',
  );
  return {
    alertId: told.alertId,
    revision: told.revision,
    ruleId: told.ruleId,
    severity: told.severity,
    title: told.title ?? '',
    body: told.body ?? '',
    spoken: told.spoken ?? '',
    arrivals,
    ...(noticedAtMs === undefined ? {} : { noticedAtMs }),
    ...(alert === undefined ? {} : { alert }),
  };
}
