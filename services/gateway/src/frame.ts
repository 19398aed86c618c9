import type { FrameFormat, RefusalCode } from '@outrider/domain';

export interface Frame {
  readonly kind: 'frame';
  /** As received. */
  readonly bytes: Uint8Array;
  readonly format: FrameFormat;
  readonly observedAtMs: number;
  /** The vehicle the frame itself names, if it does. */
  readonly claimedVehicleId?: string;
}

export interface Refused {
  readonly kind: 'refused';
  readonly code: RefusalCode;
  readonly detail: string;
}

/** A frame, or why it is none: both count, both get their verdict in their place. */
export type Incoming = Frame | Refused;

/** What a device calls its frame; comes back with the verdict. */
export type FrameId = string | number;

/** A frame and the name its answer carries. */
export interface NamedFrame {
  readonly id: FrameId | undefined;
  readonly frame: Incoming;
}
