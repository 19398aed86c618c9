import { isTeslaPlace } from './tesla-places.ts';
import { TESLA_SIGNAL } from './tesla-signals.ts';

/**
 * The VSS 6.0 signals Outrider understands: unit, sign, bounds, age and class, as data.
 * Names, units and signs are COVESA VSS 6.0 (2026-01-15); bounds are physical, not a vehicle's own limits.
 */

export const VSS_VERSION = '6.0';

export type SignalValue = number | string | boolean;

/** `place` tells where somebody is or goes: it is sealed before it is stored (see packages/trust). */
export type SignalClass = 'place' | 'plain';

interface SignalBase {
  readonly class: SignalClass;
  /** After this long without a new value the signal counts as unknown. */
  readonly maxAgeS: number;
  readonly about: string;
}

export interface NumberSignal extends SignalBase {
  readonly type: 'number';
  readonly unit: string;
  readonly min: number;
  readonly max: number;
}

export interface FlagSignal extends SignalBase {
  readonly type: 'boolean';
}

export interface TextSignal extends SignalBase {
  readonly type: 'string';
  readonly maxLength: number;
}

export type Signal = NumberSignal | FlagSignal | TextSignal;

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

const number = (
  unit: string,
  min: number,
  max: number,
  maxAgeS: number,
  about: string,
  kind: SignalClass = 'plain',
): NumberSignal => ({ type: 'number', unit, min, max, maxAgeS, about, class: kind });

const flag = (maxAgeS: number, about: string): FlagSignal => ({
  type: 'boolean',
  maxAgeS,
  about,
  class: 'plain',
});

const BATTERY = 'Vehicle.Powertrain.TractionBattery';
const TIRE = (row: number, side: string, leaf = 'Pressure') =>
  `Vehicle.Chassis.Axle.Row${row}.Wheel.${side}.Tire.${leaf}`;

/** Short names for the paths that code refers to; the value is the VSS path. */
export const SIGNAL = {
  soc: `${BATTERY}.StateOfCharge.Current`,
  socDisplayed: `${BATTERY}.StateOfCharge.Displayed`,
  currentEnergy: `${BATTERY}.StateOfCharge.CurrentEnergy`,
  range: `${BATTERY}.Range`,
  timeRemaining: `${BATTERY}.TimeRemaining`,
  power: `${BATTERY}.CurrentPower`,
  current: `${BATTERY}.CurrentCurrent`,
  voltage: `${BATTERY}.CurrentVoltage`,
  batteryTemp: `${BATTERY}.Temperature.Average`,
  batteryTempMin: `${BATTERY}.Temperature.Min`,
  batteryTempMax: `${BATTERY}.Temperature.Max`,
  netCapacity: `${BATTERY}.NetCapacity`,
  stateOfHealth: `${BATTERY}.StateOfHealth`,
  isPreconditioning: `${BATTERY}.BatteryConditioning.IsActive`,
  isCharging: `${BATTERY}.Charging.IsCharging`,
  isPlugged: `${BATTERY}.Charging.ChargingPort.AnyPosition.IsChargingCableConnected`,
  chargeLimit: `${BATTERY}.Charging.ChargeLimit`,
  chargeTimeToComplete: `${BATTERY}.Charging.TimeToComplete`,
  chargeAveragePower: `${BATTERY}.Charging.AveragePower`,
  totalRange: 'Vehicle.Powertrain.Range',
  gear: 'Vehicle.Powertrain.Transmission.SelectedGear',
  speed: 'Vehicle.Speed',
  odometer: 'Vehicle.TraveledDistance',
  isTrailerConnected: 'Vehicle.Trailer.IsConnected',
  latitude: 'Vehicle.CurrentLocation.Latitude',
  longitude: 'Vehicle.CurrentLocation.Longitude',
  altitude: 'Vehicle.CurrentLocation.Altitude',
  heading: 'Vehicle.CurrentLocation.Heading',
  destinationLatitude: 'Vehicle.Cabin.Infotainment.Navigation.DestinationSet.Latitude',
  destinationLongitude: 'Vehicle.Cabin.Infotainment.Navigation.DestinationSet.Longitude',
  airTemp: 'Vehicle.Exterior.AirTemperature',
  cabinTemp: 'Vehicle.Cabin.HVAC.AmbientAirTemperature',
  cabinSetTemp: 'Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature',
  isAirConditioning: 'Vehicle.Cabin.HVAC.IsAirConditioningActive',
  lowVoltage: 'Vehicle.LowVoltageBattery.CurrentVoltage',
  tireFrontLeft: TIRE(1, 'Left'),
  tireFrontRight: TIRE(1, 'Right'),
  tireRearLeft: TIRE(2, 'Left'),
  tireRearRight: TIRE(2, 'Right'),
  isTireFrontLeftLow: TIRE(1, 'Left', 'IsPressureLow'),
  isTireFrontRightLow: TIRE(1, 'Right', 'IsPressureLow'),
  isTireRearLeftLow: TIRE(2, 'Left', 'IsPressureLow'),
  isTireRearRightLow: TIRE(2, 'Right', 'IsPressureLow'),
  motorTemp: 'Vehicle.Powertrain.ElectricMotor.Temperature',
  isFastCharging: 'Vehicle.Private.Charging.IsFastCharging',
  energyCharged: 'Vehicle.Private.Charging.EnergyAdded',
  hvacPower: 'Vehicle.Private.Hvac.Power',
} as const;

/** SelectedGear values VSS gives a meaning of their own. */
export const GEAR = { park: 126, drive: 127, neutral: 0 } as const;

/** Every signal by VSS path. `Vehicle.Private.*` is ours where VSS 6.0 has no name. */
export const SIGNALS: Readonly<Record<string, Signal>> = {
  [SIGNAL.soc]: number('percent', 0, 100, 6 * HOUR_S, 'Charge left, of net capacity.'),
  [SIGNAL.socDisplayed]: number('percent', 0, 100, 6 * HOUR_S, 'Charge as the car shows it.'),
  [SIGNAL.currentEnergy]: number('kWh', 0, 1_000, 6 * HOUR_S, 'Energy left.'),
  [SIGNAL.range]: number('m', 0, 2_000_000, 6 * HOUR_S, 'Range as the car shows it, battery only.'),
  [SIGNAL.timeRemaining]: number('s', 0, 10_000_000, HOUR_S, 'Time to empty as the car shows it.'),
  [SIGNAL.power]: number('W', -1_000_000, 1_000_000, MINUTE_S, 'Battery power, positive into the battery.'),
  [SIGNAL.current]: number('A', -3_000, 3_000, MINUTE_S, 'Battery current, positive into the battery.'),
  [SIGNAL.voltage]: number('V', 0, 1_500, MINUTE_S, 'Battery voltage.'),
  [SIGNAL.batteryTemp]: number('Celsius', -60, 120, HOUR_S, 'Battery temperature, mean.'),
  [SIGNAL.batteryTempMin]: number('Celsius', -60, 120, HOUR_S, 'Battery temperature, coldest cell.'),
  [SIGNAL.batteryTempMax]: number('Celsius', -60, 120, HOUR_S, 'Battery temperature, hottest cell.'),
  [SIGNAL.netCapacity]: number('kWh', 0, 1_000, 365 * DAY_S, 'Usable capacity.'),
  [SIGNAL.stateOfHealth]: number('percent', 0, 110, 365 * DAY_S, 'Capacity left of the new capacity.'),
  [SIGNAL.isPreconditioning]: flag(HOUR_S, 'The battery is being warmed or cooled.'),
  [SIGNAL.isCharging]: flag(6 * HOUR_S, 'Charging.'),
  [SIGNAL.isPlugged]: flag(6 * HOUR_S, 'A charging cable is connected.'),
  [SIGNAL.chargeLimit]: number('percent', 0, 100, 30 * DAY_S, 'Charging stops here.'),
  [SIGNAL.chargeTimeToComplete]: number('s', 0, 1_000_000, HOUR_S, 'Time until charging ends.'),
  [SIGNAL.chargeAveragePower]: number('kW', 0, 2_000, HOUR_S, 'Mean power of this charge.'),
  [SIGNAL.totalRange]: number('m', 0, 3_000_000, 6 * HOUR_S, 'Range, all sources of energy.'),
  [SIGNAL.gear]: number('', -10, 127, 6 * HOUR_S, '126 Park, 127 Drive, 0 Neutral, below 0 Reverse.'),
  [SIGNAL.speed]: number('km/h', -100, 400, 5 * MINUTE_S, 'Speed over ground.'),
  [SIGNAL.odometer]: number('m', 0, 10_000_000_000, 365 * DAY_S, 'Distance driven in the car’s life.'),
  [SIGNAL.isTrailerConnected]: flag(DAY_S, 'A trailer is connected.'),
  [SIGNAL.latitude]: number('degrees', -90, 90, 6 * HOUR_S, 'Position, WGS 84.', 'place'),
  [SIGNAL.longitude]: number('degrees', -180, 180, 6 * HOUR_S, 'Position, WGS 84.', 'place'),
  [SIGNAL.altitude]: number('m', -500, 9_000, HOUR_S, 'Height above sea level.', 'place'),
  [SIGNAL.heading]: number(
    'degrees',
    0,
    360,
    5 * MINUTE_S,
    'Course over ground, clockwise from north.',
    'place',
  ),
  [SIGNAL.destinationLatitude]: number('degrees', -90, 90, DAY_S, 'Destination set in the car.', 'place'),
  [SIGNAL.destinationLongitude]: number('degrees', -180, 180, DAY_S, 'Destination set in the car.', 'place'),
  [SIGNAL.airTemp]: number('Celsius', -60, 70, HOUR_S, 'Air outside.'),
  [SIGNAL.cabinTemp]: number('Celsius', -60, 90, HOUR_S, 'Air in the cabin.'),
  [SIGNAL.cabinSetTemp]: number('Celsius', 10, 35, DAY_S, 'Cabin temperature the driver asked for.'),
  [SIGNAL.isAirConditioning]: flag(HOUR_S, 'Air conditioning runs.'),
  [SIGNAL.lowVoltage]: number('V', 0, 60, HOUR_S, '12 V battery.'),
  [SIGNAL.tireFrontLeft]: number('kPa', 0, 1_000, DAY_S, 'Tyre pressure.'),
  [SIGNAL.tireFrontRight]: number('kPa', 0, 1_000, DAY_S, 'Tyre pressure.'),
  [SIGNAL.tireRearLeft]: number('kPa', 0, 1_000, DAY_S, 'Tyre pressure.'),
  [SIGNAL.tireRearRight]: number('kPa', 0, 1_000, DAY_S, 'Tyre pressure.'),
  [SIGNAL.isTireFrontLeftLow]: flag(DAY_S, 'The car says that this tyre is low.'),
  [SIGNAL.isTireFrontRightLow]: flag(DAY_S, 'The car says that this tyre is low.'),
  [SIGNAL.isTireRearLeftLow]: flag(DAY_S, 'The car says that this tyre is low.'),
  [SIGNAL.isTireRearRightLow]: flag(DAY_S, 'The car says that this tyre is low.'),
  [SIGNAL.motorTemp]: number('Celsius', -60, 400, 5 * MINUTE_S, 'Temperature of the electric motor.'),
  [SIGNAL.isFastCharging]: flag(6 * HOUR_S, 'Charging with direct current.'),
  [SIGNAL.energyCharged]: number('kWh', 0, 1_000_000, DAY_S, 'Energy charged, as the car counts it.'),
  [SIGNAL.hvacPower]: number('W', 0, 50_000, 5 * MINUTE_S, 'Electric power of heating and cooling.'),
  [TESLA_SIGNAL.motorTempFront]: number('Celsius', -60, 400, 5 * MINUTE_S, 'Its front motor.'),
  [TESLA_SIGNAL.motorTempRearLeft]: number('Celsius', -60, 400, 5 * MINUTE_S, 'Its left rear motor.'),
  [TESLA_SIGNAL.motorTempRearRight]: number('Celsius', -60, 400, 5 * MINUTE_S, 'Its right rear motor.'),
  [TESLA_SIGNAL.arrivalSocPct]: number(
    'percent',
    -100,
    100,
    HOUR_S,
    'Charge on arrival as the car expects it.',
  ),
  [TESLA_SIGNAL.milesToArrival]: number('mi', 0, 20_000, HOUR_S, 'Way left as the car’s navigation has it.'),
};

export type Refusal = 'unknown-signal' | 'wrong-type' | 'not-finite' | 'out-of-bounds' | 'too-long';

/**
 * Checks one value against the catalogue. Returns why it is refused, or undefined when it is fine.
 * Nothing is coerced: "55" is not 55, true is not 1, null is not 0.
 */
export function refuseSignal(path: string, value: unknown): Refusal | undefined {
  const signal = Object.hasOwn(SIGNALS, path) ? SIGNALS[path] : undefined;
  if (signal === undefined) return 'unknown-signal';
  if (typeof value !== signal.type) return 'wrong-type';
  if (signal.type === 'number') {
    const numeric = value as number;
    if (!Number.isFinite(numeric)) return 'not-finite';
    if (numeric < signal.min || numeric > signal.max) return 'out-of-bounds';
  }
  if (signal.type === 'string' && (value as string).length > signal.maxLength) return 'too-long';
  return undefined;
}

/** Whether it tells where somebody is or goes. What nobody listed may. */
export const isPlaceSignal = (path: string): boolean =>
  SIGNALS[path]?.class === 'place' || isTeslaPlace(path);
