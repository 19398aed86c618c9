import { audience } from '@outrider/domain';
import type { NotificationRow } from '@outrider/state';
import type { Reader, Trust } from '@outrider/trust';
import { z } from 'zod';

/**
 * What a notification says and rested on: stored sealed, because it may name places. Rows of a newer version may say
 * more.
 */
export const content = z.object({
  subject: z.string(),
  title: z.string(),
  body: z.string(),
  spoken: z.string(),
  isFollowUp: z.boolean(),
  /** Told because nobody nearer the wheel answered. */
  isEscalated: z.boolean().optional(),
  /** Somebody has taken it in hand. */
  isAnswered: z.boolean().optional(),
  /** Whom the alert is for, where it is not for the driver. */
  audience: audience.optional(),
  /** Name of the alert’s words. */
  message: z.string().optional(),
  /** Of one message about many cars (digest.ts). */
  digest: z
    .object({
      count: z.number(),
      interruptedCount: z.number(),
      place: z.string().optional(),
      byMs: z.number().optional(),
    })
    .optional(),
  /** Where dispatchers and crew find what to do. */
  runbook: z.string().optional(),
  deadlineAtMs: z.number().nullable(),
  basis: z.object({
    says: z.string(),
    remedyKey: z.string(),
    offered: z.array(z.string()).readonly(),
    probability: z.number().nullable(),
    stopName: z.string().nullable(),
  }),
  /** Charge on arrival that it is about, and the reserve it is compared with; percent. */
  arrival: z
    .object({ p10: z.number(), p50: z.number(), p90: z.number(), reserveSocPct: z.number() })
    .optional(),
  /** Of what led to it. */
  traceparent: z.string().optional(),
});
export type Content = z.infer<typeof content>;

/** Sealed with the key of the period the row was made in. @throws UnknownSubject when there is none. */
export function sealContent(
  trust: Trust,
  vehicleId: string,
  atMs: number,
  said: Content,
): { readonly keyId: string; readonly box: string } {
  const { keyId, box } = trust.seal(vehicleId, atMs, new TextEncoder().encode(JSON.stringify(said)));
  return { keyId, box: Buffer.from(box).toString('base64url') };
}

/** Undefined when there is nothing, or it may not or cannot be read any more. */
export function openContent(
  reader: Reader,
  { vehicleId, keyId, box }: Pick<NotificationRow, 'vehicleId' | 'keyId' | 'box'>,
): Content | undefined {
  if (keyId === null || box === null) return undefined;
  const opened = reader.open(vehicleId, keyId, Buffer.from(box, 'base64url'));
  if (opened.kind === 'denied') return undefined;
  try {
    return content.parse(JSON.parse(new TextDecoder().decode(opened.bytes)));
  } catch {
    return undefined;
  }
}
