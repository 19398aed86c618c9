import {
  connectorStandard,
  evseStatus,
  fahrenheitToC,
  kmhToMps,
  kmToM,
  latitude,
  longitude,
  milesToM,
  mphToMps,
  powerType,
  socPct,
} from '@outrider/domain';
import { z } from 'zod';

// The shapes of the files in a scenario folder. Their meaning is documented in test/scenarios/README.md.

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** ISO 8601 with its offset; seconds may be left out. Parsed to epoch milliseconds. */
export const instant = z.string().transform((text, ctx) => {
  const atMs = INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs)) {
    ctx.addIssue({ code: 'custom', message: 'expected a time with its offset, like 2013-01-23T18:43-05:00' });
    return z.NEVER;
  }
  return atMs;
});

export const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,79}$/, 'expected an id of small letters, digits and hyphens');
export const mark = z.enum(['V', 'R', 'D', 'A', 'S']);
export type Mark = z.infer<typeof mark>;

const text = z.string().trim().min(1).max(1_000);

type Unit = 'km' | 'mi' | 'kmh' | 'mph' | 'C' | 'F' | 'whPerKm' | 'kwhPerMi';
const TO_SI: Readonly<Record<Unit, (value: number) => number>> = {
  km: kmToM,
  mi: milesToM,
  kmh: kmhToMps,
  mph: mphToMps,
  C: (v) => v,
  F: fahrenheitToC,
  whPerKm: (v) => v,
  kwhPerMi: (v) => (v * 1_000_000) / milesToM(1),
};

/** The spellings a quantity may have in a file, each with its unit. */
export const SPELLINGS = {
  distance: { distanceKm: 'km', distanceMi: 'mi' },
  speed: { speedKmh: 'kmh', speedMph: 'mph' },
  slowest: { slowestKmh: 'kmh', slowestMph: 'mph' },
  atSpeed: { atKmh: 'kmh', atMph: 'mph' },
  atTemp: { atC: 'C', atF: 'F' },
  temp: { tempC: 'C', tempF: 'F' },
  consumption: { whPerKm: 'whPerKm', kwhPerMi: 'kwhPerMi' },
  along: { alongKm: 'km', alongMi: 'mi' },
  odometer: { odometerKm: 'km', odometerMi: 'mi' },
  range: { displayedRangeKm: 'km', displayedRangeMi: 'mi' },
  outsideTemp: { outsideTempC: 'C', outsideTempF: 'F' },
  cabinSet: { cabinSetC: 'C', cabinSetF: 'F' },
} as const satisfies Record<string, Readonly<Record<string, Unit>>>;

/** Reads whichever spelling is there, in SI (m, m/s, °C, Wh/km); undefined when none is. */
export function readQuantity(
  row: Readonly<Record<string, unknown>>,
  spellings: Readonly<Record<string, Unit>>,
): number | undefined {
  for (const [field, unit] of Object.entries(spellings)) {
    const value = row[field];
    if (typeof value === 'number') return TO_SI[unit](value);
  }
  return undefined;
}

/** Exactly one spelling, or at most one when `optional`. */
const oneSpelling =
  (spellings: Readonly<Record<string, Unit>>, optional = false) =>
  (row: Record<string, unknown>, ctx: z.RefinementCtx) => {
    const names = Object.keys(spellings);
    const given = names.filter((name) => row[name] !== undefined).length;
    if (given > 1 || (given === 0 && !optional)) {
      ctx.addIssue({
        code: 'custom',
        message: `expected ${optional ? 'at most' : 'exactly'} one of ${names.join(', ')}, found ${given}`,
      });
    }
  };

const positive = z.number().positive();

const place = z.strictObject({
  id,
  name: text,
  lat: latitude,
  lon: longitude,
  mark: mark.optional(),
  source: text.optional(),
  note: text.optional(),
});

const decisionPoint = z.strictObject({
  id,
  place: id,
  from: instant,
  until: instant.optional(),
  note: text.optional(),
});

const consumption = z
  .strictObject({
    whPerKm: positive.max(2_000).optional(),
    kwhPerMi: positive.max(3).optional(),
    atKmh: positive.max(300).optional(),
    atMph: positive.max(200).optional(),
    atC: z.number().min(-60).max(60).optional(),
    atF: z.number().min(-76).max(140).optional(),
    climbWhPerM: z.number().min(0).max(100).default(0),
    source: text,
  })
  .superRefine(oneSpelling(SPELLINGS.consumption))
  .superRefine(oneSpelling(SPELLINGS.atSpeed))
  .superRefine(oneSpelling(SPELLINGS.atTemp));

const knownTimeZone = z.string().refine(
  (zone) => {
    try {
      new Intl.DateTimeFormat('en', { timeZone: zone });
      return true;
    } catch {
      return false;
    }
  },
  { message: 'expected an IANA time zone, like America/New_York' },
);

/** scenario.yaml */
export const scenarioFile = z
  .strictObject({
    title: text,
    summary: text,
    synthetic: z.boolean().default(false),
    vehicle: z.strictObject({ modelId: id, label: text }),
    driver: z.strictObject({
      units: z.enum(['imperial', 'metric']),
      language: z.string().min(2).max(10).default('en'),
      timeZone: knownTimeZone,
    }),
    reserveSocPct: socPct.default(5),
    home: id.optional(),
    battery: z.strictObject({
      usableKwh: positive.max(1_000),
      kwhBelowZeroDisplay: z.number().min(0).max(100).default(0),
      source: text.optional(),
    }),
    consumption,
    standing: z
      .strictObject({ lossSocPctPerDay: z.number().min(0).max(100), source: text.optional() })
      .default({ lossSocPctPerDay: 1 }),
    slowestKmh: positive.max(200).optional(),
    slowestMph: positive.max(130).optional(),
    charging: z
      .strictObject({
        curve: z.array(z.strictObject({ socPct, powerKw: positive.max(2_000) })).min(2),
        source: text.optional(),
      })
      .optional(),
    places: z.array(place).min(1),
    decisionPoints: z.array(decisionPoint).default([]),
    outcome: z.array(z.strictObject({ at: instant, text, source: text.optional() })).default([]),
    carMessages: z.array(z.strictObject({ at: instant, text, source: text.optional() })).default([]),
    sources: z.array(z.strictObject({ id, url: z.url().optional(), for: text })).default([]),
  })
  .superRefine(oneSpelling(SPELLINGS.slowest, true));
export type ScenarioFile = z.infer<typeof scenarioFile>;

const planStop = z
  .strictObject({
    place: id,
    kind: z.enum(['charge', 'stay', 'via', 'destination']),
    /** The way to this stop. */
    route: id,
    speedKmh: positive.max(300).optional(),
    speedMph: positive.max(200).optional(),
    arriveAt: instant.optional(),
    departAt: instant.optional(),
    plugged: z.boolean().optional(),
    chargeToSocPct: socPct.optional(),
    powerKw: positive.max(2_000).optional(),
    charger: id.optional(),
    note: text.optional(),
  })
  .superRefine(oneSpelling(SPELLINGS.speed));

/** plans.yaml */
export const plansFile = z.array(
  z.strictObject({
    at: instant,
    tripId: id,
    origin: id,
    departAt: instant,
    stops: z.array(planStop).min(1).max(100),
    note: text.optional(),
  }),
);
export type PlansFile = z.infer<typeof plansFile>;

const area = z.union([
  z.literal('all'),
  id,
  z.strictObject({ lat: latitude, lon: longitude, radiusKm: positive.max(5_000) }),
]);

/** weather.yaml */
export const weatherFile = z.array(
  z
    .strictObject({
      issuedAt: instant,
      from: instant,
      to: instant,
      area,
      tempC: z.number().min(-70).max(60).optional(),
      tempF: z.number().min(-94).max(140).optional(),
      sigmaK: z.number().min(0).max(20),
      windMps: z.number().min(0).max(80).optional(),
      windFromDeg: z.number().min(0).max(360).optional(),
      mark: mark.optional(),
      source: text.optional(),
      note: text.optional(),
    })
    .superRefine(oneSpelling(SPELLINGS.temp)),
);
export type WeatherFile = z.infer<typeof weatherFile>;

const coordinate = z.union([
  z.tuple([longitude, latitude]),
  z.tuple([longitude, latitude, z.number().min(-500).max(9_000)]),
]);

/** routes.geojson: one LineString per stretch of road. */
export const routesFile = z.object({
  type: z.literal('FeatureCollection'),
  features: z.array(
    z.object({
      type: z.literal('Feature'),
      geometry: z.object({
        type: z.literal('LineString'),
        coordinates: z.array(coordinate).min(2).max(20_000),
      }),
      properties: z
        .strictObject({
          id,
          name: text.optional(),
          distanceKm: positive.max(5_000).optional(),
          distanceMi: positive.max(3_000).optional(),
          mark: mark.optional(),
          source: text.optional(),
          note: text.optional(),
        })
        .superRefine(oneSpelling(SPELLINGS.distance, true)),
    }),
  ),
});
export type RoutesFile = z.infer<typeof routesFile>;

/** chargers.geojson: one Point per charging location. */
export const chargersFile = z.object({
  type: z.literal('FeatureCollection'),
  features: z.array(
    z.object({
      type: z.literal('Feature'),
      geometry: z.object({ type: z.literal('Point'), coordinates: coordinate }),
      properties: z.strictObject({
        id,
        name: text,
        powerKw: positive.max(5_000),
        plug: connectorStandard,
        powerType: powerType.optional(),
        evses: z.int().min(1).max(500).default(1),
        status: evseStatus.default('UNKNOWN'),
        mark: mark.optional(),
        source: text.optional(),
        note: text.optional(),
      }),
    }),
  ),
});
export type ChargersFile = z.infer<typeof chargersFile>;
