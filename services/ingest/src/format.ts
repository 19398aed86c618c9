import type { FrameFormat, Quality, RejectReason, SignalValue } from '@outrider/domain';

/** What a frame says, in VSS 6.0 names, units and signs. */
export interface Frame {
  readonly observedAtMs: number;
  readonly seq?: number;
  /** Checked against the catalogue; places are still among them. */
  readonly values: Readonly<Record<string, SignalValue>>;
  /** Signals the car says it no longer has a value for. */
  readonly cleared: readonly string[];
  readonly quality: Readonly<Record<string, Quality>>;
}

/** Why something was not used. `detail` never holds a value: it is stored in clear, and a value may be a place. */
export interface Reject {
  readonly reason: RejectReason;
  readonly detail: string;
  /** The signal (or the sender's own name of it); absent when the whole frame is meant. */
  readonly path?: string;
}

/** A frame with one bad signal keeps the good ones. */
export type Decoded =
  | { readonly kind: 'decoded'; readonly frame: Frame; readonly rejects: readonly Reject[] }
  | { readonly kind: 'rejected'; readonly rejects: readonly Reject[] };

/** One wire format. Pure: the same JSON value gives the same answer, and no value makes it throw. */
export interface Format {
  readonly name: FrameFormat;
  decode(value: unknown): Decoded;
}

export const rejectFrame = (reason: RejectReason, detail: string): Decoded => ({
  kind: 'rejected',
  rejects: [{ reason, detail }],
});

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
