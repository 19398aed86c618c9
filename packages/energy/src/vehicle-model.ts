import { z } from 'zod';

const positive = z.number().positive();

/** One place per published figure, so that a reader can tell a data sheet from a guess. */
export const sourcedFields = [
  'massKg',
  'dragCoefficient',
  'frontalAreaM2',
  'rollingCoefficient',
  'usableKwh',
  'labelWhPerKm',
  'heater',
  'cabinHeatWPerK',
  'baseLoadW',
  'maxRegenKw',
  'drivelineEfficiency',
  'dcCurve',
  'acMaxKw',
  'connectors',
  'standbyW',
  'batteryHeatCapacityJPerK',
] as const;

export const dcCurvePointSchema = z.object({
  socPct: z.number().min(0).max(100),
  powerKw: z.number().min(0),
});

/** A car as its maker and its type approval describe it; what one particular car does is the posterior's business. */
export const vehicleModelSchema = z.object({
  modelId: z.string().regex(/^[a-z0-9-]+$/),
  name: z.string().min(1),
  /** Kerb mass, without driver and luggage. */
  massKg: z.number().min(300).max(10_000),
  dragCoefficient: z.number().min(0.1).max(1),
  frontalAreaM2: z.number().min(1).max(10),
  /** Tyres on a warm, dry road. */
  rollingCoefficient: z.number().min(0.003).max(0.03),
  /** Energy at the battery terminals between 0 and 100 % SOC, new. */
  usableKwh: z.number().min(2).max(500),
  /**
   * Part of `usableKwh` that lies below the zero of the car's own range display. SOC counts it, the display does not.
   */
  belowDisplayZeroKwh: z.number().min(0).max(20),
  /** US label, combined, at the wall; null where there is none. WLTP is another measurement: do not put it here. */
  labelWhPerKm: positive.max(1000).nullable(),
  heater: z.enum(['resistive', 'heat-pump']),
  /** Heat needed per kelvin of cold, at steady state. */
  cabinHeatWPerK: positive.max(500),
  /** What the car draws while switched on, without heating or cooling. */
  baseLoadW: positive.max(5000),
  maxRegenKw: positive.max(1000),
  /** Battery terminals to wheel. 0.90 unless known: then the fitted parameters stay physical. */
  drivelineEfficiency: z.number().min(0.6).max(1),
  /** Power into the battery at 25 °C, by SOC rising from 0 to 100; empty when the car has no DC inlet. */
  dcCurve: z
    .array(dcCurvePointSchema)
    .refine((points) => points.every((point, i) => i === 0 || point.socPct > (points[i - 1]?.socPct ?? 0)), {
      message: 'dcCurve must rise in socPct',
    }),
  dcMaxKw: z.number().min(0),
  /** At the wall. */
  acMaxKw: positive,
  /** OCPI 2.2.1 ConnectorType names the car can use, its usual adapters included. */
  connectors: z.array(z.string().regex(/^[A-Z0-9_]+$/)).min(1),
  standbyW: z.object({ asleep: z.number().min(0), guard: z.number().min(0), awake: z.number().min(0) }),
  batteryHeatCapacityJPerK: positive,
  /** Gauge pressure on the label in the door, for usual load; absent: nobody looked it up. */
  tyreColdKpa: z.number().min(150).max(600).optional(),
  sources: z.record(z.enum(sourcedFields), z.string().min(1)),
});

export type VehicleModel = z.infer<typeof vehicleModelSchema>;

/** How the car is loaded and shod today; multiplies or adds to what the model says. */
export interface VehicleUse {
  /** Driver, passengers, luggage. */
  readonly payloadKg: number;
  /** Extra drag area (Cd·A) of a roof box or bicycles; a roof box is about 0.15 m². */
  readonly extraDragAreaM2: number;
  /** Rolling resistance relative to the usual tyres; winter tyres about 1.05. */
  readonly rollingRatio: number;
}

/** One adult and a bag. */
export const usualUse: VehicleUse = { payloadKg: 100, extraDragAreaM2: 0, rollingRatio: 1 };
