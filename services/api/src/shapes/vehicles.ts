import {
  fleet,
  PURPOSES,
  type Purpose,
  position,
  purpose,
  recordKey,
  shortText,
  socPct,
  vehicleId,
} from '@outrider/domain';
import { contentId } from '@outrider/runtime';
import type { Consent, Vehicle } from '@outrider/state';
import { z } from 'zod';
import { iso, isoText } from './fields.ts';

/** Digits and capitals without I, O, Q (ISO 3779). */
const vin = z.string().regex(/^[A-HJ-NPR-Z0-9]{17}$/, 'a VIN of 17 characters');
const label = shortText.regex(/^[^\p{Cc}\p{Cf}]+$/u, 'a label without control characters');

const switches = z.strictObject(
  Object.fromEntries(purpose.options.map((name) => [name, z.boolean().optional()])) as Record<
    Purpose,
    z.ZodOptional<z.ZodBoolean>
  >,
);
const textVersion = z.string().min(1).max(100).describe('Version of the texts shown, from /v1/purposes.');

const details = {
  label: label.optional(),
  vin: vin.nullable().optional(),
  home: position.nullable().optional().describe('Kept sealed.'),
  fleet: fleet
    .nullable()
    .optional()
    .describe('Lower case with hyphens, like depot-north: rules can be for some fleets only.'),
  reserveSocPct: socPct.optional().describe('Charge that should be left on arrival; 5 when absent.'),
};

export const registration = z.strictObject({
  ...details,
  modelId: recordKey.describe('From /v1/vehicle-models.'),
  label,
  isSynthetic: z.literal(true).optional().describe('A simulation made it up; it cannot be changed later.'),
  isCanary: z
    .literal(true)
    .optional()
    .describe('Every rule is tried on it while its charge is below 50 %; only of a synthetic car.'),
  consents: switches.describe('What the data may be used for. A purpose that is absent is not granted.'),
  textVersion,
});
export type Registration = z.infer<typeof registration>;

export const vehicleChange = z.strictObject({ ...details, modelId: recordKey.optional() });

export const consentBody = z.strictObject({ granted: z.boolean(), textVersion });

const consentView = z.strictObject({
  purpose,
  granted: z.boolean(),
  textVersion: z.string().nullable(),
  at: isoText.nullable().describe('null: never asked, so not granted.'),
});
export type ConsentView = z.infer<typeof consentView>;

export const vehicleSummary = z.strictObject({
  vehicleId,
  label: z.string(),
  modelId: z.string(),
  fleet: z.string().nullable(),
  reserveSocPct: socPct,
  registeredAt: isoText,
  isSynthetic: z.boolean().describe('Made up by a simulation: nobody drives it.'),
  isCanary: z.boolean().describe('Rules are tried on it, to see that warnings arrive.'),
});

export const vehicleView = vehicleSummary.extend({
  vin: z.string().nullable(),
  home: position.nullable(),
  consents: z.array(consentView),
});

export const connection = z.strictObject({
  stream: z.string().describe('WebSocket for frames; the device token as bearer token.'),
  frames: z.string().describe('HTTP for batches of frames.'),
  abrp: z.string().describe('For apps that can send to A Better Routeplanner.'),
});

export const registered = z.strictObject({
  vehicle: vehicleView,
  device: z.strictObject({ tokenId: z.string(), token: z.string().describe('Shown this once.') }),
  connect: connection,
});

export const purposeList = z.strictObject({
  textVersion: z.string(),
  purposes: z.array(z.strictObject({ purpose, text: z.string() })),
});

/** Made from the texts, so that no text can change without its version. */
export const CONSENT_TEXT_VERSION: string = contentId(...Object.entries(PURPOSES).flat());

export const purposeTexts = (): { purpose: Purpose; text: string }[] =>
  purpose.options.map((name) => ({ purpose: name, text: PURPOSES[name] }));

export const summarise = (vehicle: Vehicle): z.infer<typeof vehicleSummary> => ({
  vehicleId: vehicle.vehicleId,
  label: vehicle.label,
  modelId: vehicle.modelId,
  fleet: vehicle.fleet ?? null,
  reserveSocPct: vehicle.reserveSocPct,
  registeredAt: iso(vehicle.createdAtMs),
  isSynthetic: vehicle.isSynthetic === true,
  isCanary: vehicle.isCanary === true,
});

/** Where a car connects, below the gateway's public address. */
export function connectionAt(gatewayUrl: string): z.infer<typeof connection> {
  const base = gatewayUrl.replace(/\/+$/, '');
  return {
    stream: `${base.replace(/^http/, 'ws')}/v1/stream`,
    frames: `${base}/v1/frames`,
    abrp: `${base}/1/tlm/send`,
  };
}

export const consentList = z.strictObject({ consents: z.array(consentView) });

/** Every purpose, said or not: what was never asked is not granted. */
export const viewConsents = (given: readonly Consent[]): ConsentView[] =>
  purpose.options.map((name) => {
    const newest = given.find((one) => one.purpose === name);
    return {
      purpose: name,
      granted: newest?.isGranted ?? false,
      textVersion: newest?.textVersion ?? null,
      at: newest === undefined ? null : iso(newest.atMs),
    };
  });
