import { requireWithin } from './check.ts';

/** What a decision to warn weighs; any unit, as long as it is the same for both. */
export interface WarningCosts {
  /** Of a trip that failed and nobody had said so. */
  readonly miss: number;
  /** Of a warning that was not needed. */
  readonly falseAlarm: number;
  /** Share of failures that a warning can still avert; default 1. */
  readonly avertableRatio?: number;
}

/** A driver left at the roadside weighs as much as ten needless cards. */
export const usualCosts: WarningCosts = { miss: 10, falseAlarm: 1 };

/**
 * The probability from which warning costs less than silence: p* = C_false/(C_false + e·C_miss), from
 * p·C_miss·e = (1 − p)·C_false. 1/11 for the usual costs.
 */
export function warnFrom(costs: WarningCosts = usualCosts): number {
  const falseAlarm = requireWithin('falseAlarm', costs.falseAlarm, 0, 1e9);
  const miss = requireWithin('miss', costs.miss, 1e-9, 1e9);
  const avertableRatio = requireWithin('avertableRatio', costs.avertableRatio ?? 1, 1e-6, 1);
  return falseAlarm / (falseAlarm + avertableRatio * miss);
}

/** Withdrawn below half of what raised it, so that a forecast at the threshold does not flicker. */
export const withdrawBelow = (raisedFrom: number): number => raisedFrom / 2;
