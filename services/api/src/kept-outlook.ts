import { conditions, trip } from '@outrider/domain';
import {
  CAR_VERSION,
  type KeptState,
  type KeptWorld,
  modelOf,
  type Outlook,
  restoreOutlook,
  WORLD_SUFFIX,
} from '@outrider/energy';
import type { VehicleBlob } from '@outrider/state';
import { z } from 'zod';
import type { Grant } from './access.ts';
import { type ApiContext, parseSealed } from './context.ts';

/** As the predictor writes it. What is inside is ours; that it is of this kind is looked at. */
const keptCar = z.object({
  state: z.object({ vehicleId: z.string(), latest: z.record(z.string(), z.unknown()) }).loose(),
  memory: z.object({ progress: z.unknown() }).loose(),
});
const keptWorld = z.object({ conditions: conditions.nullable(), drawnTrip: trip.nullable() });
const EMPTY_WORLD: KeptWorld = { conditions: null, drawnTrip: null };

/**
 * What the car's forecast is made from now, from its last checkpoint; undefined when there is none that may be read,
 * or it is of a newer version.
 */
export async function keptOutlook(
  { state, eventClock }: Pick<ApiContext, 'state' | 'eventClock'>,
  grant: Grant,
): Promise<Outlook | undefined> {
  const { vehicleId } = grant;
  const row = await state.vehicles.find(vehicleId);
  if (row === undefined) return undefined;
  const blobs = await state.predictor.findVehicles([vehicleId, `${vehicleId}${WORLD_SUFFIX}`]);
  const open = (blob: VehicleBlob | undefined) => blob && grant.open(blob.keyId, blob.box);
  const own = blobs.find((blob) => blob.vehicleId === vehicleId);
  const car = parseSealed(keptCar, open(own)) as KeptState | undefined;
  if (own === undefined || own.version > CAR_VERSION || car === undefined) return undefined;
  const world = parseSealed(keptWorld, open(blobs.find((blob) => blob !== own))) ?? EMPTY_WORLD;
  return restoreOutlook(car, world, modelOf(row.modelId), row.reserveSocPct, eventClock.nowMs());
}
