import type { WeatherPoint, WeatherProvider } from '@outrider/providers';
import type { ReplayWorld } from '@outrider/standalone';

/** Ways to break a promise on purpose. With any of them the proof must fail, or it proves nothing. */
export const SABOTAGES = {
  'no-second': 'who is asked second is never asked',
  'hide-age': 'old weather is passed off as new, and a guessed road as a known one',
  'wild-second': 'the second weather says a storm at -25 °C whatever the first said',
  'make-up-weather': 'where nobody can tell the weather, a mild day is made up',
} as const;
export type Sabotage = keyof typeof SABOTAGES;

export const isSabotage = (name: string): name is Sabotage => Object.hasOwn(SABOTAGES, name);

/** The world as it should be told, or with one promise broken. */
export function sabotaged(world: ReplayWorld, sabotage: Sabotage | undefined): ReplayWorld {
  const [first, second, ...rest] = world.weather;
  const { roads } = world;
  if (first === undefined || second === undefined || roads === undefined || sabotage === undefined)
    return world;
  if (sabotage === 'no-second')
    return { ...world, weather: [first, ...rest], roads: { ...roads, routing: roads.routing.slice(0, 1) } };
  if (sabotage === 'wild-second') return { ...world, weather: [first, saying(second, STORM), ...rest] };
  if (sabotage === 'make-up-weather') return { ...world, weather: [...world.weather, mild] };
  return {
    ...world,
    weather: world.weather.map((provider) =>
      saying(provider, (point, nowMs) => ({ ...point, issuedAtMs: nowMs })),
    ),
  };
}

const STORM = (point: WeatherPoint): WeatherPoint => ({
  ...point,
  tempC: -25,
  sigmaK: 1,
  wind: { mps: 20, fromDeg: 45, sigmaMps: 1 },
});

const saying = (
  provider: WeatherProvider,
  change: (point: WeatherPoint, nowMs: number) => WeatherPoint,
): WeatherProvider => ({
  name: provider.name,
  at: async (points, nowMs, signal) =>
    (await provider.at(points, nowMs, signal)).map((point) => change(point, nowMs)),
});

const mild: WeatherProvider = {
  name: 'mild',
  at: async (points, nowMs) =>
    points.map(() => ({
      ...{ tempC: 18, sigmaK: 1, wind: null, pressureHpa: null, isWet: false },
      ...{ issuedAtMs: nowMs, source: 'open-meteo' },
    })),
};
