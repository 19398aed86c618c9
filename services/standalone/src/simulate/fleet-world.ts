import type { Fleet } from '@outrider/fleet';
import type { WeatherProvider } from '@outrider/providers';

/** The fleet's own weather, as its forecasts have it: behind the truth, and wrong by about what they claim. */
export const fleetWeather = ({ sky }: Pick<Fleet, 'sky'>): WeatherProvider => ({
  name: 'synthetic',
  async at(points, knownAtMs) {
    return points.map((point) => {
      const said = sky.forecast(point, point.atMs, knownAtMs);
      return {
        ...{ tempC: said.tempC, sigmaK: said.sigmaK, isWet: said.isWet, issuedAtMs: said.issuedAtMs },
        wind: { mps: said.windMps, fromDeg: said.windFromDeg, sigmaMps: said.windSigmaMps },
        ...{ pressureHpa: null, source: 'forecast-file' as const },
      };
    });
  },
});
