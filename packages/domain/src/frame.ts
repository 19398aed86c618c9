import { z } from 'zod';

/** Wire formats the gateway accepts; ingest has one decoder file for each. */
export const frameFormat = z.enum(['vss-json', 'abrp']).describe('Wire format of the frame it came in.');
export type FrameFormat = z.infer<typeof frameFormat>;

/** Largest frame accepted, in bytes. */
export const FRAME_BYTES_MAX = 64 * 1024;

/** Headers of `telemetry.raw.v1`; the value is the frame's bytes, sealed whole. */
export const rawHeaders = z.strictObject({
  format: frameFormat,
  receivedAtMs: z.string().regex(/^\d{1,13}$/),
  keyId: z.string().min(1).max(80),
});
export type RawHeaders = z.infer<typeof rawHeaders>;

/**
 * The gateway's answer to every frame: kept, try again, or never.
 * `code` of a refusal is stable and documented in services/gateway/README.md.
 */
export type Verdict =
  | { readonly kind: 'ack' }
  | { readonly kind: 'retry'; readonly afterMs: number; readonly reason: string }
  | { readonly kind: 'refused'; readonly code: RefusalCode; readonly detail: string };

export const REFUSAL_CODES = [
  'too-large',
  'not-json',
  'bad-shape',
  'wrong-vehicle',
  'bad-token',
  'no-consent',
  'unknown-format',
  'unknown-command',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];
