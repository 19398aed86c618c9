import type { Severity } from '@outrider/domain';
import { contentId } from '@outrider/runtime';
import type { Rule, Truth, Verdict } from './rule.ts';

// inactive → pending → firing ⇄ clearing → resolved (= inactive), per rule and subject, on event time.
// Pure: the caller brings the verdict and the time, keeps the state (plain JSON) and calls again at `dueAtMs`
// with a fresh verdict, before it applies any later record: a `for` ends without new telemetry.

/** Event time an answer has been true; it stands still while the answer is unknown. */
interface Stopwatch {
  readonly heldMs: number;
  /** Set while it runs. */
  readonly sinceMs?: number;
}

interface Watches {
  /** Since when the condition holds; then since when it is clear. */
  readonly condition: Stopwatch;
  readonly clear: Stopwatch;
  /** Per level: since when its `when` is true, since when its `until` is. */
  readonly entering: Readonly<Partial<Record<Severity, Stopwatch>>>;
  readonly leaving: Readonly<Partial<Record<Severity, Stopwatch>>>;
  /** Since when the answer that the state waits for is unknown. */
  readonly unknownSinceMs: number | null;
}

/** When the condition began: with vehicle, rule and subject the identity of the alert. */
interface Begun extends Watches {
  readonly startedAtMs: number;
  /** Event time of the newest step. */
  readonly atMs: number;
}

export interface FiringState extends Begun {
  readonly kind: 'firing' | 'clearing';
  readonly severity: Severity;
  readonly firedAtMs: number;
}

export type AlertState =
  | { readonly kind: 'inactive'; readonly atMs: number }
  | ({ readonly kind: 'pending' } & Begun)
  | FiringState;

export type Resolution = 'condition-over' | 'inputs-missing' | 'subject-gone';

/** What changed; `pending` is for counting only, the others are news for people. */
export type Transition = 'pending' | 'firing' | 'severity' | 'resolved';

export interface Step {
  readonly state: AlertState;
  readonly transition?: Transition;
  /** Set with a transition: the episode it is about, as it is after the step. */
  readonly episode?: Episode;
  /** Ask again at this time even if nothing arrives; always later than the step's time. */
  readonly dueAtMs?: number;
}

export interface Episode {
  readonly startedAtMs: number;
  /** The last one when resolved; absent while pending. */
  readonly severity?: Severity;
  /** Set when resolved. */
  readonly because?: Resolution;
}

/** What of a rule its alerts' life depends on. */
export type Timing = Pick<Rule, 'forS' | 'clear' | 'unknown' | 'expiresAfterS'>;

/** The alert's id: what it is about and when it began. Never the rule's version: a reload must not alert again. */
export const alertId = (vehicleId: string, ruleId: string, subject: string, startedAtMs: number): string =>
  contentId(vehicleId, ruleId, subject, startedAtMs);

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };
const STOPPED: Stopwatch = { heldMs: 0 };

const elapsedMs = (watch: Stopwatch, nowMs: number): number =>
  watch.heldMs + (watch.sinceMs === undefined ? 0 : nowMs - watch.sinceMs);

function tick(watch: Stopwatch | undefined, answer: Truth, nowMs: number): Stopwatch {
  if (answer === 'false') return STOPPED;
  if (answer === 'unknown') return { heldMs: elapsedMs(watch ?? STOPPED, nowMs) };
  return watch?.sinceMs === undefined ? { heldMs: watch?.heldMs ?? 0, sinceMs: nowMs } : watch;
}

/**
 * One step. A time before the last step's is ignored; the same verdict at the same time changes nothing.
 * `state` undefined means never seen.
 */
export function step(state: AlertState | undefined, rule: Timing, verdict: Verdict, nowMs: number): Step {
  if (state !== undefined && nowMs < state.atMs) return settled(state, rule);
  if (state === undefined || state.kind === 'inactive') {
    if (verdict.when !== 'true') return { state: { kind: 'inactive', atMs: nowMs } };
    const begun = { kind: 'pending', startedAtMs: nowMs, atMs: nowMs, ...NOT_STARTED } as const;
    const next = stepPending(begun, rule, verdict, nowMs);
    if (next.transition !== undefined) return next;
    return { ...next, transition: 'pending', episode: { startedAtMs: nowMs } };
  }
  return state.kind === 'pending'
    ? stepPending(state, rule, verdict, nowMs)
    : stepFiring(state, rule, verdict, nowMs);
}

/** The subject is gone (stop passed, trip ended): whatever it was, it is over now. */
export function endEpisode(state: AlertState, nowMs: number): Step {
  const atMs = Math.max(nowMs, state.atMs);
  if (state.kind === 'inactive' || state.kind === 'pending') return { state: { kind: 'inactive', atMs } };
  return resolved(state, 'subject-gone', atMs);
}

const NOT_STARTED: Watches = {
  condition: STOPPED,
  clear: STOPPED,
  entering: {},
  leaving: {},
  unknownSinceMs: null,
};

type Pending = Extract<AlertState, { kind: 'pending' }>;

function stepPending(state: Pending, rule: Timing, verdict: Verdict, nowMs: number): Step {
  const condition = byPolicy(verdict.when, rule, 'false');
  if (condition === 'false' || unansweredTooLong(state, condition, rule, nowMs)) {
    return { state: { kind: 'inactive', atMs: nowMs } };
  }
  const next = { ...state, ...watchesAfter(state, rule, verdict, condition, 'false', nowMs), atMs: nowMs };
  if (condition === 'true' && elapsedMs(next.condition, nowMs) >= rule.forS * 1000) {
    const severity = firstSeverity(next, rule, verdict, nowMs);
    const fired: FiringState = { ...next, kind: 'firing', severity, firedAtMs: nowMs };
    return {
      ...settled(fired, rule),
      transition: 'firing',
      episode: { startedAtMs: state.startedAtMs, severity },
    };
  }
  return settled(next, rule);
}

function stepFiring(state: FiringState, rule: Timing, verdict: Verdict, nowMs: number): Step {
  // Where a rule says both, the danger wins.
  const clear = verdict.when === 'true' ? 'false' : byPolicy(verdict.clear, rule, 'true');
  const condition = byPolicy(verdict.when, rule, 'false');
  if (unansweredTooLong(state, clear, rule, nowMs)) return resolved(state, 'inputs-missing', nowMs);
  const watches = watchesAfter(state, rule, verdict, condition, clear, nowMs);
  if (clear === 'true' && elapsedMs(watches.clear, nowMs) >= rule.clear.forS * 1000) {
    return resolved(state, verdict.clear === 'true' ? 'condition-over' : 'inputs-missing', nowMs);
  }
  const isClearing = watches.clear.heldMs > 0 || watches.clear.sinceMs !== undefined;
  const severity = severityAfter(state.severity, watches, rule, verdict, nowMs);
  const next: FiringState = {
    startedAtMs: state.startedAtMs,
    firedAtMs: state.firedAtMs,
    ...watches,
    kind: isClearing ? 'clearing' : 'firing',
    severity,
    atMs: nowMs,
  };
  if (severity === state.severity) return settled(next, rule);
  return {
    ...settled(next, rule),
    transition: 'severity',
    episode: { startedAtMs: state.startedAtMs, severity },
  };
}

const byPolicy = (answer: Truth, rule: Timing, unknownMeans: Truth): Truth =>
  answer === 'unknown' && rule.unknown === 'clear' ? unknownMeans : answer;

function unansweredTooLong(state: Begun, answer: Truth, rule: Timing, nowMs: number): boolean {
  if (answer !== 'unknown' || rule.unknown !== 'stale') return false;
  return state.unknownSinceMs !== null && nowMs - state.unknownSinceMs >= rule.expiresAfterS * 1000;
}

function watchesAfter(
  state: Pending | FiringState,
  rule: Timing,
  verdict: Verdict,
  condition: Truth,
  clear: Truth,
  nowMs: number,
): Watches {
  const entering: Partial<Record<Severity, Stopwatch>> = {};
  const leaving: Partial<Record<Severity, Stopwatch>> = {};
  for (const level of verdict.levels) {
    const { severity } = level;
    // A level counts only while the whole condition does.
    const enter = condition === 'true' ? byPolicy(level.when, rule, 'false') : condition;
    const leave = level.when === 'true' ? 'false' : byPolicy(level.until, rule, 'true');
    entering[severity] = tick(state.entering[severity], enter, nowMs);
    leaving[severity] = tick(state.leaving[severity], leave, nowMs);
  }
  const answer = state.kind === 'pending' ? condition : clear;
  return {
    condition: tick(state.condition, condition, nowMs),
    clear: tick(state.clear, clear, nowMs),
    entering,
    leaving,
    unknownSinceMs: answer === 'unknown' ? (state.unknownSinceMs ?? nowMs) : null,
  };
}

/** Only a running watch decides: what has become unknown moves nothing. */
const isHeld = (watch: Stopwatch | undefined, seconds: number, nowMs: number): boolean =>
  watch?.sinceMs !== undefined && elapsedMs(watch, nowMs) >= seconds * 1000;

/** The gravest level that lasted as long as the alert had to; a graver one that just began follows by itself. */
function firstSeverity(watches: Watches, rule: Timing, verdict: Verdict, nowMs: number): Severity {
  const open = verdict.levels.filter((level) => level.when === 'true');
  const lasted = open.filter((level) => isHeld(watches.entering[level.severity], rule.forS, nowMs));
  return (lasted.at(-1) ?? open[0] ?? verdict.levels[0])?.severity ?? 'info';
}

function severityAfter(
  current: Severity,
  watches: Watches,
  rule: Timing,
  verdict: Verdict,
  nowMs: number,
): Severity {
  const graver = verdict.levels.filter(
    (level) =>
      RANK[level.severity] > RANK[current] &&
      level.when === 'true' &&
      isHeld(watches.entering[level.severity], rule.forS, nowMs),
  );
  const gravest = graver.at(-1);
  if (gravest !== undefined) return gravest.severity;
  // Down the levels that have been left long enough; the lowest one ends with the alert only.
  let severity = current;
  for (const level of verdict.levels.toReversed()) {
    if (RANK[level.severity] >= RANK[severity]) continue;
    const isLeft =
      !verdict.levels.some((known) => known.severity === severity) ||
      isHeld(watches.leaving[severity], rule.clear.forS, nowMs);
    if (!isLeft) break;
    severity = level.severity;
  }
  return severity;
}

function resolved(state: FiringState, because: Resolution, nowMs: number): Step {
  const { startedAtMs, severity } = state;
  return {
    state: { kind: 'inactive', atMs: nowMs },
    transition: 'resolved',
    episode: { startedAtMs, severity, because },
  };
}

function settled(state: AlertState, rule: Timing): Step {
  const dueAtMs = nextDue(state, rule);
  return dueAtMs === undefined ? { state } : { state, dueAtMs };
}

/** The nearest time at which a running stopwatch ends. */
function nextDue(state: AlertState, rule: Timing): number | undefined {
  if (state.kind === 'inactive') return undefined;
  const dues: number[] = [];
  const add = (watch: Stopwatch | undefined, seconds: number) => {
    if (watch?.sinceMs !== undefined) dues.push(watch.sinceMs + seconds * 1000 - watch.heldMs);
  };
  if (state.kind === 'pending') {
    add(state.condition, rule.forS);
  } else {
    add(state.clear, rule.clear.forS);
    for (const [severity, watch] of Object.entries(state.entering)) {
      if (RANK[severity as Severity] > RANK[state.severity]) add(watch, rule.forS);
    }
    add(state.leaving[state.severity], rule.clear.forS);
  }
  if (rule.unknown === 'stale' && state.unknownSinceMs !== null) {
    dues.push(state.unknownSinceMs + rule.expiresAfterS * 1000);
  }
  const ahead = dues.filter((dueAtMs) => dueAtMs > state.atMs);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
}
