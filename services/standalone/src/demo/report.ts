import { type Baseline, baselinesOf, type Scenario } from '../scenario/index.ts';
import { type ForecastRow, forecastRows } from './forecast-rows.ts';
import { type Interruption, interruptionsOf } from './interruptions.ts';
import type { Recording } from './replay.ts';
import { opensAtMs, type Verdict, verdictsOf } from './verdicts.ts';

/** One drive, replayed and judged. */
export interface Judged {
  readonly recording: Recording;
  readonly interruptions: readonly Interruption[];
  readonly verdicts: readonly Verdict[];
  readonly forecasts: readonly ForecastRow[];
  readonly baselines: readonly Baseline[];
  /** Reason → how many messages were not sent because of it. */
  readonly suppressed: Readonly<Record<string, number>>;
}

export function judge(recording: Recording): Judged {
  const interruptions = interruptionsOf(recording);
  return {
    recording,
    interruptions,
    verdicts: verdictsOf(recording.scenario, interruptions),
    forecasts: forecastRows(recording),
    baselines: baselinesOf(recording.scenario, recording.frames),
    suppressed: suppressedOf(recording),
  };
}

function suppressedOf({ decisions }: Recording): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { state, reason } of decisions) {
    if (state !== 'suppressed' && state !== 'expired') continue;
    const why = reason ?? state;
    counts[why] = (counts[why] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a decision was warned of by something simpler, by the same windows as ours. */
export function baselineWarnedAt(
  scenario: Scenario,
  verdicts: readonly Verdict[],
  baseline: Baseline,
): readonly (number | undefined)[] {
  return verdicts.map(({ last }, index) =>
    baseline.firedAtMs.find(
      (atMs) =>
        atMs > opensAtMs(scenario, index) && atMs <= (last.lastRemedyAtMs ?? Number.NEGATIVE_INFINITY),
    ),
  );
}

/** The `--json` output: one object, the same on every run. */
export const reportOf = (drives: readonly Judged[]) => ({ scenarios: drives.map(driveReport) });

function driveReport({ recording, interruptions, verdicts, forecasts, baselines, suppressed }: Judged) {
  const { scenario } = recording;
  return {
    name: scenario.name,
    interruptions: interruptions.length,
    suppressed,
    forecasts: forecasts.map((row) => ({
      place: row.place,
      at: iso(row.atMs),
      to: row.to,
      ...rounded(row.arrivalSocPct),
      truth: row.truthSocPct === undefined ? null : round(row.truthSocPct, 1),
      belowReserveProbability: round(row.belowReserveProbability, 3),
    })),
    baselines: Object.fromEntries(
      baselines.map((baseline) => [baseline.name, baselineReport(scenario, verdicts, baseline)]),
    ),
    decisionPoints: verdicts.map((verdict) => decisionReport(verdict)),
  };
}

function baselineReport(scenario: Scenario, verdicts: readonly Verdict[], baseline: Baseline) {
  const warnedAt = baselineWarnedAt(scenario, verdicts, baseline);
  return {
    about: baseline.about,
    firedAt: baseline.firedAtMs.map(iso),
    said: baseline.said.map(({ atMs, text }) => ({ at: iso(atMs), text })),
    warned: Object.fromEntries(verdicts.map(({ point }, i) => [point.id, warnedAt[i] !== undefined])),
  };
}

function decisionReport({ point, last, warning, warnedAtMs, followed, ignored, ...rest }: Verdict) {
  const remedy = rest.followedRemedy;
  return {
    id: point.id,
    place: point.place.name,
    warned: warning !== undefined,
    warnedAt: isoOrNull(warnedAtMs),
    lastRemedyAt: isoOrNull(last.lastRemedyAtMs),
    leadMinutes: rest.leadMinutes === undefined ? null : round(rest.leadMinutes, 1),
    rule: warning?.ruleId ?? null,
    probability: orNull(warning?.alert?.probability, 3),
    remedy: remedy === undefined ? null : { text: warning?.body ?? '', ...roundedDeep(remedy) },
    ifFollowed:
      followed === undefined
        ? null
        : {
            ...rounded(followed.arrivalSocPct),
            place: followed.placeName,
            endsAboveReserve: followed.endsAboveReserve,
          },
    ifIgnored: { ...rounded(ignored.arrivalSocPct), place: ignored.placeName },
    isNeeded: last.isNeeded,
    interruptions: rest.interruptions.length,
    title: warning?.title ?? null,
    channels: warning?.arrivals.map(({ channel }) => channel) ?? [],
  };
}

const iso = (atMs: number): string => new Date(atMs).toISOString();
const isoOrNull = (atMs: number | undefined): string | null => (atMs === undefined ? null : iso(atMs));
const orNull = (value: number | undefined, digits: number): number | null =>
  value === undefined ? null : round(value, digits);
const round = (value: number, digits: number): number => Number(value.toFixed(digits));
const rounded = ({ p10, p50, p90 }: { p10: number; p50: number; p90: number }) => ({
  p10: round(p10, 1),
  p50: round(p50, 1),
  p90: round(p90, 1),
});

/** Figures of a remedy, three digits after the point. */
const roundedDeep = (value: object): object =>
  JSON.parse(JSON.stringify(value, (_key, one) => (typeof one === 'number' ? round(one, 3) : one)));
