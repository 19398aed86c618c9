/**
 * Rolling resistance on a surface, relative to asphalt (0.013). Rolled gravel 0.02 and an unpaved track 0.05 as in
 * Bosch's Automotive Handbook, recalled; of the track less, since roads that navigation takes are better than fields.
 * Rough paving by judgement.
 */
const ROLLING_RATIO = { rough: 1.1, gravel: 1.5, unpaved: 2 } as const;

/** 1 on a smooth road, and where nobody says. */
export const surfaceRollingRatio = (surface: keyof typeof ROLLING_RATIO | undefined): number =>
  surface === undefined ? 1 : ROLLING_RATIO[surface];
