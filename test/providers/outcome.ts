import type { Alert } from '@outrider/domain';
import type { Job } from './faults.ts';

/** What one drive gave: plain data, so that it can be written down and counted again. */
export interface Outcome extends Job {
  readonly interruptions: readonly Told[];
  /** Every step of every alert, silent cards too, oldest first. */
  readonly steps: readonly AlertStep[];
  readonly points: readonly Decision[];
  /** From the first to the last thing known of the drive. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Questions that met a fault: a fault nobody met shows nothing. */
  readonly faultsMet: number;
}

/** A decision the driver had to make. */
export interface Decision {
  readonly id: string;
  /** Doing nothing ended below the reserve, and something could be done. */
  readonly isNeeded: boolean;
  /** A message came while something could still be done. */
  readonly isWarned: boolean;
  /** From then on nothing helped; null where nothing ever did. */
  readonly lastRemedyAtMs: number | null;
}

export interface Told {
  readonly alertId: string;
  readonly ruleId: string;
  readonly subject: string;
  readonly severity: string;
  readonly atMs: number;
  readonly body: string;
  /** Of the alert it was made from. */
  readonly facts: Alert['facts'];
}

export interface AlertStep {
  readonly alertId: string;
  readonly ruleId: string;
  readonly subject: string;
  readonly state: Alert['state'];
  readonly severity: string;
  readonly revision: number;
  readonly atMs: number;
}
