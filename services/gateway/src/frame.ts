import type { CommandAnswer, FrameFormat, RefusalCode } from '@outrider/domain';

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

/** What a car says of a command it was sent. */
export interface Answer {
  readonly kind: 'answer';
  readonly bytes: Uint8Array;
  readonly commandId: string;
  readonly state: CommandAnswer;
  readonly reason?: string;
}

/** A frame, an answer, or why it is neither: all count, all get their verdict in their place. */
export type Incoming = Frame | Answer | Refused;

/** What a device calls its frame; comes back with the verdict. */
export type FrameId = string | number;

/** A frame and the name its answer carries. */
export interface NamedFrame {
  readonly id: FrameId | undefined;
  readonly frame: Incoming;
}
