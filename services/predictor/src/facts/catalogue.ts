import type { FactCatalogue, FactDefinition } from '../rule.ts';

const number = (name: string, unit: string, about: string, carryBand?: number): FactDefinition => ({
  name,
  type: 'number',
  unit,
  about,
  ...(carryBand === undefined ? {} : { carryBand }),
});

/** Judgement: the difference between two good forecasts of one drive; what differs more is another world. */
const PROBABILITY_BAND = 0.15;
const probability = (name: string, about: string): FactDefinition => ({
  ...number(name, '', about, PROBABILITY_BAND),
  range: [0, 1],
});
const flag = (name: string, about: string): FactDefinition => ({ name, type: 'boolean', about });

const text = (name: string, about: string): FactDefinition => ({ name, type: 'string', about });

const motion = [
  flag('isDriving', 'The car is on its way (not parked, not on a cable).'),
  flag('isPlugged', 'A charging cable is connected.'),
  flag('isCharging', 'The battery is being charged.'),
  number('socPct', '%', 'Charge now.'),
  number('parkedMinutes', 'min', 'How long the car has been standing; 0 while it drives.'),
];

const band = [
  number('arrivalSocPctP10', '%', 'Charge at the end of the way, 10th percentile.'),
  number('arrivalSocPctP50', '%', 'Charge at the end of the way, median.'),
  number('arrivalSocPctP90', '%', 'Charge at the end of the way, 90th percentile.'),
];

/** Every fact a rule may read, by what the rule is about. One file in this folder provides each scope. */
export const factCatalogue: FactCatalogue = {
  // The last stop the car must reach before it can charge or stands for hours: charge is lowest there.
  stop: [
    ...motion,
    flag('isUnderway', 'The car drives and has left the stop where it last stood.'),
    probability('belowReserveProbability', 'Probability of arriving with less than the reserve.'),
    probability('emptyProbability', 'Probability of running empty before this stop.'),
    ...band,
    number('reserveSocPct', '%', 'What the driver wants to have left.'),
    number('distanceM', 'm', 'Road still to drive to this stop.'),
    number(
      'minutesToDeparture',
      'min',
      'Until the planned departure; 0 once the car drives or should have left.',
    ),
    flag('isNextChargeStop', 'The plan charges at this stop.'),
    number('chargersAhead', '', 'Charging places before this stop that can be reached above the reserve.'),
    number(
      'pointOfNoReturnM',
      'm',
      'Road to the last place where leaving for a charger still works; below 0 it is behind.',
      5_000,
    ),
  ],
  // The charger that the plan counts on next, with a way to go on from there.
  charger: [
    ...motion,
    flag('isUnderway', 'The car drives and has left the stop where it last stood.'),
    probability('plannedWorksProbability', 'Probability that a plug there works and can be used on arrival.'),
    probability(
      'plannedFailsProbability',
      'Probability that it cannot be used, and what is in the battery does not lead on above the reserve.',
    ),
    number('plannedPowerPct', '%', 'What it gives at most, of what the plan counts on.'),
    number('plannedChargerKw', 'kW', 'What it gives at most.'),
  ],
  // On a cable, with a drive planned after it.
  charging: [
    ...motion,
    ...band,
    flag(
      'isChargeComplete',
      'Charging ended as it should: within 3 points of its limit, or where no limit is known.',
    ),
    probability(
      'unplugNowBelowReserveProbability',
      'Probability of falling below the reserve when the car leaves now.',
    ),
    probability(
      'asPlannedBelowReserveProbability',
      'The same when it leaves at the planned time, charging until then.',
    ),
    number(
      'minutesNeeded',
      'min',
      'Further charging until that probability is small; absent when none is enough.',
      30,
    ),
    number(
      'minutesSinceCharging',
      'min',
      'Since the charging on this cable ended; absent before and while it charges.',
    ),
    number('pctBelowLimit', '%', 'Charge that is missing to the limit; absent where no limit is known.'),
    flag(
      'isFastCharger',
      'It stands at direct current, or at 40 kW and more: nobody waits there for cheaper hours.',
    ),
    number('pluggedMinutes', 'min', 'How long the cable has been in.'),
    number('limitNeededPct', '%', 'Charge limit that allows it; absent while the limit is not in the way.'),
    number('minutesToPlannedDeparture', 'min', 'Until the planned departure; below 0 when it has passed.'),
    number('reserveSocPct', '%', 'What the driver wants to have left.'),
    number('distanceM', 'm', 'Road to the next place to charge.'),
  ],
  // Standing without a cable before a later planned drive.
  parked: [
    ...motion,
    ...band,
    probability(
      'overnightBelowReserveProbability',
      'Probability of falling below the reserve on the next drive when the car stays unplugged.',
    ),
    number(
      'minutesLeftToPlugIn',
      'min',
      'Until a cable has to be in for the drive to become likely; absent where it is already, or cannot become so.',
      30,
    ),
    number('neededSocPct', '%', 'Charge at departure with which it is likely.'),
    number('hoursToDeparture', 'h', 'Until the next planned departure.'),
    number('expectedLossPct', '%', 'Charge expected to be lost while standing.'),
    number('reserveSocPct', '%', 'What the driver wants to have left.'),
    number('distanceM', 'm', 'Road of the next drive up to a place to charge.'),
  ],
  // The car itself, with or without a plan.
  vehicle: [
    ...motion,
    flag('hasTrip', 'A plan that is no guess is known and the car is on it.'),
    number('batteryTempC', '°C', 'Battery temperature, measured or estimated from the time parked.'),
    flag('isFastChargeAhead', 'The next planned stop charges with direct current.'),
    probability(
      'warmedBelowReserveProbability',
      'Probability of reaching that charger with less than the reserve when the battery is warmed on the way.',
    ),
    number('minutesToFastCharge', 'min', 'Until the car is at that charger.', 10),
    probability('homeBelowReserveProbability', 'Probability of reaching home with less than the reserve.'),
    probability('worksProbabilityNearby', 'Probability that at least two charging places in reach work.'),
    number(
      'reachMarginM',
      'm',
      'Road that is left once the safe place (home or the second charger) is reached at the reserve.',
      10_000,
    ),
    number('speedMps', 'm/s', 'Speed now.'),
    text(
      'carAlerts',
      'Names of the car’s own alerts that are active, a space between them; empty when none is.',
    ),
    text('carError', 'Name of the newest error the car reported, for an hour.'),
    number('silentMinutes', 'min', 'Since the car, or its connection, was last heard of.'),
    number('lowVoltageV', 'V', 'Voltage of the 12 V battery.'),
    flag(
      'isLowVoltageResting',
      'Parked for an hour without a cable: the 12 V battery has nothing but itself.',
    ),
    number(
      'batteryHottestC',
      '°C',
      'Hottest cell of the battery as measured, or its mean where no cell is told.',
    ),
    number('motorTempC', '°C', 'Temperature of the electric motor; of several the hottest.'),
    text(
      'contradiction',
      'What cannot be true at once, a space between them: `moves-and-charges`, `moves-in-park`, `charges-unplugged`, `two-charges`; empty when nothing.',
    ),
    number('contradictions', '', 'How many of them.'),
    flag('isConnected', 'The server holds its connection, or it said something after it was lost.'),
  ],
  // Each of the four tyres.
  tyre: [
    ...motion,
    text('tyre', 'Which one: `frontLeft`, `frontRight`, `rearLeft` or `rearRight`.'),
    flag('saysTyreIsLow', 'The car itself says that this tyre is low.'),
    flag('tellsPressure', 'The car tells the pressure of this tyre.'),
    number('tyreKpa', 'kPa', 'Its pressure as it was measured last, above that of the air.'),
    number(
      'tyreMissingKpa',
      'kPa',
      'What it has less, at 20 °C, than the label of the model says, or than the one opposite where that is not known; below 0: more.',
    ),
    number('tyreMissingPct', '%', 'The same, of what it should have.'),
    number(
      'tyreLostKpa',
      'kPa',
      'What it lost, at 20 °C, of its own and beside the others since the drives of the last 4 to 8 days.',
    ),
  ],
};
