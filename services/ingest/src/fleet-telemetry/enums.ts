// The enumerations of fleet-telemetry's `Value`, by the number of the case that carries them. Names stand in the
// order of their numbers, without the prefix the protocol gives each of them.

export interface Enumeration {
  /** JSON writes `ShiftStateD`, older firmware writes `D` as text. */
  readonly prefix: string;
  readonly names: readonly string[];
  /** Every spelling that was seen, in lower case, and the name it stands for. */
  readonly spellings: ReadonlyMap<string, string>;
}

function enumeration(prefix: string, words: string): Enumeration {
  const names = ['Unknown', ...words.split(' ')];
  const spellings = new Map<string, string>();
  for (const name of names) spellings.set(`${prefix}${name}`.toLowerCase(), name);
  for (const name of names) spellings.set(name.toLowerCase(), name);
  return { prefix, names, spellings };
}

/** By case number of `Value`. */
export const ENUMERATIONS: Readonly<Record<number, Enumeration>> = {
  8: enumeration('ChargeState', 'Disconnected NoPower Starting Charging Complete Stopped'),
  9: enumeration('ShiftState', 'Invalid P R N D SNA'),
  11: enumeration('LaneAssistLevel', 'None Warning Assist'),
  12: enumeration('ScheduledChargingMode', 'Off StartAt DepartBy'),
  13: enumeration('SentryModeState', 'Off Idle Armed Aware Panic Quiet'),
  14: enumeration('SpeedAssistLevel', 'None Display Chime'),
  15: enumeration('BMSState', 'Standby Drive Support Charge FEIM ClearFault Fault Weld Test SNA'),
  16: enumeration('BuckleStatus', 'Unlatched Latched Faulted'),
  17: enumeration('CarType', 'ModelS ModelX Model3 ModelY SemiTruck Cybertruck'),
  18: enumeration('ChargePort', 'US EU GB CCS'),
  19: enumeration('ChargePortLatch', 'SNA Disengaged Engaged Blocking'),
  22: enumeration('DriveInverterState', 'Unavailable Standby Fault Abort Enable'),
  23: enumeration('HvilStatus', 'Fault OK'),
  24: enumeration('WindowState', 'Closed PartiallyOpen Opened'),
  25: enumeration('SeatFoldPosition', 'SNA Faulted NotConfigured Folded Unfolded'),
  26: enumeration(
    'TractorAirStatus',
    'NotAvailable Error Charged BuildingPressureIntermediate ExhaustingPressureIntermediate Exhausted',
  ),
  27: enumeration('FollowDistance', '1 2 3 4 5 6 7'),
  28: enumeration('ForwardCollisionSensitivity', 'Off Late Average Early'),
  29: enumeration(
    'GuestModeMobileAccess',
    'Init NotAuthenticated Authenticated AbortedDriving AbortedUsingRemoteStart AbortedUsingBLEKeys ' +
      'AbortedValetMode AbortedGuestModeOff AbortedDriveAuthTimeExceeded AbortedNoDataReceived ' +
      'RequestingFromMothership RequestingFromAuthD AbortedFetchFailed AbortedBadDataReceived ShowingQRCode ' +
      'SwipedAway DismissedQRCodeExpired SucceededPairedNewBLEKey',
  ),
  30: enumeration(
    'TrailerAirStatus',
    'SNA Invalid BobtailMode Charged BuildingPressureIntermediate ExhaustingPressureIntermediate Exhausted',
  ),
  32: enumeration('DetailedChargeState', 'Disconnected NoPower Starting Charging Complete Stopped'),
  33: enumeration('HvacAutoModeState', 'On Override'),
  34: enumeration('CabinOverheatProtectionModeState', 'Off On FanOnly'),
  35: enumeration('ClimateOverheatProtectionTempLimit', 'High Medium Low'),
  36: enumeration('DefrostModeState', 'Off Normal Max AutoDefog'),
  37: enumeration('ClimateKeeperModeState', 'Off On Dog Party'),
  38: enumeration('HvacPowerState', 'Off On Precondition OverheatProtect'),
  40: enumeration('FastCharger', 'Supercharger CHAdeMO GB ACSingleWireCAN Combo MCSingleWireCAN Other SNA'),
  41: enumeration('CableType', 'IEC SAE GB_AC GB_DC SNA'),
  42: enumeration('TonneauTentModeState', 'Inactive Moving Failed Active'),
  43: enumeration('TonneauPositionState', 'Invalid Closed PartiallyOpen FullyOpen'),
  44: enumeration('PowershareTypeStatus', 'None Load Home'),
  45: enumeration('PowershareState', 'Inactive Handshaking Init Enabled EnabledReconnectingSoon Stopped'),
  46: enumeration(
    'PowershareStopReasonStatus',
    'None SOCTooLow Retry Fault User Reconnecting Authentication',
  ),
  47: enumeration('DisplayState', 'Off Dim Accessory On Driving Charging Lock Sentry Dog Entertainment'),
  48: enumeration('DistanceUnit', 'Miles Kilometers'),
  49: enumeration('TemperatureUnit', 'Fahrenheit Celsius'),
  50: enumeration('PressureUnit', 'Psi Bar'),
  51: enumeration('ChargeUnit', 'Distance Percent'),
  52: enumeration('TurnSignalState', 'Off Left Right Both'),
  53: enumeration('MediaStatus', 'Stopped Playing Paused'),
  54: enumeration('SunroofInstalledState', 'NotInstalled Gen1Installed Gen2Installed'),
};

export const AUDIENCES = enumeration('', 'Customer Service ServiceFix');
export const CONNECTIVITY = enumeration('', 'CONNECTED DISCONNECTED');

/** Words that stand for no value, should they not be the name of one. */
const NOTHING = new Set(['', 'null', 'nan', 'invalid', 'undefined', 'nil']);
const NAME = /^[a-z][a-z0-9_]*$/i;
const DIGITS = /^[+-]?\d{1,10}$/;

/**
 * The name without prefix. A number no name is known for stays a number, as text, and a name nobody knows stays
 * as it is: newer firmware has new states. Undefined when it is neither.
 */
export function nameOf(known: Enumeration, said: number | string): string | undefined {
  if (typeof said === 'number') return known.names[said] ?? String(said);
  const name = known.spellings.get(said.toLowerCase());
  if (name !== undefined) return name;
  if (DIGITS.test(said)) return nameOf(known, Number(said));
  return NAME.test(said) && !NOTHING.has(said.toLowerCase()) ? said : undefined;
}
