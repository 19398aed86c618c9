import type { RouteProgress } from '@outrider/domain';
import {
  batteryEnergy,
  type DriveBasis,
  energyKwhOf,
  type ForecastCar,
  noLiveFactor,
  type RouteView,
  readStretch,
  updateLiveFactor,
  usableBetweenKwh,
} from '@outrider/energy';

/** A jump of this much charge upwards is a charge, not recuperation: a new drive begins after it. */
const CHARGED_PCT = 3;
/** No battery lasts for so much road without a charge. */
const LONGEST_M = 1_000_000;

/**
 * Compares this drive with the model as the car moves on: what the battery gave since the drive began against
 * what the model says of the same road. A new drive, a charge or another road starts afresh.
 */
export function followDrive(
  basis: DriveBasis | null,
  view: RouteView,
  progress: RouteProgress,
  socPct: number,
  car: Pick<ForecastCar, 'vehicle' | 'posterior' | 'sohRatio'>,
): DriveBasis | null {
  if (progress.isOffRoute || progress.atStop !== null) return basis;
  const stretch = view.stretches[progress.stretch];
  if (stretch === undefined) return null;
  const isSameRoad = basis !== null && basis.stretch === progress.stretch && progress.alongM >= basis.alongM;
  if (!isSameRoad || socPct > basis.lastSocPct + CHARGED_PCT) {
    return {
      startedAtMs: progress.atMs,
      stretch: progress.stretch,
      alongM: progress.alongM,
      startSocPct: socPct,
      lastSocPct: socPct,
      drivenM: 0,
      predictedKwh: 0,
      live: noLiveFactor,
    };
  }
  const toM = Math.min(progress.alongM, stretch.prefix.lengthM);
  if (toM <= basis.alongM) return { ...basis, lastSocPct: socPct };
  // Carried rather than driven: nothing can be compared.
  if (basis.drivenM + toM - basis.alongM > LONGEST_M) return null;
  const elapsedDriveS = Math.max(0, (progress.atMs - basis.startedAtMs) / 1000);
  const added = energyKwhOf(
    readStretch(stretch.prefix, basis.alongM, toM, { elapsedDriveS }),
    car.posterior.theta,
  );
  const drivenM = basis.drivenM + toM - basis.alongM;
  const predictedKwh = basis.predictedKwh + added;
  const drivenKwh = usableBetweenKwh(batteryEnergy(car.vehicle, car.sohRatio), basis.startSocPct, socPct);
  const live = updateLiveFactor(noLiveFactor, {
    distanceM: drivenM,
    drivenKwh,
    predictedKwh,
    usableKwh: car.vehicle.usableKwh,
  });
  return { ...basis, lastSocPct: socPct, alongM: toM, drivenM, predictedKwh, live };
}
