import type { FrameFormat } from '@outrider/domain';
import { decodeStrictJson } from '@outrider/runtime';
import { type Decoded, type Reject, rejectFrame } from './format.ts';
import { formats } from './formats/index.ts';

const byName = new Map(formats.map((format) => [format.name, format]));

const FUTURE_MAX_MS = 2 * 60_000;
/** As long as the bus keeps raw frames. */
const AGE_MAX_MS = 30 * 86_400_000;

/** Bytes of a frame as what they say. Never throws, whatever the bytes are. */
export function decodeFrame(formatName: FrameFormat, bytes: Uint8Array, receivedAtMs: number): Decoded {
  const format = byName.get(formatName);
  if (format === undefined) return rejectFrame('bad-shape', 'no such format');
  const json = decodeStrictJson(bytes);
  if (json.kind === 'refused') return rejectFrame('not-json', json.reason);
  const decoded = format.decode(json.value);
  if (decoded.kind === 'rejected') return decoded;
  const late = refuseTime(decoded.frame.observedAtMs, receivedAtMs);
  return late === undefined ? decoded : { kind: 'rejected', rejects: [late] };
}

/** Both clocks may be a little wrong; beyond that a moment cannot be put in order with others. */
export function refuseTime(observedAtMs: number, receivedAtMs: number): Reject | undefined {
  const aheadMs = observedAtMs - receivedAtMs;
  if (aheadMs > FUTURE_MAX_MS)
    return { reason: 'observed-in-future', detail: `${Math.round(aheadMs / 1000)} s ahead of its arrival` };
  if (aheadMs < -AGE_MAX_MS)
    return {
      reason: 'observed-too-old',
      detail: `${Math.floor(-aheadMs / 86_400_000)} days before its arrival`,
    };
  return undefined;
}
