import type { Outcome, StretchLabel } from './quality.ts';

// Figures about crowds of stretches: how good warnings and forecasts were. Pure.

/** Fewer than these give no figure: it would say more about single drives than about a rule. */
export const FEWEST_CASES = 5;

/**
 * What a rule that interrupts has to keep. When fewer than half of the warnings are right most people stop answering
 * any of them. Of 20 cases a rule that is right seven times in ten falls below it by chance less than once in fifty.
 */
export const RULE_BAR = { precision: 0.5, fewestCases: 20 } as const;

/** A share of cases, with what chance alone leaves open. */
export interface Share {
  readonly of: number;
  /** Null with fewer than `FEWEST_CASES`. */
  readonly ratio: number | null;
  /** 95 % interval (Wilson): good for few cases too, and never beyond 0 to 1. */
  readonly low: number | null;
  readonly high: number | null;
}

export interface RuleQuality {
  readonly ruleId: string;
  /** Stretches on which it interrupted. */
  readonly stretches: number;
  /** Of those that could be judged: where the reserve was, or would have been, missed. */
  readonly precision: Share;
  /** The precision is below `RULE_BAR`, of enough cases to say so. */
  readonly isBelowBar: boolean;
  /** Of those where the reserve was, or would have been, missed: something was done. */
  readonly actedOn: Share;
  /** Of all stretches on which the reserve was, or would have been, missed: this rule spoke in time. */
  readonly recall: Share;
  /** Of those in need whose rule asked for a lead: it came so long before. Of none where it never asked. */
  readonly inTime: Share;
  /** Median; null with fewer than `FEWEST_CASES`. */
  readonly leadS: number | null;
  /** Mean repetitions on a stretch; null with fewer than `FEWEST_CASES`. */
  readonly flipsPerStretch: number | null;
}

export interface ReliabilityBin {
  /** Forecasts with a probability from here, to `to` (included in the last bin only). */
  readonly from: number;
  readonly to: number;
  readonly forecasts: number;
  readonly meanProbability: number | null;
  /** How often the reserve was missed then. */
  readonly observed: number | null;
}

export interface AlertQuality {
  readonly stretches: number;
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Of all stretches on which the reserve was, or would have been, missed: somebody was warned in time. */
  readonly recall: Share;
  readonly rules: readonly RuleQuality[];
  readonly forecasts: {
    readonly count: number;
    /** Mean squared error of the probability: 0 is perfect, 0.25 is a coin. */
    readonly brier: number | null;
    /** Of p10 to p90: 0.8 when the bands mean what they say. */
    readonly coverage: Share;
    readonly reliability: readonly ReliabilityBin[];
  };
}

const Z95 = 1.959964;

/** @throws RangeError when `hits` is not within 0 and `of` */
export function shareOf(hits: number, of: number): Share {
  if (!(hits >= 0 && hits <= of)) throw new RangeError(`${hits} of ${of} is no share`);
  if (of < FEWEST_CASES) return { of, ratio: null, low: null, high: null };
  const ratio = hits / of;
  const z2 = Z95 * Z95;
  const middle = (ratio + z2 / (2 * of)) / (1 + z2 / of);
  const half = (Z95 / (1 + z2 / of)) * Math.sqrt((ratio * (1 - ratio)) / of + z2 / (4 * of * of));
  return { of, ratio, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

const WARNED_IN_TIME: readonly Outcome[] = ['acted', 'ignored'];
const RIGHTLY_WARNED: readonly Outcome[] = [...WARNED_IN_TIME, 'late'];
const IN_NEED: readonly Outcome[] = [...RIGHTLY_WARNED, 'missed'];

const count = (labels: readonly StretchLabel[], outcomes: readonly Outcome[]): number =>
  labels.filter(({ outcome }) => outcomes.includes(outcome)).length;

export function summariseQuality(labels: readonly StretchLabel[]): AlertQuality {
  const outcomes: Record<Outcome, number> = {
    ...{ acted: 0, ignored: 0, late: 0, missed: 0 },
    ...{ 'false-alarm': 0, uneventful: 0, censored: 0 },
  };
  for (const { outcome } of labels) outcomes[outcome]++;
  const inNeed = count(labels, IN_NEED);
  const ruleIds = new Set(labels.flatMap(({ warnings }) => warnings.map(({ ruleId }) => ruleId)));
  return {
    stretches: labels.length,
    outcomes,
    recall: shareOf(count(labels, WARNED_IN_TIME), inNeed),
    rules: [...ruleIds].toSorted().map((ruleId) => ruleQuality(ruleId, labels, inNeed)),
    forecasts: scoreForecasts(labels.flatMap(({ forecast }) => forecast ?? [])),
  };
}

function ruleQuality(ruleId: string, labels: readonly StretchLabel[], inNeed: number): RuleQuality {
  const own = labels.filter(({ warnings }) => warnings.some((one) => one.ruleId === ruleId));
  const warnings = own.flatMap((label) => label.warnings.filter((one) => one.ruleId === ruleId));
  const right = count(own, RIGHTLY_WARNED);
  const precision = shareOf(right, right + count(own, ['false-alarm']));
  const asked = own
    .filter(({ outcome }) => RIGHTLY_WARNED.includes(outcome))
    .flatMap((label) => label.warnings.filter((one) => one.ruleId === ruleId && one.isLate !== undefined));
  const hasEnough = own.length >= FEWEST_CASES;
  return {
    ruleId,
    stretches: own.length,
    precision,
    isBelowBar: precision.of >= RULE_BAR.fewestCases && (precision.ratio ?? 1) < RULE_BAR.precision,
    actedOn: shareOf(count(own, ['acted']), right),
    recall: shareOf(count(own, WARNED_IN_TIME), inNeed),
    inTime: shareOf(asked.filter(({ isLate }) => !isLate).length, asked.length),
    leadS: hasEnough ? median(warnings.map(({ leadS }) => leadS)) : null,
    flipsPerStretch: hasEnough ? mean(warnings.map(({ times }) => times - 1)) : null,
  };
}

type Scored = NonNullable<StretchLabel['forecast']>;

const BINS = 10;

function scoreForecasts(scored: readonly Scored[]): AlertQuality['forecasts'] {
  const squares = scored.map((one) => (one.belowReserveProbability - Number(one.isBelowReserve)) ** 2);
  return {
    count: scored.length,
    brier: scored.length < FEWEST_CASES ? null : mean(squares),
    coverage: shareOf(scored.filter(({ isWithinBand }) => isWithinBand).length, scored.length),
    reliability: Array.from({ length: BINS }, (_, bin) => reliabilityOf(bin, scored)),
  };
}

function reliabilityOf(bin: number, scored: readonly Scored[]): ReliabilityBin {
  const own = scored.filter(
    ({ belowReserveProbability }) => Math.min(BINS - 1, Math.floor(belowReserveProbability * BINS)) === bin,
  );
  const hasEnough = own.length >= FEWEST_CASES;
  return {
    from: bin / BINS,
    to: (bin + 1) / BINS,
    forecasts: own.length,
    meanProbability: hasEnough ? mean(own.map((one) => one.belowReserveProbability)) : null,
    observed: hasEnough ? mean(own.map((one) => Number(one.isBelowReserve))) : null,
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return ((low ?? 0) + (high ?? 0)) / 2;
}
