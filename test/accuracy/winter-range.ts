import {
  buildPrefix,
  energyKwhOf,
  priorFor,
  readStretch,
  type VehicleModel,
  vehicleModel,
} from '@outrider/energy';
import { meanOf } from './scores.ts';

/**
 * The winter range test of January 2026 in Norway (El Prix): range by WLTP and as driven until the car no longer
 * held the speed limit, km. From the results as printed by autonavigator.hu.
 */
const DRIVEN: readonly (readonly [car: string, wltpKm: number, drivenKm: number])[] = [
  ['Hyundai Inster', 360, 256],
  ['MG S6 EV', 485, 345],
  ['MG IM6', 505, 352],
  ['KGM Musso EV', 379, 263],
  ['Voyah Courage', 440, 300],
  ['Changan Deepal S05', 445, 293],
  ['Kia EV4', 594, 390],
  ['Smart #5', 540, 342],
  ['Mazda 6e', 552, 348],
  ['Zeekr 7X', 541, 338],
  ['Xpeng X9', 580, 361],
  ['VW ID.Buzz', 449, 277],
  ['Hyundai Ioniq 9', 600, 370],
  ['Audi A6 e-tron', 653, 402],
  ['Ford Capri', 560, 339],
  ['BMW iX', 641, 388],
  ['Volvo ES90', 624, 373],
  ['Mercedes CLA', 709, 421],
  ['Skoda Elroq', 524, 309],
  ['Tesla Model Y', 629, 359],
  ['Suzuki e Vitara', 395, 224],
  ['Volvo EX90', 611, 339],
  ['Lucid Air GT', 960, 520],
  ['Opel Grandland', 484, 262],
];
interface Cycle {
  readonly tempC: number;
  readonly setTempC: number | null;
  readonly climbM: number;
  /** Repeated until the range is long enough for warming up not to matter. */
  readonly phases: readonly { readonly distanceM: number; readonly speedMps: number }[];
}

/** Between −32 and −7 °C on the way; 60 to 110 km/h, up to a pass near 1000 m. */
const TEST: Cycle = {
  tempC: -19.5,
  setTempC: 20,
  climbM: 900,
  phases: [60, 80, 110].map((kmh) => ({ distanceM: 8_000, speedMps: kmh / 3.6 })),
};
/** Class 3 cycle of UN GTR 15, its four phases with their stops; 23 °C, heating and cooling off. */
const WLTP: Cycle = {
  tempC: 23,
  setTempC: null,
  climbM: 0,
  phases: [
    { distanceM: 3_095, speedMps: 3_095 / 589 },
    { distanceM: 4_756, speedMps: 4_756 / 433 },
    { distanceM: 7_162, speedMps: 7_162 / 455 },
    { distanceM: 8_254, speedMps: 8_254 / 323 },
  ],
};
const LENGTH_M = 300_000;

export interface WinterRange {
  readonly cars: number;
  readonly drivenLossPct: number;
  readonly predictedLossPct: number;
  /** Of the predicted loss from each car's, points. */
  readonly meanAbsoluteDeviation: number;
}

/** The loss of range that the model predicts for a car nobody knows, beside what 24 cars lost. A check, not a fit. */
export function checkWinterRange(): WinterRange {
  const losses = DRIVEN.map(([, wltpKm, drivenKm]) => 100 * (1 - drivenKm / wltpKm));
  const model = vehicleModel('generic-suv');
  if (model === undefined) throw new Error('no generic-suv in the catalogue');
  const withHeatPump: VehicleModel = { ...model, heater: 'heat-pump' };
  const predicted = 100 * (1 - kwhPerMOf(withHeatPump, WLTP) / kwhPerMOf(withHeatPump, TEST));
  return {
    cars: DRIVEN.length,
    drivenLossPct: meanOf(losses) ?? 0,
    predictedLossPct: predicted,
    meanAbsoluteDeviation: meanOf(losses.map((loss) => Math.abs(loss - predicted))) ?? 0,
  };
}

function kwhPerMOf(vehicle: VehicleModel, { tempC, setTempC, climbM, phases }: Cycle): number {
  const onceM = phases.reduce((sum, { distanceM }) => sum + distanceM, 0);
  const rounds = Array.from({ length: Math.ceil(LENGTH_M / onceM) }, () => phases).flat();
  const segments = rounds.map(({ distanceM, speedMps }) => ({
    ...{ distanceM, speedMps, climbM: (climbM * distanceM) / LENGTH_M },
    weather: { tempC },
  }));
  const road = buildPrefix({ vehicle, segments, setTempC });
  return energyKwhOf(readStretch(road, 0, road.lengthM), priorFor(vehicle).theta) / road.lengthM;
}
