import { BRAKE, isInForce, type NewRestraint, type RuleRestraint } from '@outrider/domain';
import { contentId } from '@outrider/runtime';
import type { FiringRow } from '@outrider/state';
import type { LoadedRule } from './rule.ts';
import type { SaidStep } from './stretch-watch.ts';

// When a rule fires for so much of the fleet at once that somebody should look before more are interrupted. Pure.

/** Those of an alert's steps that interrupt. The first one of each alert counts, however often it is stored. */
export const firingsOf = (said: readonly SaidStep[]): FiringRow[] =>
  said.flatMap(({ alert, isShadow }) => {
    const { alertId, ruleId, vehicleId, changedAtMs: atMs, state, severity, evidence } = alert;
    if (isShadow || state !== 'firing' || severity === 'info') return [];
    return [{ alertId, ruleId, ruleVersion: evidence.ruleVersion, vehicleId, atMs }];
  });

export interface BrakeQuestion {
  readonly ruleId: string;
  readonly ruleVersion: string;
  /** The window, both ends included. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** What is to be counted after these were stored; nothing of a rule that is held already. */
export function brakeQuestions(
  firings: readonly FiringRow[],
  rules: readonly Pick<LoadedRule, 'id' | 'version' | 'heldBy'>[],
  restraints: readonly RuleRestraint[],
): readonly BrakeQuestion[] {
  return rules.flatMap(({ id, version, heldBy }) => {
    if (heldBy?.kind === 'brake') return [];
    const own = firings.filter(({ ruleId, ruleVersion }) => ruleId === id && ruleVersion === version);
    if (own.length === 0) return [];
    const toMs = Math.max(...own.map(({ atMs }) => atMs));
    const releasedAtMs = Math.max(
      -1,
      ...ofRule(restraints, id, version).map(({ answer }) => answer?.atMs ?? -1),
    );
    const fromMs = Math.max(toMs - BRAKE.withinS * 1_000, releasedAtMs + 1);
    return [{ ruleId: id, ruleVersion: version, fromMs, toMs }];
  });
}

const ofRule = (restraints: readonly RuleRestraint[], id: string, version: string) =>
  restraints.filter((one) => one.kind === 'brake' && one.ruleId === id && one.ruleVersion === version);

/** Null while so many are no reason; in every process the same from the same rows. */
export function brakeFor(
  { ruleId, ruleVersion, toMs }: BrakeQuestion,
  { cars, fleet }: { readonly cars: number; readonly fleet: number },
  restraints: readonly RuleRestraint[],
): NewRestraint | null {
  const before = ofRule(restraints, ruleId, ruleVersion);
  const isTooMany = cars >= BRAKE.cars && cars > fleet * BRAKE.fleetRatio;
  if (!isTooMany || before.some((one) => isInForce(one, toMs))) return null;
  return {
    ...{ restraintId: contentId('brake', ruleId, ruleVersion, before.length), ruleId, ruleVersion },
    ...{ kind: 'brake', sinceMs: toMs },
    figures: { cars, fleetCars: fleet, withinS: BRAKE.withinS },
  };
}
