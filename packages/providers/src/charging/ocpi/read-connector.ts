import type { ChargingLocation, ConnectorStandard } from '@outrider/domain';
import { connectorStandard } from '@outrider/domain';
import { DC_ONLY, usualPowerType } from '../raw-location.ts';
import type { Counting } from './tally.ts';
import { type Json, numberOf, wordOf } from './words.ts';

type Connector = ChargingLocation['evses'][number]['connectors'][number];
type PowerType = Connector['powerType'];

/** OCPI 2.1.1 to 2.3.0, and what operators write instead; letters and digits only. */
const STANDARDS: ReadonlyMap<string, ConnectorStandard> = new Map([
  ...connectorStandard.options.map((name) => [name.replace(/[^A-Z0-9]/g, ''), name] as const),
  ['TYPE1', 'IEC_62196_T1'],
  ['J1772', 'IEC_62196_T1'],
  ['TYPE2', 'IEC_62196_T2'],
  ['TYPE2OUTLET', 'IEC_62196_T2'],
  ['TYPE2SOCKET', 'IEC_62196_T2'],
  ['TYPE2CABLE', 'IEC_62196_T2'],
  ['MENNEKES', 'IEC_62196_T2'],
  ['CCS1', 'IEC_62196_T1_COMBO'],
  ['CCS2', 'IEC_62196_T2_COMBO'],
  ['CCSCOMBO2', 'IEC_62196_T2_COMBO'],
  ['TYPE2COMBO', 'IEC_62196_T2_COMBO'],
  ['NACS', 'SAE_J3400'],
]);

/**
 * A plug with its power in kW. Never refuses: a plug nobody knows fits no car, and a power nobody states is
 * taken as a weak post's.
 */
export function readConnector(raw: Json, { note }: Counting): Connector {
  const standard = standardOf(raw.standard, note);
  const powerType = powerTypeOf(raw.power_type, standard, statedKw(raw), note);
  return { standard, powerType, maxPowerKw: powerOf(raw, standard, powerType, note) };
}

function standardOf(value: unknown, note: Counting['note']): ConnectorStandard {
  const word = wordOf(value);
  const standard = STANDARDS.get(word?.replace(/[^A-Z0-9]/g, '') ?? '');
  if (standard === undefined) note('standard-unknown');
  else if (value !== standard) note('standard-respelled');
  return standard ?? 'OTHER';
}

const POWER_TYPES: Readonly<Record<string, PowerType>> = {
  AC_1_PHASE: 'AC_1_PHASE',
  AC_2_PHASE: 'AC_2_PHASE',
  AC_2_PHASE_SPLIT: 'AC_2_PHASE',
  AC_3_PHASE: 'AC_3_PHASE',
  DC: 'DC',
};

function powerTypeOf(
  value: unknown,
  standard: ConnectorStandard,
  statedPowerKw: number,
  note: Counting['note'],
): PowerType {
  const word = wordOf(value);
  const stated = word === undefined ? undefined : POWER_TYPES[word];
  if (stated === undefined) note(word === undefined ? 'power-type-missing' : 'power-type-unknown');
  else if (value !== word) note('power-type-respelled');
  if (DC_ONLY.has(standard) && stated !== 'DC') {
    if (stated !== undefined) note('dc-plug-called-ac');
    return 'DC';
  }
  return stated ?? usualPowerType(standard, statedPowerKw);
}

/** `voltage` and `amperage` are the names of OCPI 2.1.1. */
const voltsOf = (raw: Json): number => numberOf(raw.max_voltage ?? raw.voltage) ?? 0;
const ampsOf = (raw: Json): number => numberOf(raw.max_amperage ?? raw.amperage) ?? 0;
/** Good enough to tell slow from fast. */
const statedKw = (raw: Json): number => {
  const watts = numberOf(raw.max_electric_power) ?? 0;
  return watts > 0 && watts < 1_000
    ? watts
    : watts > 0
      ? watts / 1_000
      : (voltsOf(raw) * ampsOf(raw)) / 1_000;
};

/** No car's own charger takes more. */
const MOST_AC_KW = 44;
const MOST_DC_KW = 1_000;
const MOST_MEGAWATT_KW = 3_750;
/** What a post has at least, by plug, where nobody says: judgement, on the low side so that it is not preferred. */
const ASSUMED_KW = { DC: 50, IEC_62196_T2: 11, other: 3.7 };

function powerOf(
  raw: Json,
  standard: ConnectorStandard,
  powerType: PowerType,
  note: Counting['note'],
): number {
  const mostKw = powerType !== 'DC' ? MOST_AC_KW : standard === 'MCS' ? MOST_MEGAWATT_KW : MOST_DC_KW;
  const fromSupplyKw = supplyKw(voltsOf(raw), ampsOf(raw), powerType);
  const watts = numberOf(raw.max_electric_power) ?? 0;
  let powerKw = watts / 1_000;
  // Less than a kilowatt is no charger, unless volts and amperes say so: the figure is in kW.
  if (watts > 0 && watts < 1_000 && !isNear(powerKw, fromSupplyKw)) {
    note('power-in-kw');
    powerKw = watts;
  }
  const isTooMuch =
    powerType === 'DC'
      ? powerKw > mostKw
      : powerKw > mostKw || (fromSupplyKw > 0 && powerKw > (1.2 * 3 * voltsOf(raw) * ampsOf(raw)) / 1_000);
  if (isTooMuch) {
    note('power-impossible');
    powerKw = powerType !== 'DC' && fromSupplyKw > 0 ? fromSupplyKw : powerKw / 1_000;
  }
  if (powerKw > 0 && powerKw <= mostKw) return powerKw;
  if (fromSupplyKw > 0 && fromSupplyKw <= mostKw) {
    note('power-from-supply');
    return fromSupplyKw;
  }
  note('power-assumed');
  return powerType === 'DC'
    ? ASSUMED_KW.DC
    : standard === 'IEC_62196_T2'
      ? ASSUMED_KW.IEC_62196_T2
      : ASSUMED_KW.other;
}

/** OCPI states three phases from line to neutral; from 340 V up it was stated from line to line. */
const LINE_TO_LINE_V = 340;

function supplyKw(volts: number, amps: number, powerType: PowerType): number {
  if (!(volts > 0 && amps > 0)) return 0;
  const lines = {
    DC: 1,
    AC_1_PHASE: 1,
    AC_2_PHASE: 2,
    AC_3_PHASE: volts >= LINE_TO_LINE_V ? Math.sqrt(3) : 3,
  };
  return (lines[powerType] * volts * amps) / 1_000;
}

const isNear = (one: number, other: number): boolean => other > 0 && Math.abs(one / other - 1) < 0.2;
