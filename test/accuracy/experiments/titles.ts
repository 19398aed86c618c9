/** Every row that the command promises, in its order: some need more trips than a folder has. */
export const PROMISED = {
  replay: 'replay, aux measured',
  replayAuxPredicted: 'replay, aux predicted',
  plannerTripMean: 'planner, trip mean speed',
  planner: 'planner, 500 m speeds',
  plannerNoisy: 'planner, noisy inputs',
  online: 'online, from trip 11',
  cold: 'trips 1–10 of an unseen car',
  winter: 'summer → winter',
} as const;

export const TITLES = {
  ...PROMISED,
  inTrip25: 'under way, at 25 %',
  inTrip50: 'under way, at 50 %',
  inTrip75: 'under way, at 75 %',
} as const;

export type RowKey = keyof typeof TITLES;
