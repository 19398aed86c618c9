import { type Interruption, sentAtMs } from '../demo/interruptions.ts';
import type { Judged } from '../demo/report.ts';
import type { Found } from './recount.ts';

/** What became of one drive, counted in its files and at the end of its channels. */
export interface Outcome {
  readonly drive: Judged;
  /** Frames the gateway acknowledged, repeats too; and how many different ones they are. */
  readonly acked: number;
  readonly distinct: number;
  readonly stored: number;
  /** In words, one entry each; nothing when the promise is kept. */
  readonly broken: {
    /** Acknowledged, and not in the series. */
    readonly framesLost: readonly string[];
    readonly framesDoubled: readonly string[];
    /** Raised, and not on the bus, not decided, or not where its message counts as sent. */
    readonly alertsLost: readonly string[];
    /** Said twice under two ids. */
    readonly alertsDoubled: readonly string[];
    /** Rests on less than a weather forecast, and does not say so. */
    readonly notSaid: readonly string[];
  };
  readonly alerts: number;
  /** Interruptions that rest on less than a weather forecast. */
  readonly degraded: number;
  /** Messages by channel, each once, silent cards too. */
  readonly delivered: { readonly feed: number; readonly email: number };
}

/** Counts what must hold of any drive, disturbed or not. Pure. */
export function outcomeOf(drive: Judged, found: Found): Outcome {
  const { frames } = drive.recording;
  const degraded = drive.interruptions.filter(isDegraded);
  const { feed, email } = arrivedOf(drive);
  return {
    drive,
    acked: frames.length,
    distinct: new Set(frames.map(({ atMs }) => atMs)).size,
    stored: found.storedAtMs.length,
    broken: {
      ...framesOf(drive, found),
      alertsLost: lostAlerts(drive, found),
      alertsDoubled: [...toldTwice(drive, found), ...interruptedTwice(drive)],
      notSaid: degraded
        .filter((one) => !saysSo(one))
        .map((one) => `${one.ruleId} at ${timeOf(sentAtMs(one))}`),
    },
    alerts: found.alerts.length,
    degraded: degraded.length,
    delivered: { feed: feed.size, email: email.size },
  };
}

/** What the undisturbed drive warned of in time, the other one must, too. Empty when it does. */
export const missingWarnings = (clean: Judged, chaos: Judged): readonly string[] =>
  clean.verdicts.flatMap(({ point, warning }, index) =>
    warning !== undefined && chaos.verdicts[index]?.warning === undefined ? [`nothing at ${point.id}`] : [],
  );

const timeOf = (atMs: number): string => new Date(atMs).toISOString();

/** One car observes one frame at a time: its moment says which it is. */
function framesOf(
  { recording }: Judged,
  { storedAtMs }: Found,
): {
  readonly framesLost: readonly string[];
  readonly framesDoubled: readonly string[];
} {
  const stored = new Map<number, number>();
  for (const atMs of storedAtMs) stored.set(atMs, (stored.get(atMs) ?? 0) + 1);
  const acked = new Set(recording.frames.map(({ atMs }) => atMs));
  return {
    framesLost: [...acked].filter((atMs) => !stored.has(atMs)).map(timeOf),
    framesDoubled: [...stored].filter(([, rows]) => rows > 1).map(([atMs]) => timeOf(atMs)),
  };
}

/** Ids of messages that left a channel. */
function arrivedOf({ recording }: Judged) {
  const told = recording.heard.notifications.filter(
    ({ channel, state }) => channel === 'feed' && state === 'sent',
  );
  const mailed = recording.mails.map(({ messageId }) => /^<(.+)@[^@]+>$/.exec(messageId)?.[1] ?? messageId);
  return { feed: new Set(told.map(({ notificationId }) => notificationId)), email: new Set(mailed) };
}

const COUNTS_AS_SENT = new Set(['sent', 'delivered', 'read']);

function lostAlerts(drive: Judged, { alerts, notifications }: Found): readonly string[] {
  const published = new Set(
    drive.recording.heard.alerts.map(({ alertId, revision }) => `${alertId}/${revision}`),
  );
  const decided = new Set(notifications.map(({ alertId }) => alertId));
  const arrived = arrivedOf(drive);
  return [
    ...alerts.flatMap(({ alertId, ruleId, revision }) =>
      Array.from({ length: revision }, (_, step) => step + 1)
        .filter((step) => !published.has(`${alertId}/${step}`))
        .map((step) => `step ${step} of ${ruleId} is not on the bus`),
    ),
    ...alerts.filter(({ alertId }) => !decided.has(alertId)).map(({ ruleId }) => `${ruleId} was not decided`),
    ...notifications
      .filter(({ state }) => state === 'failed')
      .map(({ ruleId, channel }) => `${ruleId} failed on ${channel}`),
    ...notifications
      .filter(({ state, channel, notificationId }) => {
        if (!COUNTS_AS_SENT.has(state) || (channel !== 'feed' && channel !== 'email')) return false;
        return !arrived[channel].has(notificationId);
      })
      .map(({ ruleId, channel }) => `${ruleId} never arrived on ${channel}`),
  ];
}

/** One step of an alert, for one person on one channel, under more than one id. */
function toldTwice(drive: Judged, { notifications }: Found): readonly string[] {
  const { feed, email } = arrivedOf(drive);
  const steps = Map.groupBy(
    notifications.filter(({ notificationId }) => feed.has(notificationId) || email.has(notificationId)),
    ({ alertId, revision, purpose, personId, channel }) =>
      [alertId, revision, purpose, personId, channel].join(' '),
  );
  return [...steps.values()].flatMap(([first, ...more]) =>
    more.length > 0 && first !== undefined ? [`${first.ruleId} on ${first.channel}`] : [],
  );
}

/** One rule that interrupts twice about one decision. */
const interruptedTwice = ({ verdicts }: Judged): readonly string[] =>
  verdicts.flatMap(({ point, interruptions }) =>
    [...Map.groupBy(interruptions, ({ ruleId }) => ruleId)]
      .filter(([, those]) => those.length > 1)
      .map(([ruleId]) => `${ruleId} at ${point.id}`),
  );

const isDegraded = ({ alert }: Interruption): boolean =>
  alert?.facts.weatherSource === 'car-thermometer' || alert?.facts.weatherSource === 'climatology';

const saysSo = ({ body }: Interruption): boolean => /weather from the car|weather unknown/.test(body);
