import { z } from 'zod';
import { atMs, recordKey, vehicleId } from './fields.ts';
import { frameFormat } from './frame.ts';

/** Who said it: a device, in one of the formats the gateway takes, or the servers of a car's maker. */
export const signalSource = z.enum([...frameFormat.options, 'fleet-telemetry']);
export type SignalSource = z.infer<typeof signalSource>;

/** Places of a record, sealed (AES-256-GCM, base64url); inside is a JSON object path → value. */
export const sealed = z.strictObject({
  keyId: z.string().min(1).max(80).describe('The key of the box, of one car and one owner.'),
  box: z.string().min(1).max(2_000_000).describe('AES-256-GCM, base64url.'),
});
export type Sealed = z.infer<typeof sealed>;

/** Why a value is doubted although it passed its bounds. `ok` is not written. */
export const quality = z.enum(['placeholder', 'suspect']);
export type Quality = z.infer<typeof quality>;

/**
 * `telemetry.signals.v1`: the signals of one moment of one vehicle.
 * `recordId` is made from what the record says, so a repeat has the same id.
 */
export const signalRecord = z.strictObject({
  recordId: recordKey.describe('Made from what the record says: a repeat has the same.'),
  vehicleId,
  observedAtMs: atMs.describe('When the car measured it.'),
  receivedAtMs: atMs.describe('When the gateway, or the maker’s server, took it.'),
  seq: z.int().min(0).optional().describe('The number the car gave it, if it counts.'),
  source: signalSource.describe('Wire format of the frame, or whose servers said it.'),
  values: z
    .record(z.string(), z.union([z.number(), z.string(), z.boolean()]))
    .describe('VSS 6.0 path to value, in the units of the signal catalogue.'),
  cleared: z.array(z.string()).optional().describe('Signals the car says it no longer has a value for.'),
  quality: z
    .record(z.string(), quality)
    .optional()
    .describe('Path to why a value is doubted; absent: it is not.'),
  places: sealed.optional().describe('Position and destination, sealed: a JSON object from path to value.'),
});
export type SignalRecord = z.infer<typeof signalRecord>;

export const REJECT_REASONS = [
  'not-json',
  'bad-shape',
  'no-signals',
  'observed-in-future',
  'observed-too-old',
  'unreadable-seal',
  'wrong-vehicle',
  'unknown-signal',
  'wrong-type',
  'not-finite',
  'out-of-bounds',
  'too-long',
  'wrong-unit',
  'placeholder',
  'unreadable',
  'invalid',
  'bad-time',
  'not-allowed',
  'unknown-type',
] as const;

/** `telemetry.rejected.v1`: what could not be used, why, and where it can be read again. */
export const rejectedRecord = z.strictObject({
  reason: z.enum(REJECT_REASONS).describe('Why it cannot be used: the frame, or the signal at `path`.'),
  detail: z.string().max(500).describe('In words, never the value.'),
  vehicleId: vehicleId.optional().describe('Of the frame’s key; absent when that is no vehicle’s id.'),
  format: signalSource.optional().describe('What the frame came as; absent when its headers cannot be read.'),
  path: z
    .string()
    .max(300)
    .optional()
    .describe('VSS path when one signal of a frame was refused; absent when the whole frame was.'),
  receivedAtMs: atMs.describe('When the gateway, or the maker’s server, took it.'),
  origin: z
    .strictObject({
      topic: z.string().describe('`telemetry.raw.v1`, or one of the source’s.'),
      partition: z.int().min(0).describe('Of that topic, from 0.'),
      offset: z.int().min(0).describe('In that partition: there the frame can be read again.'),
      cluster: z
        .string()
        .max(100)
        .optional()
        .describe('Name of the source whose Kafka that is; absent: our own bus.'),
    })
    .describe('The record it came in.'),
});
export type RejectedRecord = z.infer<typeof rejectedRecord>;
export type RejectReason = RejectedRecord['reason'];
