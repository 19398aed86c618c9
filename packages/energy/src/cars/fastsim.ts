import type { VehicleModel } from '../vehicle-model.ts';
import { curve, JUDGED, STANDBY } from './judged.ts';

const EUROPE = ['IEC_62196_T2', 'IEC_62196_T2_COMBO'];
const NORTH_AMERICA = ['IEC_62196_T1', 'IEC_62196_T1_COMBO'];

/** What differs from car to car; sources below say where each field is from. */
interface Figures {
  readonly modelId: string;
  readonly name: string;
  readonly massKg: number;
  readonly dragCoefficient: number;
  readonly frontalAreaM2: number;
  readonly rollingCoefficient: number;
  /** FASTSim's pack. */
  readonly grossKwh: number;
  readonly usableKwh: number;
  /** US label, wall kWh per 100 miles; absent: none. */
  readonly label?: { readonly kwhPer100Mi: number; readonly source: string };
  readonly heater: VehicleModel['heater'];
  readonly cabinHeatWPerK: number;
  readonly maxRegenKw: number;
  readonly dcMaxKw: number;
  readonly dcCurve?: { readonly points: VehicleModel['dcCurve']; readonly source: string };
  readonly acMaxKw: number;
  readonly connectors: readonly string[];
  /** FASTSim has only the mass without drivetrain: the whole one is from elsewhere. */
  readonly massSource?: string;
}

const KM_PER_100_MI = 160.934_4;
/** Heat of a pack: about 1 kJ/K per kg, and about 6.2 kg per kWh. */
const HEAT_J_PER_K_KWH = 6_200;
const RECALLED = 'data sheet, recalled: check before quoting';

function fromFastsim(said: Figures): VehicleModel {
  const { grossKwh, label, dcCurve, massSource, dcMaxKw, connectors, ...figures } = said;
  return {
    ...figures,
    ...{ dcMaxKw, belowDisplayZeroKwh: 0, baseLoadW: 450, drivelineEfficiency: 0.9, standbyW: STANDBY },
    connectors: [...connectors],
    labelWhPerKm: label === undefined ? null : (1000 * label.kwhPer100Mi) / KM_PER_100_MI,
    dcCurve: dcCurve?.points ?? curve([0, dcMaxKw], [50, dcMaxKw], [80, dcMaxKw / 2], [100, dcMaxKw / 15]),
    batteryHeatCapacityJPerK: Math.round(HEAT_J_PER_K_KWH * grossKwh),
    sources: {
      ...JUDGED,
      massKg: massSource ?? 'FASTSim',
      dragCoefficient: 'FASTSim',
      frontalAreaM2: 'FASTSim',
      rollingCoefficient: 'FASTSim',
      usableKwh: `${RECALLED}; FASTSim: ${grossKwh} kWh gross`,
      labelWhPerKm: label?.source ?? 'no US label of this car',
      heater: RECALLED,
      dcCurve: dcCurve?.source ?? `judgement: full power to 50 %, then a taper; the peak: ${RECALLED}`,
      acMaxKw: RECALLED,
      connectors: 'the inlet of its market; judgement',
      batteryHeatCapacityJPerK: 'judgement: about 1 kJ/K per kg of pack, 6.2 kg per kWh',
    },
  };
}

/** The same car with the inlets of both sides of the Atlantic. The label is of the American one, and holds for both. */
const onBothSides = (said: Omit<Figures, 'connectors'>): readonly VehicleModel[] => [
  fromFastsim({ ...said, connectors: EUROPE }),
  fromFastsim({
    ...said,
    modelId: `${said.modelId}-us`,
    name: `${said.name}, North America`,
    connectors: NORTH_AMERICA,
  }),
];

const labelled = (kwhPer100Mi: number) => ({
  kwhPer100Mi,
  source: 'EPA combined, recalled: check before quoting',
});
/** FASTSim's own validation column, wall kWh per mile. */
const validated = (kwhPerMi: number) => ({
  kwhPer100Mi: 100 * kwhPerMi,
  source: `EPA via FASTSim: ${kwhPerMi} kWh/mi`,
});

/** Cars whose road loads FASTSim states. */
export const fastsim: readonly VehicleModel[] = [
  fromFastsim({
    ...{ modelId: 'tesla-model-3-lr-2022', name: 'Tesla Model 3 Long Range (2022)', massKg: 1844 },
    ...{ dragCoefficient: 0.23, frontalAreaM2: 2.22, rollingCoefficient: 0.007, grossKwh: 78, usableKwh: 75 },
    ...{ massSource: RECALLED, label: labelled(26), heater: 'heat-pump', cabinHeatWPerK: 70, maxRegenKw: 80 },
    ...{ dcMaxKw: 195, acMaxKw: 11, connectors: [...EUROPE, 'TESLA_S', 'IEC_62196_T1'] },
    dcCurve: { points: curve([0, 180], [40, 195], [60, 110], [100, 12]), source: 'open-ev-data' },
  }),
  fromFastsim({
    ...{ modelId: 'tesla-model-y-rwd-2022', name: 'Tesla Model Y RWD (2022)', massKg: 1909 },
    ...{ dragCoefficient: 0.23, frontalAreaM2: 2.45, rollingCoefficient: 0.006, grossKwh: 62, usableKwh: 60 },
    ...{ heater: 'heat-pump', cabinHeatWPerK: 80, maxRegenKw: 80, dcMaxKw: 170, acMaxKw: 11 },
    connectors: EUROPE,
  }),
  ...onBothSides({
    ...{ modelId: 'volvo-xc40-recharge-2022', name: 'Volvo XC40 Recharge Twin (2022)', massKg: 2268 },
    ...{ dragCoefficient: 0.381, frontalAreaM2: 2.56, rollingCoefficient: 0.0076 },
    ...{ grossKwh: 78, usableKwh: 75, label: labelled(40), heater: 'heat-pump', cabinHeatWPerK: 85 },
    ...{ maxRegenKw: 80, dcMaxKw: 150, acMaxKw: 11 },
  }),
  ...onBothSides({
    ...{ modelId: 'volvo-c40-2023', name: 'Volvo C40 Recharge Twin (2023)', massKg: 2237 },
    ...{ dragCoefficient: 0.371, frontalAreaM2: 2.54, rollingCoefficient: 0.0077 },
    ...{ grossKwh: 78, usableKwh: 75, label: labelled(39), heater: 'heat-pump', cabinHeatWPerK: 85 },
    ...{ maxRegenKw: 80, dcMaxKw: 150, acMaxKw: 11 },
  }),
  ...onBothSides({
    ...{ modelId: 'polestar-2-lr-dm-2023', name: 'Polestar 2 Long Range Dual Motor (2023)', massKg: 2173 },
    ...{ dragCoefficient: 0.317, frontalAreaM2: 2.21, rollingCoefficient: 0.0078 },
    ...{ grossKwh: 78, usableKwh: 75, heater: 'heat-pump', cabinHeatWPerK: 75 },
    ...{ maxRegenKw: 80, dcMaxKw: 155, acMaxKw: 11 },
  }),
  ...onBothSides({
    ...{ modelId: 'mini-cooper-se-2022', name: 'Mini Cooper SE (2022)', massKg: 1588 },
    ...{ dragCoefficient: 0.326, frontalAreaM2: 2.4, rollingCoefficient: 0.009 },
    ...{ grossKwh: 32.6, usableKwh: 28.9, label: labelled(31), heater: 'heat-pump', cabinHeatWPerK: 60 },
    ...{ maxRegenKw: 50, dcMaxKw: 50, acMaxKw: 7.4 },
  }),
  fromFastsim({
    ...{ modelId: 'ford-f150-lightning-sr-2022', name: 'Ford F-150 Lightning, standard range (2022)' },
    ...{ massKg: 2728, dragCoefficient: 0.44, frontalAreaM2: 3.435, rollingCoefficient: 0.0065 },
    ...{ grossKwh: 98, usableKwh: 98, label: labelled(50), heater: 'resistive', cabinHeatWPerK: 100 },
    ...{ maxRegenKw: 100, dcMaxKw: 120, acMaxKw: 11, connectors: NORTH_AMERICA },
  }),
  fromFastsim({
    ...{ modelId: 'bmw-ix-xdrive40-2021', name: 'BMW iX xDrive40 (2021)', massKg: 2600 },
    ...{ dragCoefficient: 0.25, frontalAreaM2: 2.82, rollingCoefficient: 0.0101 },
    ...{ grossKwh: 76.6, usableKwh: 71, heater: 'heat-pump', cabinHeatWPerK: 90 },
    ...{ maxRegenKw: 100, dcMaxKw: 150, acMaxKw: 11, connectors: EUROPE },
  }),
  fromFastsim({
    ...{ modelId: 'renault-megane-e-tech-2022', name: 'Renault Mégane E-Tech EV60 (2022)', massKg: 1706 },
    ...{ dragCoefficient: 0.305, frontalAreaM2: 2.21, rollingCoefficient: 0.0101 },
    ...{ grossKwh: 60, usableKwh: 60, heater: 'heat-pump', cabinHeatWPerK: 65 },
    ...{ maxRegenKw: 60, dcMaxKw: 130, acMaxKw: 22, connectors: EUROPE },
  }),
  fromFastsim({
    ...{ modelId: 'byd-atto-3-2023', name: 'BYD Atto 3 (2023)', massKg: 1950 },
    ...{ dragCoefficient: 0.29, frontalAreaM2: 2.58, rollingCoefficient: 0.006 },
    ...{ grossKwh: 62, usableKwh: 60.5, heater: 'heat-pump', cabinHeatWPerK: 75 },
    ...{ maxRegenKw: 60, dcMaxKw: 88, acMaxKw: 11, connectors: EUROPE },
  }),
  fromFastsim({
    ...{ modelId: 'byd-dolphin-2024', name: 'BYD Dolphin 44.9 kWh (2024)', massKg: 1405 },
    ...{ dragCoefficient: 0.301, frontalAreaM2: 2.5, rollingCoefficient: 0.009 },
    ...{ grossKwh: 44.9, usableKwh: 44.9, heater: 'heat-pump', cabinHeatWPerK: 60 },
    ...{ maxRegenKw: 40, dcMaxKw: 60, acMaxKw: 7.4, connectors: EUROPE },
  }),
  fromFastsim({
    ...{ modelId: 'vinfast-vf-e34-2024', name: 'VinFast VF e34 (2024)', massKg: 1606 },
    ...{ dragCoefficient: 0.32, frontalAreaM2: 2.424, rollingCoefficient: 0.0101 },
    ...{ grossKwh: 41.9, usableKwh: 41.9, heater: 'resistive', cabinHeatWPerK: 70 },
    ...{ maxRegenKw: 50, dcMaxKw: 60, acMaxKw: 7.4, connectors: EUROPE },
  }),
  fromFastsim({
    ...{ modelId: 'nissan-leaf-30', name: 'Nissan Leaf 30 kWh', massKg: 1515, massSource: RECALLED },
    ...{ dragCoefficient: 0.315, frontalAreaM2: 2.755, rollingCoefficient: 0.008 },
    ...{ grossKwh: 30, usableKwh: 27, label: validated(0.293), heater: 'resistive', cabinHeatWPerK: 60 },
    ...{ maxRegenKw: 30, dcMaxKw: 46, acMaxKw: 6.6, connectors: ['CHADEMO', 'IEC_62196_T1'] },
  }),
  fromFastsim({
    ...{ modelId: 'mitsubishi-i-miev-2016', name: 'Mitsubishi i-MiEV (2016)', massKg: 1185 },
    ...{ massSource: RECALLED, dragCoefficient: 0.34, frontalAreaM2: 2.56, rollingCoefficient: 0.007 },
    ...{ grossKwh: 16, usableKwh: 14.5, label: validated(0.298), heater: 'resistive', cabinHeatWPerK: 55 },
    ...{ maxRegenKw: 25, dcMaxKw: 40, acMaxKw: 3.3, connectors: ['CHADEMO', 'IEC_62196_T1'] },
  }),
  fromFastsim({
    ...{ modelId: 'chevrolet-spark-ev-2016', name: 'Chevrolet Spark EV (2016)', massKg: 1300 },
    ...{ massSource: RECALLED, dragCoefficient: 0.33, frontalAreaM2: 2.357, rollingCoefficient: 0.007 },
    ...{ grossKwh: 21, usableKwh: 18, label: validated(0.281), heater: 'resistive', cabinHeatWPerK: 55 },
    ...{ maxRegenKw: 40, dcMaxKw: 48, acMaxKw: 3.3, connectors: NORTH_AMERICA },
  }),
];
