import type { Conditions } from '@outrider/domain';
import { START_MS } from './api.fixture.ts';

/** The world around `forecastRecord`: 130 km to the cabin, 10 of them driven. */
export const conditionsRecord = (vehicleId: string, change: Partial<Conditions> = {}): Conditions => ({
  snapshotId: 'snapshot-1',
  vehicleId,
  asOfMs: START_MS,
  stretches: [
    {
      stopId: 'cabin',
      segments: [60_000, 70_000].map((distanceM) => ({
        ...{ lat: 61, lon: 24, distanceM, speedMps: 25, climbM: 0, bearingDeg: 0 },
        ...{ tempC: -8, pressureHpa: 1_013, windMps: 2, windFromDeg: 0, isWet: false },
      })),
      chargers: [
        {
          ...{ locationId: 'halfway', name: 'Halfway', lat: 61, lon: 24, alongM: 60_000, detourM: 400 },
          ...{ maxPowerKw: 150, powerType: 'DC', worksProbability: 0.83, statusAgeS: 240 },
        },
      ],
      routeSource: 'planner-route',
    },
  ],
  nearby: [],
  standing: [],
  sigma: { tempK: 1, windMps: 1, speedRatio: 0.05, climbM: 0 },
  weatherSource: 'forecast-file',
  weatherAgeS: 1_800,
  ...change,
});
