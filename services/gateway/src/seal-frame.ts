import { type OutgoingRecord, TOPICS } from '@outrider/bus';
import type { Verdict } from '@outrider/domain';
import { continueTrace } from '@outrider/runtime';
import { type Trust, UnknownSubject } from '@outrider/trust';
import type { Frame } from './frame.ts';
import { OUTAGE_RETRY_MS, retry } from './verdict.ts';

/** Outside of these ingest rejects the time; until then it cannot say whose key is meant. */
const FUTURE_MS = 2 * 60_000;
const PAST_MS = 30 * 86_400_000;

/**
 * The raw record of a frame, sealed for who owned the car then, or why there is none. The car must be prepared.
 * @param caller the `traceparent` it came with, whose trace goes on if it names one
 */
export function sealFrame(
  trust: Pick<Trust, 'seal' | 'decide'>,
  vehicleId: string,
  frame: Frame,
  receivedAtMs: number,
  caller: string | undefined,
): Verdict | OutgoingRecord {
  const aheadMs = frame.observedAtMs - receivedAtMs;
  const aboutMs = aheadMs > FUTURE_MS || aheadMs < -PAST_MS ? receivedAtMs : frame.observedAtMs;
  const decision = trust.decide({
    purpose: 'alert_driver',
    vehicleId,
    actor: { kind: 'service', name: 'gateway' },
    aboutFromMs: aboutMs,
    aboutToMs: aboutMs,
  });
  // Consents were loaded a moment ago and are too old already: nothing is wrong with the frame.
  if (decision.kind === 'deny' && decision.reason === 'not-prepared')
    return retry(OUTAGE_RETRY_MS, 'trust-unavailable');
  if (decision.kind === 'deny') return { kind: 'refused', code: 'no-consent', detail: decision.reason };
  const sealed = sealOrNothing(trust, vehicleId, aboutMs, frame.bytes);
  if (sealed === undefined)
    return { kind: 'refused', code: 'no-consent', detail: 'nobody owned the car when this was observed' };
  return {
    topic: TOPICS.raw.name,
    key: vehicleId,
    value: sealed.box,
    headers: {
      format: frame.format,
      receivedAtMs: String(receivedAtMs),
      keyId: sealed.keyId,
      traceparent: continueTrace(caller),
    },
  };
}

/** Undefined when there is no key for that time; any other trouble is ours, not the frame's, and throws. */
function sealOrNothing(trust: Pick<Trust, 'seal'>, vehicleId: string, atMs: number, bytes: Uint8Array) {
  try {
    return trust.seal(vehicleId, atMs, bytes);
  } catch (error) {
    if (error instanceof UnknownSubject) return undefined;
    throw error;
  }
}
