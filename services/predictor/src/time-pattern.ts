import type { Absence, After, Change, Facts, Patterns, Times, Truth, Verdict } from './rule.ts';

// What a rule asks of time: nothing heard for a while, a fact that moved fast, this after that, so many times.
// Pure, on event time. What it has to remember is plain JSON beside the alert's life, so it survives a restart.

/** What a rule remembers of one subject. Bounded: 20 samples, 50 answers. */
export interface Trace {
  /** Event time of the newest step. */
  readonly atMs: number;
  /** Absence of a fact: since when it is seen to be unknown. */
  readonly missingSinceMs?: number;
  /** Change: the extreme of each slot of the window, oldest first. */
  readonly samples?: readonly Sample[];
  readonly after?: AfterTrace;
  readonly times?: TimesTrace;
}

interface Sample {
  readonly slot: number;
  readonly atMs: number;
  readonly value: number;
}

interface AfterTrace {
  /** Since when what must come first is true, and until when it was; null: it is not, it never was. */
  readonly firstSinceMs: number | null;
  readonly firstToMs: number | null;
  /** What must come second is true now, and it came in time. */
  readonly isSecondOn: boolean;
  readonly isInTime: boolean;
}

interface TimesTrace {
  readonly isOn: boolean;
  /** Newest last; with `within`. */
  readonly begunAtMs: readonly number[];
  /** One per moment the car was heard, newest last; with `of`. */
  readonly answers: readonly boolean[];
  readonly heardAtMs: number;
}

/** What is known at a step: the rule's answer now, the facts, and when the car was heard last. */
export interface Observed {
  readonly verdict: Verdict;
  readonly facts: Facts;
  readonly heardAtMs: number;
  /** When its last word came here. */
  readonly wordAtMs: number;
}

export interface Matched {
  /** The rule's answer, with all it asks of time. */
  readonly when: Truth;
  /** Undefined while there is nothing to remember. */
  readonly trace: Trace | undefined;
  /** Ask again at this time even if nothing arrives; always later than the step's time. */
  readonly dueAtMs?: number;
}

interface Part<T> {
  readonly answer: Truth;
  readonly kept: T;
  readonly dueAtMs?: number | undefined;
}

/**
 * One step of what `patterns` ask, in this order: `when` with absence and change, of that what comes after
 * something else, of that so many times. The same step again changes nothing.
 */
export function matchPatterns(
  patterns: Patterns,
  before: Trace | undefined,
  observed: Observed,
  stepAtMs: number,
): Matched {
  const nowMs = Math.max(stepAtMs, before?.atMs ?? stepAtMs);
  const { verdict, facts, heardAtMs, wordAtMs } = observed;
  const { absence, change, after, times } = patterns;
  const absent = absence && isAbsent(absence, before?.missingSinceMs, facts, wordAtMs, nowMs);
  const changed = change && hasChanged(change, before?.samples ?? [], facts, nowMs);
  let when = allOf([verdict.when, absent?.answer ?? 'true', changed?.answer ?? 'true']);
  const followed = after && isAfter(after, before?.after, verdict.first ?? 'unknown', when, nowMs);
  when = followed?.answer ?? when;
  const counted = times && isOften(times, before?.times, when, heardAtMs, nowMs);
  when = counted?.answer ?? when;
  // Silence of a car the rule is not about wakes nobody.
  const absentDueMs = verdict.when === 'false' ? undefined : absent?.dueAtMs;
  const dues = [absentDueMs, changed?.dueAtMs, counted?.dueAtMs].filter((due) => due !== undefined);
  const kept = {
    ...(absent?.kept === undefined ? {} : { missingSinceMs: absent.kept }),
    ...(changed === undefined || changed.kept.length === 0 ? {} : { samples: changed.kept }),
    ...(followed === undefined ? {} : { after: followed.kept }),
    ...(counted === undefined ? {} : { times: counted.kept }),
  };
  return {
    when,
    trace: Object.keys(kept).length === 0 ? undefined : { atMs: nowMs, ...kept },
    ...(dues.length === 0 ? {} : { dueAtMs: Math.min(...dues) }),
  };
}

/** False decides, then unknown. */
function allOf(answers: readonly Truth[]): Truth {
  if (answers.includes('false')) return 'false';
  return answers.includes('unknown') ? 'unknown' : 'true';
}

function isAbsent(
  { of, forS }: Absence,
  missingBeforeMs: number | undefined,
  facts: Facts,
  wordAtMs: number,
  nowMs: number,
): Part<number | undefined> {
  const isMissing = facts[of]?.kind !== 'known';
  const missingSinceMs = of === 'car' || !isMissing ? undefined : (missingBeforeMs ?? nowMs);
  const sinceMs = of === 'car' ? wordAtMs : missingSinceMs;
  if (sinceMs === undefined) return { answer: 'false', kept: missingSinceMs };
  const dueAtMs = sinceMs + forS * 1000;
  return nowMs >= dueAtMs
    ? { answer: 'true', kept: missingSinceMs }
    : { answer: 'false', kept: missingSinceMs, dueAtMs };
}

/** The window is remembered in so many slots, each by its extreme. */
const SLOTS = 20;

function hasChanged(
  { of, withinS, by }: Change,
  before: readonly Sample[],
  facts: Facts,
  nowMs: number,
): Part<readonly Sample[]> {
  const withinMs = withinS * 1000;
  const recent = before.filter(({ atMs }) => nowMs - atMs < withinMs);
  const fact = facts[of];
  const value = fact?.kind === 'known' && typeof fact.value === 'number' ? fact.value : Number.NaN;
  if (!Number.isFinite(value)) return { answer: 'unknown', kept: recent };
  // A fall is from the highest before, a rise from the lowest.
  const isMoreExtreme = (a: number, b: number): boolean => (by < 0 ? a > b : a < b);
  const slot = Math.floor(nowMs / (withinMs / SLOTS));
  const last = recent.at(-1);
  const sample: Sample = { slot, atMs: nowMs, value };
  const kept =
    last?.slot !== slot
      ? [...recent, sample]
      : isMoreExtreme(value, last.value)
        ? [...recent.slice(0, -1), sample]
        : recent;
  const earlier = recent.filter(({ atMs }) => atMs < nowMs);
  const enough = earlier.findLast((one) => (by < 0 ? value - one.value <= by : value - one.value >= by));
  // Nothing to compare with is no answer.
  if (earlier.length === 0) return { answer: 'unknown', kept };
  return enough === undefined
    ? { answer: 'false', kept }
    : { answer: 'true', kept, dueAtMs: enough.atMs + withinMs };
}

const NEVER: AfterTrace = { firstSinceMs: null, firstToMs: null, isSecondOn: false, isInTime: false };

/** What comes second must begin while the first lasts or up to `withinS` after it ended. */
function isAfter(
  { withinS }: After,
  before: AfterTrace = NEVER,
  first: Truth,
  second: Truth,
  nowMs: number,
): Part<AfterTrace> {
  // Until it was seen to end it lasted, however seldom the car speaks.
  const wasOn = before.firstSinceMs !== null && before.firstSinceMs < nowMs;
  const isRecent = wasOn || (before.firstToMs !== null && nowMs - before.firstToMs <= withinS * 1000);
  const isInTime = before.isSecondOn ? before.isInTime : isRecent;
  const isSecondOn = second === 'unknown' ? before.isSecondOn : second === 'true';
  const kept = {
    firstSinceMs: first === 'true' ? (before.firstSinceMs ?? nowMs) : null,
    firstToMs: first !== 'true' && before.firstSinceMs !== null ? nowMs : before.firstToMs,
    isSecondOn,
    isInTime: isSecondOn && isInTime,
  };
  if (second !== 'true') return { answer: second, kept };
  return { answer: isInTime ? 'true' : 'false', kept };
}

const NOT_YET: TimesTrace = { isOn: false, begunAtMs: [], answers: [], heardAtMs: 0 };

function isOften(
  { atLeast, ...window }: Times,
  before: TimesTrace = NOT_YET,
  answer: Truth,
  heardAtMs: number,
  nowMs: number,
): Part<TimesTrace> {
  const isOn = answer === 'unknown' ? before.isOn : answer === 'true';
  const otherwise = answer === 'unknown' ? 'unknown' : 'false';
  if (window.of !== undefined) {
    // Timers and the world ask again of the same record: that is the same answer.
    const isNew = heardAtMs > before.heardAtMs && answer !== 'unknown';
    const answers = isNew ? [...before.answers, isOn].slice(-window.of) : before.answers;
    const kept = { ...before, isOn, answers, heardAtMs: isNew ? heardAtMs : before.heardAtMs };
    return { answer: answers.filter(Boolean).length >= atLeast ? 'true' : otherwise, kept };
  }
  const withinMs = window.withinS * 1000;
  const begun = isOn && !before.isOn ? [...before.begunAtMs, nowMs] : before.begunAtMs;
  const begunAtMs = begun.filter((atMs) => nowMs - atMs < withinMs).slice(-atLeast);
  const kept = { ...before, isOn, begunAtMs };
  const [first] = begunAtMs;
  return first === undefined || begunAtMs.length < atLeast
    ? { answer: otherwise, kept }
    : { answer: 'true', kept, dueAtMs: first + withinMs };
}
