import type { Found, FoundAlert } from '../proof/examine.ts';
import type { FrameEntry } from '../proof/load.ts';
import { isFall, RULE_ID } from '../proof/parked-car.ts';
import {
  checkFrames,
  checkNotifications,
  checkPublished,
  type Finding,
  type Ledger,
} from '../proof/promises.ts';
import { GAP_MAX_MS, LAG_MAX_MS, PROMPT_MS, SEEN_MS } from './script.ts';

/** Compares what was acknowledged and sent with what the files hold. Pure. */
export function check(ledger: Ledger, found: Found): readonly Finding[] {
  return [
    ...checkFrames(ledger, found),
    ...checkEpisodes(ledger, found),
    checkPublished(found),
    ...checkNotifications(ledger, found),
  ];
}

/** One episode per fall of the charge that was seen long enough; none else. */
function checkEpisodes({ cars, entries }: Ledger, { alerts }: Found): readonly Finding[] {
  const lost: string[] = [];
  const doubled: string[] = [];
  const unexplained: string[] = [];
  let expected = 0;
  let seen = 0;
  for (const car of cars) {
    const falls = fallsOf(entries.filter(({ carIndex }) => carIndex === car.index));
    const own = alerts.filter(({ vehicleId, ruleId }) => vehicleId === car.vehicleId && ruleId === RULE_ID);
    seen += own.length;
    for (const fall of falls) {
      const matching = own.filter((alert) => fallOf(alert, falls) === fall);
      if (fall.mustAlert) expected += 1;
      if (fall.mustAlert && matching.length === 0)
        lost.push(`${car.vehicleId} fall at ${new Date(fall.fromMs).toISOString()}`);
      // Of one stop: a plan that was changed in the middle is about another.
      for (const [, same] of Map.groupBy(matching, ({ subject }) => subject))
        if (same.length > 1) doubled.push(`${car.vehicleId}: ${same.map((one) => one.alertId).join(', ')}`);
    }
    for (const alert of own)
      if (fallOf(alert, falls) === undefined) unexplained.push(`${car.vehicleId}: ${alert.alertId}`);
  }
  return [
    { promise: 'every fall of the charge raised its alert', checked: expected, broken: lost },
    { promise: 'no fall raised two', checked: seen, broken: doubled },
    { promise: 'no alert without a fall', checked: seen, broken: unexplained },
  ];
}

interface Fall {
  readonly fromMs: number;
  /** Event time at which the last of its frames was acknowledged. */
  readonly knownToMs: number;
  /** The server heard of it long enough for the rule's `for`, whatever was killed in between. */
  readonly mustAlert: boolean;
}

function fallsOf(frames: readonly FrameEntry[]): readonly Fall[] {
  const byPhase = Map.groupBy(
    frames.filter(({ phase, ackedAtMs }) => isFall(phase) && ackedAtMs !== undefined),
    ({ phase }) => phase,
  );
  return [...byPhase.values()].map((own) => ({
    fromMs: Math.min(...own.map(({ observedAtMs }) => observedAtMs)),
    knownToMs: Math.max(...own.map(({ observedAtMs, ackedAtMs }) => ackedAtMs ?? observedAtMs)),
    mustAlert: longestSeenMs(own) >= SEEN_MS,
  }));
}

/** The longest stretch of event time in which the server heard of the fall as it happened. */
function longestSeenMs(frames: readonly FrameEntry[]): number {
  let longestMs = 0;
  let sinceMs: number | undefined;
  let lastMs = 0;
  for (const { observedAtMs, ackedAtMs } of frames.toSorted((a, b) => a.observedAtMs - b.observedAtMs)) {
    if (ackedAtMs === undefined || ackedAtMs - observedAtMs > PROMPT_MS) continue;
    if (sinceMs === undefined || observedAtMs - lastMs > GAP_MAX_MS) sinceMs = observedAtMs;
    lastMs = observedAtMs;
    longestMs = Math.max(longestMs, lastMs - sinceMs);
  }
  return longestMs;
}

/** The fall an episode belongs to: the newest that had begun; undefined when that was over and judged. */
function fallOf({ startedAtMs }: FoundAlert, falls: readonly Fall[]): Fall | undefined {
  const begun = falls.filter(({ fromMs }) => fromMs <= startedAtMs);
  const newest = begun.toSorted((a, b) => b.fromMs - a.fromMs)[0];
  // With its first frame, or when frames that came late were read, which a killed server may do only later.
  return newest !== undefined && startedAtMs <= newest.knownToMs + LAG_MAX_MS ? newest : undefined;
}
