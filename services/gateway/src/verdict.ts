import type { Verdict } from '@outrider/domain';
import type { FrameId } from './frame.ts';

export const OUTAGE_RETRY_MS = 1_000;

export const retry = (afterMs: number, reason: string): Verdict => ({ kind: 'retry', afterMs, reason });

/** A verdict as it goes over the wire, the same for WebSocket and batches. */
export type WireVerdict = { readonly id?: FrameId } & (
  | { readonly ack: true }
  | { readonly retryAfterMs: number; readonly reason: string }
  | { readonly refused: string; readonly detail: string }
);

export function toWire(id: FrameId | undefined, verdict: Verdict): WireVerdict {
  const named = id === undefined ? {} : { id };
  switch (verdict.kind) {
    case 'ack':
      return { ...named, ack: true };
    case 'retry':
      return { ...named, retryAfterMs: verdict.afterMs, reason: verdict.reason };
    case 'refused':
      return { ...named, refused: verdict.code, detail: verdict.detail };
  }
}
