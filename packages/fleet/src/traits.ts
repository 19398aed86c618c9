import type { Chance } from './chance.ts';
import type { Country, Place } from './country.ts';

// What a car and whoever drives it are like, drawn once. Pure.

/** Physics of one kind of car: figures of our own, from no forecast. */
export interface Kind {
  /** What its owner registers it as. */
  readonly modelId: string;
  readonly massKg: number;
  readonly cdaM2: number;
  readonly rolling: number;
  readonly packKwh: number;
  readonly packOhm: number;
  readonly packV: number;
  readonly packHeatJPerK: number;
  readonly dcKw: number;
  readonly acKw: number;
  readonly regenKw: number;
  readonly cabinWPerK: number;
  readonly hasHeatPump: boolean;
  readonly auxW: number;
  /** What its trip computer shows on a mild day: its owner plans with that. */
  readonly shownKwhPerKm: number;
}

const KINDS: readonly Kind[] = [
  {
    modelId: 'renault-zoe-ze50',
    ...{ massKg: 1_505, cdaM2: 0.75, rolling: 0.0095, packKwh: 52, packOhm: 0.12, packV: 355 },
    ...{ packHeatJPerK: 310_000, dcKw: 46, acKw: 11, regenKw: 42, cabinWPerK: 70, hasHeatPump: true },
    ...{ auxW: 320, shownKwhPerKm: 0.158 },
  },
  {
    modelId: 'cupra-born-77',
    ...{ massKg: 1_940, cdaM2: 0.69, rolling: 0.0088, packKwh: 77, packOhm: 0.085, packV: 375 },
    ...{ packHeatJPerK: 480_000, dcKw: 130, acKw: 11, regenKw: 85, cabinWPerK: 72, hasHeatPump: true },
    ...{ auxW: 380, shownKwhPerKm: 0.165 },
  },
  {
    modelId: 'tesla-model-y-lr-2021',
    ...{ massKg: 1_990, cdaM2: 0.63, rolling: 0.0089, packKwh: 73, packOhm: 0.07, packV: 350 },
    ...{ packHeatJPerK: 470_000, dcKw: 170, acKw: 11, regenKw: 80, cabinWPerK: 80, hasHeatPump: true },
    ...{ auxW: 300, shownKwhPerKm: 0.158 },
  },
  {
    modelId: 'generic-compact',
    ...{ massKg: 1_620, cdaM2: 0.72, rolling: 0.0092, packKwh: 50, packOhm: 0.11, packV: 350 },
    ...{ packHeatJPerK: 330_000, dcKw: 75, acKw: 7.4, regenKw: 48, cabinWPerK: 65, hasHeatPump: false },
    ...{ auxW: 380, shownKwhPerKm: 0.158 },
  },
  {
    modelId: 'generic-suv',
    ...{ massKg: 2_180, cdaM2: 0.81, rolling: 0.0093, packKwh: 75, packOhm: 0.08, packV: 370 },
    ...{ packHeatJPerK: 500_000, dcKw: 120, acKw: 11, regenKw: 80, cabinWPerK: 95, hasHeatPump: false },
    ...{ auxW: 420, shownKwhPerKm: 0.19 },
  },
];

export type Use = 'commuter' | 'traveller' | 'depot' | 'errands';

export interface Traits {
  readonly index: number;
  readonly kind: Kind;
  readonly use: Use;
  readonly home: Place;
  readonly work: Place;
  /** Power of the plug at home; null: none, they charge in town. */
  readonly homeKw: number | null;
  readonly workKw: number | null;
  readonly reserveSocPct: number;
  /** Capacity left of the new one. */
  readonly health: number;
  /** This car's own share of what its kind costs: tyres, alignment, a roof rack. */
  readonly costRatio: number;
  /** Of what is driven where nothing is in the way, to the limit. */
  readonly paceRatio: number;
  readonly cabinC: number;
  readonly standbyW: number;
  readonly chargeLimitPct: number;
  /** What they plan to arrive with, in points above empty, at the consumption their car shows. */
  readonly planMarginPct: number;
  /** On the road with less than this, and too far to go, they look for a charger by themselves; 0: never. */
  readonly nervousPct: number;
  /** Forgets the cable, of all evenings. */
  readonly forgetsProbability: number;
  /** Does something about a warning; else they ignore it. */
  readonly actsProbability: number;
  readonly plansTripsProbability: number;
  readonly sensors: {
    readonly socStepPct: number;
    readonly tellsPower: boolean;
    readonly tellsBatteryTemp: boolean;
    readonly tellsHealth: boolean;
    readonly tellsMotorTemp: boolean;
  };
}

/** One car in seven belongs to a depot, eight of them to the same one. */
const PER_DEPOT = 8;

export function traitsOf(index: number, chance: Chance, country: Country): Traits {
  const draw = chance.of('traits', index);
  const use: Use =
    index % 7 === 6
      ? 'depot'
      : draw.pick(['commuter', 'commuter', 'commuter', 'traveller', 'errands'], 'use');
  const depot = Math.floor(index / 7 / PER_DEPOT);
  const town =
    use === 'depot' ? chance.pick(country.towns, 'depot town', depot) : draw.pick(country.towns, 'town');
  const home =
    use === 'depot'
      ? country.placeNear(town, `Depot ${depot}`, 3_000)
      : { ...country.placeNear(town, `home ${index}`, 6_000), name: 'Home' };
  const hasPlug = use === 'depot' || draw.happens(0.8, 'home plug');
  return {
    index,
    use,
    home,
    kind: draw.pick(KINDS, 'kind'),
    work: { ...country.placeNear(town, `work ${index}`, 32_000), name: 'Work' },
    homeKw: hasPlug ? (use === 'depot' ? 11 : draw.pick([2.3, 3.7, 11, 11], 'home power')) : null,
    workKw: draw.happens(0.2, 'work plug') ? 3.7 : null,
    reserveSocPct: draw.pick([5, 5, 8, 10], 'reserve'),
    health: draw.between(0.78, 1, 'health'),
    ...habitsOf(draw, use),
    sensors: {
      socStepPct: draw.pick([0.1, 0.5, 0.5, 1], 'soc step'),
      tellsPower: draw.happens(0.8, 'tells power'),
      tellsBatteryTemp: draw.happens(0.7, 'tells battery'),
      tellsHealth: draw.happens(0.35, 'tells health'),
      tellsMotorTemp: draw.happens(0.6, 'tells motor'),
    },
  };
}

const habitsOf = (draw: Chance, use: Use) => ({
  costRatio: 1 + 0.05 * draw.normal('cost'),
  paceRatio: draw.between(0.88, 1.06, 'pace'),
  cabinC: draw.between(19, 22.5, 'cabin'),
  standbyW: draw.pick([4, 8, 8, 15, 180], 'standby'),
  chargeLimitPct: use === 'depot' ? 100 : draw.pick([80, 80, 90, 100], 'limit'),
  planMarginPct: draw.between(10, 30, 'margin'),
  nervousPct: draw.happens(0.9, 'watches') ? draw.between(2, 8, 'nervous') : 0,
  forgetsProbability: draw.pick([0.02, 0.05, 0.15], 'forgets'),
  actsProbability: draw.pick([0.35, 0.7, 0.9], 'acts'),
  plansTripsProbability: draw.pick([0.3, 0.8, 1], 'plans'),
});
