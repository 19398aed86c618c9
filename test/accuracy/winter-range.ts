import {
  energyKwhOf,
  flatRoad,
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
/** Between −32 and −7 °C on the way; 60 to 110 km/h, up to a pass. */
const TEST = { tempC: -19.5, speedMps: 80 / 3.6, climbM: 900, setTempC: 20 };
/** Laboratory cycle: 23 °C, heating and cooling off, 46.5 km/h on the mean. */
const WLTP = { tempC: 23, speedMps: 46.5 / 3.6, climbM: 0, setTempC: null };
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
  const predicted = 100 * (1 - kwhOf(withHeatPump, WLTP) / kwhOf(withHeatPump, TEST));
  return {
    cars: DRIVEN.length,
    drivenLossPct: meanOf(losses) ?? 0,
    predictedLossPct: predicted,
    meanAbsoluteDeviation: meanOf(losses.map((loss) => Math.abs(loss - predicted))) ?? 0,
  };
}

function kwhOf(
  vehicle: VehicleModel,
  { tempC, speedMps, climbM, setTempC }: typeof TEST | typeof WLTP,
): number {
  const road = flatRoad({ vehicle, lengthM: LENGTH_M, speedMps, weather: { tempC }, setTempC });
  const { theta } = priorFor(vehicle);
  const climbKwh = ((theta[2] ?? 1) * road.totalMassKg * 9.81 * climbM) / 3.6e6;
  return energyKwhOf(readStretch(road, 0, LENGTH_M), theta) + climbKwh;
}
