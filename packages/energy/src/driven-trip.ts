/** One finished drive as the car itself told it, from standing to standing: what calibration learns from. */
export interface DrivenTrip {
  readonly endedAtMs: number;
  /** J per unit of θ, in the order of FEATURES: whole trip, from standing to standing. */
  readonly features: readonly number[];
  /** Out of the battery, at its terminals; null when neither power nor current was seen all along. */
  readonly meteredKwh: number | null;
  readonly startSocPct: number;
  readonly endSocPct: number;
  /** Resolution of the charge the car reports, as far as this trip showed it. */
  readonly socStepPct: number;
  readonly distanceM: number;
  readonly durationS: number;
  readonly meanAirTempC: number;
  /** Measured, or estimated from how the car stood and drove before. */
  readonly startBatteryTempC: number | null;
  /** Longest time without a word from the car. */
  readonly longestGapS: number;
  /** Charge came in on the way. */
  readonly wasCharged: boolean;
  /** The car changed its place while its wheels stood still. */
  readonly wasTowed: boolean;
  /** Heights came from the car or a surveyed road; else the climb counts as 0. */
  readonly isClimbKnown: boolean;
}

/** Why a drive cannot even be described. */
export type UnmeasuredReason = 'charge-unknown' | 'air-unknown' | 'did-not-move';
