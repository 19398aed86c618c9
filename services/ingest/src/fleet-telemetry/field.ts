import { SIGNALS } from '@outrider/domain';

/** Where everything is that VSS has no name for. */
export const TESLA = 'Vehicle.Private.Tesla.';

/**
 * What `invalid: true` means. `clear`: there is none, or the last one misleads (no route, standing, not charging).
 * `carry`: the car stopped reporting it, and the last one holds until it is too old.
 */
export type InvalidPolicy = 'clear' | 'carry';

interface FieldBase {
  readonly no: number;
  readonly name: string;
  /** `Vehicle.Private.Tesla.<Field>`: for what VSS has no name for, and for values VSS cannot hold. */
  readonly ownPath: string;
  readonly onInvalid: InvalidPolicy;
}

export interface NumberField extends FieldBase {
  readonly kind: 'number';
  /** VSS, or `ownPath`. */
  readonly path: string;
  /** As stored; VSS's spelling. */
  readonly unit: string;
  /** From Tesla's unit to `unit`. */
  readonly factor: number;
  readonly min: number;
  readonly max: number;
}

export interface EnumField extends FieldBase {
  readonly kind: 'enum';
  /** The case of `Value` it is typed as. */
  readonly typedAs: number;
}

export interface OtherField extends FieldBase {
  readonly kind: 'flag' | 'text' | 'place' | 'time' | 'doors' | 'tires' | 'route' | 'unlisted';
  /** Where it goes; of places, doors and tyres the beginning. */
  readonly path: string;
}

export type Field = NumberField | EnumField | OtherField;

/** Tesla's units: what VSS has instead, and the factor. Exact, but for the atmosphere, which is so by definition. */
const UNITS: Readonly<Record<string, readonly [unit: string, factor: number]>> = {
  mph: ['km/h', 1.609344],
  mi: ['m', 1609.344],
  atm: ['kPa', 101.325],
  h: ['s', 3600],
  min: ['s', 60],
};

/**
 * No route; not driving; not on a cable; nothing scheduled; nothing played. What a car means by `invalid` in these
 * is "none", and a last value kept would be a route that is over, or a speed of a car that stands.
 */
const CLEARED = new Set([
  ...['RouteLine', 'RouteLastUpdated', 'MilesToArrival', 'MinutesToArrival', 'OriginLocation'],
  ...['DestinationLocation', 'DestinationName', 'ExpectedEnergyPercentAtTripArrival'],
  ...['RouteTrafficMinutesDelay', 'VehicleSpeed', 'Gear', 'PedalPosition', 'BrakePedalPos', 'CruiseSetSpeed'],
  ...['PackCurrent', 'LateralAcceleration', 'LongitudinalAcceleration', 'CurrentLimitMph'],
  ...['TimeToFullCharge', 'EstimatedHoursToChargeTermination', 'ChargingCableType', 'FastChargerType'],
  ...['ChargerPhases', 'ChargerVoltage', 'ChargeAmps', 'ACChargingPower', 'DCChargingPower'],
  ...['ChargeRateMilePerHour', 'ScheduledChargingStartTime', 'ScheduledDepartureTime'],
  ...['PowershareHoursLeft', 'PowershareInstantaneousPowerKW', 'PowershareStopReason'],
  ...['SoftwareUpdateDownloadPercentComplete', 'SoftwareUpdateExpectedDurationMinutes'],
  ...[
    'SoftwareUpdateInstallationPercentComplete',
    'SoftwareUpdateScheduledStartTime',
    'SoftwareUpdateVersion',
  ],
  ...['MediaPlaybackSource', 'MediaNowPlayingDuration', 'MediaNowPlayingElapsed', 'MediaNowPlayingArtist'],
  ...['MediaNowPlayingTitle', 'MediaNowPlayingAlbum', 'MediaNowPlayingStation'],
]);

const base = (no: number, name: string): FieldBase => ({
  no,
  name,
  ownPath: TESLA + name,
  onInvalid: CLEARED.has(name) ? 'clear' : 'carry',
});

/** `unit` is Tesla's; `vss` where VSS has a name, with the catalogue's bounds. */
export function number(no: number, name: string, unit = '', vss?: string): NumberField {
  const [stored, factor] = UNITS[unit] ?? [unit, 1];
  const known = vss === undefined ? undefined : SIGNALS[vss];
  const bounds = known?.type === 'number' ? known : { min: -Infinity, max: Infinity };
  if (known?.type === 'number' && known.unit !== stored)
    throw new Error(`${name} comes in ${stored}, and ${vss} is in ${known.unit}`);
  const { min, max } = bounds;
  return { ...base(no, name), kind: 'number', path: vss ?? TESLA + name, unit: stored, factor, min, max };
}

export const choice = (no: number, name: string, typedAs: number): EnumField => ({
  ...base(no, name),
  kind: 'enum',
  typedAs,
});

export const other = (kind: OtherField['kind'], no: number, name: string, path?: string): OtherField => ({
  ...base(no, name),
  kind,
  path: path ?? TESLA + name,
});

export const flag = (no: number, name: string, path?: string): OtherField => other('flag', no, name, path);
export const text = (no: number, name: string, path?: string): OtherField => other('text', no, name, path);
export const time = (no: number, name: string): OtherField => other('time', no, name);
