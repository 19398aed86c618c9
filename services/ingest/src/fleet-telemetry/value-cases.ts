/** The cases of `Value` by their numbers in the protocol; what is not here is an enumeration. */
export const CASE = {
  none: 0,
  text: 1,
  int: 2,
  long: 3,
  float: 4,
  double: 5,
  flag: 6,
  place: 7,
  invalid: 10,
  doors: 21,
  time: 31,
  tires: 39,
} as const;

export interface SaidPlace {
  readonly latitude: number;
  readonly longitude: number;
}

export interface SaidTime {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Doors and tyres: what is not named is false. */
export type SaidFlags = Readonly<Record<string, boolean>>;

/**
 * What a case carries. A `long` beyond 2^53 is text; an enumeration is a number, or the name JSON has for it;
 * nothing when there is no value, or one of a kind nobody knows.
 */
export type Said = number | string | boolean | SaidPlace | SaidTime | SaidFlags | undefined;

export const DOORS = [
  'DriverFront',
  'DriverRear',
  'PassengerFront',
  'PassengerRear',
  'TrunkFront',
  'TrunkRear',
] as const;

export const TIRES = [
  'frontLeft',
  'frontRight',
  'rearLeft',
  'rearRight',
  'semiMiddleAxleLeft2',
  'semiMiddleAxleRight2',
  'semiRearAxleLeft',
  'semiRearAxleRight',
  'semiRearAxleLeft2',
  'semiRearAxleRight2',
] as const;

/** Case numbers by the names JSON has for them. */
export const CASE_BY_JSON_NAME: ReadonlyMap<string, number> = new Map(
  Object.entries({
    ...{ stringValue: 1, intValue: 2, longValue: 3, floatValue: 4, doubleValue: 5, booleanValue: 6 },
    ...{ locationValue: 7, chargingValue: 8, shiftStateValue: 9, invalid: 10, laneAssistLevelValue: 11 },
    ...{ scheduledChargingModeValue: 12, sentryModeStateValue: 13, speedAssistLevelValue: 14 },
    ...{ bmsStateValue: 15, buckleStatusValue: 16, carTypeValue: 17, chargePortValue: 18 },
    ...{ chargePortLatchValue: 19, doorValue: 21, driveInverterStateValue: 22, hvilStatusValue: 23 },
    ...{ windowStateValue: 24, seatFoldPositionValue: 25, tractorAirStatusValue: 26 },
    ...{ followDistanceValue: 27, forwardCollisionSensitivityValue: 28, guestModeMobileAccessValue: 29 },
    ...{ trailerAirStatusValue: 30, timeValue: 31, detailedChargeStateValue: 32, hvacAutoModeValue: 33 },
    ...{ cabinOverheatProtectionModeValue: 34, cabinOverheatProtectionTemperatureLimitValue: 35 },
    ...{ defrostModeValue: 36, climateKeeperModeValue: 37, hvacPowerValue: 38, tireLocationValue: 39 },
    ...{ fastChargerValue: 40, cableTypeValue: 41, tonneauTentModeValue: 42, tonneauPositionValue: 43 },
    ...{ powershareTypeValue: 44, powershareStateValue: 45, powershareStopReasonValue: 46 },
    ...{ displayStateValue: 47, distanceUnitValue: 48, temperatureUnitValue: 49, pressureUnitValue: 50 },
    ...{ chargeUnitPreferenceValue: 51, turnSignalStateValue: 52, mediaStatusValue: 53 },
    ...{ sunroofInstalledStateValue: 54 },
  }),
);
