/** One drive to play: a perturbation of a scenario, or the scenario as it is. */
export interface Job {
  readonly scenario: string;
  readonly seed: number | null;
}

export interface PointOutcome {
  readonly id: string;
  /** On the drive as it really went, doing nothing would have ended below the reserve. */
  readonly isNeeded: boolean;
  /** Charge on arrival when nothing is done, on the drive's published consumption. */
  readonly ignoredSocPct: number;
  readonly isWarned: boolean;
  readonly leadMinutes: number | null;
  /** Interrupting messages while this decision was the next one. */
  readonly interruptions: number;
  /** Doing what the message advises ends above the reserve, on the drive's published consumption. */
  readonly isRemedyEnough: boolean | null;
}

/** What one drive gave: plain data, so that it can be written down and counted again. */
export interface Outcome extends Job {
  readonly interruptions: number;
  readonly points: readonly PointOutcome[];
}
