import { z } from 'zod';
import { FEATURE_COUNT } from './features.ts';

/** Grows when the meaning of the parameters changes; a state of another version is not used. */
export const POSTERIOR_VERSION = 2;

/**
 * What is believed about one car: the calibration's state, plain JSON. A car nobody has watched yet has the prior
 * of its model; learning from finished trips yields another value of this same type.
 */
export const posteriorSchema = z.object({
  version: z.literal(POSTERIOR_VERSION),
  modelId: z.string(),
  /** Parameter means, in the order and units of FEATURES. */
  theta: z.array(z.number()).length(FEATURE_COUNT),
  /** Row-major, FEATURE_COUNT × FEATURE_COUNT. */
  covariance: z.array(z.number()).length(FEATURE_COUNT * FEATURE_COUNT),
  /** Finished trips learned from. */
  trips: z.number().int().min(0),
  /** Multiplies the trip noise; 1 until the car has shown its own. */
  noiseScale: z.number().positive(),
});
export type Posterior = z.infer<typeof posteriorSchema>;

/** fᵀCf, J² for features in J per unit; C is symmetric, so half of it will do. */
export function varianceForm({ covariance }: Posterior, f: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < FEATURE_COUNT; i++) {
    const fi = f[i] ?? 0;
    if (fi === 0) continue;
    const row = i * FEATURE_COUNT;
    let beside = 0;
    for (let j = i + 1; j < FEATURE_COUNT; j++) beside += (covariance[row + j] ?? 0) * (f[j] ?? 0);
    sum += fi * ((covariance[row + i] ?? 0) * fi + 2 * beside);
  }
  return sum;
}
