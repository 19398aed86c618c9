import { type VehicleModel, vehicleModel } from '@outrider/energy';

/** Gross energy of the pack, 60 Ah at 360 V: what its raw SOC counts. */
const GROSS_KWH = 21.6;

/**
 * The car of the set, on the scale of its raw SOC: its data sheet, and nothing that was ever fitted to its trips.
 * What a raw point really holds is learned as state of health.
 */
export const car: VehicleModel = onRawScale('bmw-i3-60ah');

function onRawScale(modelId: string): VehicleModel {
  const model = vehicleModel(modelId);
  if (model === undefined) throw new Error(`no ${modelId} in the catalogue`);
  return { ...model, usableKwh: GROSS_KWH };
}
