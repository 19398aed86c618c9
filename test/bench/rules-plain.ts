// The rules that come with Outrider as somebody would write them by hand, for facts that are all known: the
// arithmetic and nothing else. What an expression costs is measured against this.

/** Facts of all scopes together, by name. */
export interface PlainFacts {
  readonly flags: Readonly<Record<string, boolean>>;
  readonly numbers: Readonly<Record<string, number>>;
}

export interface PlainVerdict {
  readonly when: boolean;
  readonly clear: boolean;
  /** One per level of the rule, lowest first. */
  readonly levels: readonly boolean[];
}

const CARD = 0.0909;
const INTERRUPT = 0.5;
const CRITICAL = 0.9;
const TURN_BACK = 0.2;

/** By the id of the rule. */
export const plainRules: Readonly<Record<string, (facts: PlainFacts) => PlainVerdict>> = {
  'arrival-below-reserve': ({ flags: { isUnderway }, numbers: { belowReserveProbability: p = 0 } }) => ({
    when: isUnderway === true && p >= CARD,
    clear: p < CARD / 2,
    levels: [true, p >= INTERRUPT, p >= CRITICAL],
  }),
  'battery-hot': ({ numbers: { batteryHottestC: tempC = 0 } }) => ({
    when: tempC >= 55,
    clear: tempC < 50,
    levels: [true, tempC >= 60],
  }),
  'charging-stalled': ({ flags: { isFastCharger, isCharging }, numbers }) => {
    const { asPlannedBelowReserveProbability: p = 0, minutesSinceCharging = 0, pctBelowLimit = 0 } = numbers;
    const { minutesToPlannedDeparture: minutes = 0, minutesNeeded = 0 } = numbers;
    return {
      when: p >= CARD && minutesSinceCharging >= 2 && pctBelowLimit >= 3,
      clear: isCharging === true || pctBelowLimit < 1 || p < CARD / 2,
      levels: [true, p >= INTERRUPT && (isFastCharger === true || minutes - minutesNeeded <= 60)],
    };
  },
  'destination-out-of-reach': ({ flags: { isUnderway }, numbers }) => {
    const { emptyProbability: p = 0, chargersAhead = 0 } = numbers;
    return {
      when: isUnderway === true && p >= CRITICAL && chargersAhead < 1,
      clear: p < CRITICAL / 2 || chargersAhead >= 1,
      levels: [true],
    };
  },
  'not-plugged-in': ({ flags: { isPlugged }, numbers }) => {
    const { overnightBelowReserveProbability: p = 0, parkedMinutes = 0 } = numbers;
    const { minutesLeftToPlugIn: leftMin = 0, hoursToDeparture: hours = 0 } = numbers;
    return {
      when: p >= INTERRUPT && isPlugged === false && parkedMinutes >= 5 && leftMin <= 240 && hours >= 3,
      clear: p < INTERRUPT / 2 || isPlugged === true || hours < 2.5 || leftMin > 300,
      levels: [true],
    };
  },
  'low-voltage-battery-weak': ({ flags, numbers: { lowVoltageV: volts = 0 } }) => {
    const { isLowVoltageResting, isDriving } = flags;
    return {
      when: (isLowVoltageResting === true && volts < 12) || (isDriving === true && volts < 12.2),
      clear: volts >= 12.4,
      levels: [true, isDriving === true && volts < 11.8],
    };
  },
  'motor-hot': ({ numbers: { motorTempC: tempC = 0 } }) => ({
    when: tempC >= 150,
    clear: tempC < 130,
    levels: [true, tempC >= 170],
  }),
  'slow-puncture': ({ numbers: { tyreLostKpa: lostKpa = 0 } }) => ({
    when: lostKpa >= 15,
    clear: lostKpa < 8,
    levels: [true],
  }),
  'tyre-low': ({ flags, numbers }) => {
    const { saysTyreIsLow, tellsPressure, isDriving } = flags;
    const { tyreMissingPct: missingPct = 0, tyreKpa: kpa = 0 } = numbers;
    return {
      when: saysTyreIsLow === true || missingPct >= 20 || kpa < 150,
      clear: saysTyreIsLow === false && (tellsPressure === false || (missingPct < 10 && kpa >= 170)),
      levels: [true, isDriving === true && missingPct >= 40],
    };
  },
  'cold-battery': ({ flags, numbers }) => {
    const { isFastChargeAhead } = flags;
    const { batteryTempC: tempC = 0, minutesToFastCharge: minutes = 0 } = numbers;
    const { warmedBelowReserveProbability: p = 0 } = numbers;
    return {
      when: isFastChargeAhead === true && p < CARD / 2 && tempC < 10 && minutes <= 45,
      clear: isFastChargeAhead === false || p >= CARD || tempC >= 15 || minutes > 60,
      levels: [true],
    };
  },
  'departure-below-reserve': ({ flags, numbers }) => {
    const { isDriving, isPlugged } = flags;
    const { belowReserveProbability: p = 0 } = numbers;
    const { parkedMinutes = 0, minutesToDeparture: minutes = 0 } = numbers;
    return {
      when: p >= CARD && isDriving === false && isPlugged === false && parkedMinutes >= 10 && minutes <= 120,
      clear: p < CARD / 2 || isDriving === true || isPlugged === true || minutes > 240,
      levels: [true, p >= INTERRUPT, p >= CRITICAL && minutes <= 30],
    };
  },
  'overnight-loss': ({ flags, numbers }) => {
    const { isPlugged } = flags;
    const { parkedMinutes = 0, hoursToDeparture = 0 } = numbers;
    const { overnightBelowReserveProbability: p = 0 } = numbers;
    return {
      when: p >= CARD && isPlugged === false && parkedMinutes >= 5 && hoursToDeparture >= 3,
      clear: p < CARD / 2 || isPlugged === true || hoursToDeparture < 2.5,
      levels: [true, p >= INTERRUPT && parkedMinutes <= 120],
    };
  },
  'planned-charger-doubtful': ({ flags: { isUnderway }, numbers: { plannedFailsProbability: p = 0 } }) => ({
    when: isUnderway === true && p >= 0.3,
    clear: isUnderway === false || p < 0.2,
    levels: [true, p >= INTERRUPT],
  }),
  'planned-charger-slower': ({ flags: { isUnderway }, numbers }) => {
    const { plannedPowerPct: powerPct = 0, plannedFailsProbability: p = 0 } = numbers;
    return {
      when: isUnderway === true && powerPct < 60 && p < 0.3,
      clear: isUnderway === false || powerPct >= 70,
      levels: [true],
    };
  },
  'point-of-no-return': ({
    flags: { isDriving },
    numbers: { belowReserveProbability: p = 0, pointOfNoReturnM: leftM = 0 },
  }) => ({
    when: isDriving === true && p >= INTERRUPT && leftM >= 500 && leftM <= 10_000,
    clear: p < INTERRUPT / 2 || leftM > 20_000,
    levels: [true, p >= CRITICAL],
  }),
  'reach-without-plan': ({ flags, numbers }) => {
    const { isDriving, hasTrip } = flags;
    const { homeBelowReserveProbability: p = 0 } = numbers;
    const { reachMarginM: marginM = 0, worksProbabilityNearby: works = 0 } = numbers;
    return {
      when: isDriving === true && hasTrip === false && p >= CARD && (marginM <= 30_000 || works < 0.9),
      clear: hasTrip === true || p < CARD / 2 || (marginM > 40_000 && works >= 0.95),
      levels: [true, p >= TURN_BACK && (marginM <= 15_000 || works < 0.5), p >= CRITICAL && marginM <= 3_000],
    };
  },
  'silent-car': ({ flags: { isDriving } }) => ({ when: isDriving === true, clear: true, levels: [true] }),
  'unplug-too-early': ({ flags, numbers }) => {
    const { isChargeComplete } = flags;
    const { minutesToPlannedDeparture: minutes = 0 } = numbers;
    const { asPlannedBelowReserveProbability: p = 0 } = numbers;
    return {
      when: p >= CARD && (isChargeComplete === true || minutes <= 15),
      clear: p < CARD / 2 || (isChargeComplete === false && minutes > 30),
      levels: [true, p >= INTERRUPT, p >= CRITICAL && minutes <= 15],
    };
  },
};
