import { SIGNAL } from '@outrider/domain';

// Frames as ready-made bytes of a WebSocket, with places for the numbers that change.

/** What devices say: as long as six fields in Tesla's protobuf (134 bytes), and the same six fields. */
export const SIGNALS_OF: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  short: { [SIGNAL.speed]: 88.5, [SIGNAL.soc]: 61.5 },
  six: {
    ...{ [SIGNAL.speed]: 88.5, [SIGNAL.soc]: 61.5, [SIGNAL.power]: -15_300, [SIGNAL.odometer]: 12_345_678 },
    ...{ [SIGNAL.latitude]: 55.123456, [SIGNAL.longitude]: 25.123456 },
  },
};

export interface FrameTemplate {
  /** The whole WebSocket frame: its head, a mask of zeros, the JSON. */
  readonly bytes: Buffer;
  readonly payloadBytes: number;
  /** Where 7, 13 and 10 digits stand. */
  readonly idAt: number;
  readonly observedAt: number;
  /** -1: it has none. */
  readonly seqAt: number;
}

export function frameBytes(name: string): FrameTemplate {
  const json = JSON.stringify({
    ...{ id: 1_000_000, observedAt: 1_000_000_000_000, ...(name !== 'short' && { seq: 1_000_000_000 }) },
    signals: SIGNALS_OF[name],
  });
  const payload = Buffer.from(json);
  const head = Buffer.alloc(8);
  head.writeUInt16BE(0x81fe);
  head.writeUInt16BE(payload.length, 2);
  const at = (field: string): number => head.length + json.indexOf(`"${field}":`) + field.length + 3;
  return {
    ...{ bytes: Buffer.concat([head, payload]), payloadBytes: payload.length },
    ...{ idAt: at('id'), observedAt: at('observedAt'), seqAt: name === 'short' ? -1 : at('seq') },
  };
}

/** Writes a whole number with so many digits; the first must not become 0 where JSON forbids it. */
export function patchDigits(into: Buffer, at: number, figure: number, digits: number): void {
  let left = figure;
  for (let place = at + digits - 1; place > at; place--) {
    into[place] = 0x30 + (left % 10);
    left = Math.floor(left / 10);
  }
  into[at] = 0x30 + Math.max(1, left % 10);
}

const TENTHS = 1_000_000_000;

/** A moment as ten digits, to a tenth of a millisecond, for the frame's `seq`: whoever reads it knows when it was due. */
export const dueMark = (atMs: number): number => TENTHS + (Math.round(atMs * 10) % TENTHS);

/** How long ago a mark's moment was. */
export const sinceMark = (mark: number, nowMs: number): number =>
  ((Math.round(nowMs * 10) - (mark - TENTHS)) % TENTHS) / 10;
