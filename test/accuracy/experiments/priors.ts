import { FEATURE_COUNT, FEATURES, noLearning } from '@outrider/energy';
import { car } from './car.ts';

export interface PriorFigure {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  readonly unit: string;
  readonly source: string;
}

type Feature = (typeof FEATURES)[number];

const SOURCES: Readonly<Record<Feature, readonly [unit: string, source: string]>> = {
  rolling: ['', 'what is left of 0.75 × label × 0.88 at 48 km/h, 20 °C; sd 25 %'],
  aero: ['m²', '0.85 × Cd × A of the data sheet; sd 13 %'],
  climb: ['', 'gravity; sd 15 %'],
  base: ['W', 'judgement'],
  'cold-rolling': ['/K', '1 % of rolling per kelvin: UN R117 (0.8 %) and cold gears'],
  heat: ['W/K', 'compact car: judgement'],
  'warm-up': ['J/K', 'judgement'],
  cooling: ['W/K', 'judgement'],
  'cool-down': ['J/K', 'judgement'],
  'speed-changes': ['', 'judgement'],
  'stop-and-go': ['', 'what town traffic adds to the tyres: judgement; sd 50 %'],
  'tyre-warm-up': ['', '0.3 × Crr of the data sheet: tyres lose that much while they warm up; sd 100 %'],
};

/** What is believed of a car before it has driven at all: data sheet, physics and judgement. */
export function listPriors(): readonly PriorFigure[] {
  const { posterior, soh } = noLearning(car);
  const parameters = FEATURES.map((name, k) => {
    const [unit, source] = SOURCES[name];
    const variance = posterior.covariance[k * FEATURE_COUNT + k] ?? 0;
    return { name, mean: posterior.theta[k] ?? 0, sd: Math.sqrt(variance), unit, source };
  });
  return [
    ...parameters,
    {
      name: 'raw charge',
      mean: (car.usableKwh * soh.ratio) / 100,
      sd: (car.usableKwh * soh.sdRatio) / 100,
      unit: 'kWh/point',
      source: 'gross capacity of the data sheet: 60 Ah × 360 V',
    },
  ];
}
