import { isTripRemedy, type Remedy } from '@outrider/domain';
import {
  type DecisionPoint,
  type Followed,
  ifFollowed,
  ifIgnored,
  type LastRemedy,
  lastRemedies,
  leadMinutes,
  type Scenario,
} from '../scenario/index.ts';
import { type Interruption, sentAtMs } from './interruptions.ts';

/** How one decision of the drive was served. */
export interface Verdict {
  readonly point: DecisionPoint;
  readonly last: LastRemedy;
  /** First message that interrupted where the driver could notice it, while something still helped. */
  readonly warning?: Interruption;
  readonly warnedAtMs?: number;
  readonly leadMinutes?: number;
  /** The first remedy of that message that was possible that day, on the drive's published consumption. */
  readonly followed?: Followed;
  readonly followedRemedy?: Remedy;
  /** The plan driven as planned from the same moment, on the same figures. */
  readonly ignored: Followed;
  /** Everything that interrupted while the decision was the next one. */
  readonly interruptions: readonly Interruption[];
}

/**
 * Judges each decision point by what left the channels. A message belongs to the decision that was next:
 * after the one before it closed, until this one closes; it counts as a warning until the last remedy.
 */
export function verdictsOf(scenario: Scenario, interruptions: readonly Interruption[]): readonly Verdict[] {
  const lasts = lastRemedies(scenario);
  return scenario.decisionPoints.flatMap((point, index) => {
    const last = lasts[index];
    if (last === undefined) return [];
    const opensMs = opensAtMs(scenario, index);
    const own = interruptions.filter((one) => sentAtMs(one) > opensMs && sentAtMs(one) <= point.untilMs);
    return [{ point, last, interruptions: own, ...warningOf(scenario, point, last, opensMs, interruptions) }];
  });
}

/** A decision can be warned about as soon as the one before it is closed. */
export const opensAtMs = (scenario: Scenario, index: number): number =>
  scenario.decisionPoints[index - 1]?.untilMs ?? Number.NEGATIVE_INFINITY;

function warningOf(
  scenario: Scenario,
  point: DecisionPoint,
  last: LastRemedy,
  opensMs: number,
  interruptions: readonly Interruption[],
): Pick<Verdict, 'warning' | 'warnedAtMs' | 'leadMinutes' | 'followed' | 'followedRemedy' | 'ignored'> {
  const closesMs = last.lastRemedyAtMs ?? Number.NEGATIVE_INFINITY;
  const warning = interruptions.find(
    ({ noticedAtMs }) => noticedAtMs !== undefined && noticedAtMs > opensMs && noticedAtMs <= closesMs,
  );
  if (warning?.noticedAtMs === undefined) return { ignored: ifIgnored(scenario, point.fromMs) };
  const warnedAtMs = warning.noticedAtMs;
  const lead = leadMinutes(last, warnedAtMs);
  const followed = followPossible(scenario, warnedAtMs, warning.alert?.remedies ?? []);
  return {
    warning,
    warnedAtMs,
    ...(lead === undefined ? {} : { leadMinutes: lead }),
    ...(followed === undefined ? {} : { followed: followed.outcome, followedRemedy: followed.remedy }),
    ignored: ifIgnored(scenario, warnedAtMs),
  };
}

/** A driver who finds no outlet takes the second advice: the first that was possible, else the first. */
function followPossible(
  scenario: Scenario,
  atMs: number,
  remedies: readonly Remedy[],
): { readonly remedy: Remedy; readonly outcome: Followed } | undefined {
  const tried = remedies
    .filter(isTripRemedy)
    .map((remedy) => ({ remedy, outcome: ifFollowed(scenario, atMs, remedy) }));
  return tried.find(({ outcome }) => outcome.isPossible) ?? tried[0];
}
