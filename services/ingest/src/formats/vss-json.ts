import { parseInstant, SIGNALS } from '@outrider/domain';
import { type Decoded, type Format, isObject, type Reject, rejectFrame } from '../format.ts';
import { judgeSignals } from '../judge-signals.ts';

const FIELDS = new Set(['id', 'vehicleId', 'observedAt', 'seq', 'signals']);

/**
 * Outrider's own: `{"observedAt":"2026-01-15T08:00:00Z","seq":7,"signals":{"Vehicle.Speed":88.5,…}}`.
 * Values are in the catalogue's unit; a device that wants to be sure writes `{"value":88.5,"unit":"km/h"}`
 * and is refused when the unit is another. `null` says the car no longer has a value.
 */
export const vssJson: Format = {
  name: 'vss-json',
  decode(value) {
    if (!isObject(value)) return rejectFrame('bad-shape', 'a frame is a JSON object');
    for (const field in value)
      if (!FIELDS.has(field)) return rejectFrame('bad-shape', 'unknown field in the frame');
    const observedAtMs = parseInstant(value.observedAt);
    if (observedAtMs === undefined)
      return rejectFrame('bad-shape', 'observedAt is ISO 8601 with an offset, or epoch milliseconds');
    const { seq, signals } = value;
    if (seq !== undefined && !isSeq(seq)) return rejectFrame('bad-shape', 'seq is a whole number, 0 or more');
    if (!isObject(signals)) return rejectFrame('bad-shape', 'signals is an object of VSS path → value');
    return decodeSignals(signals, { observedAtMs, ...(seq === undefined ? {} : { seq }) });
  },
};

function decodeSignals(
  signals: Readonly<Record<string, unknown>>,
  when: { readonly observedAtMs: number; readonly seq?: number },
): Decoded {
  const candidates: [path: string, value: unknown][] = [];
  const cleared: string[] = [];
  const rejects: Reject[] = [];
  for (const path in signals) {
    const said = signals[path];
    if (said === null && Object.hasOwn(SIGNALS, path)) cleared.push(path);
    else if (!isObject(said)) candidates.push([path, said]);
    else {
      const reject = refuseUnit(path, said);
      if (reject === undefined) candidates.push([path, said.value]);
      else rejects.push(reject);
    }
  }
  const judged = judgeSignals(candidates);
  rejects.push(...judged.rejects);
  if (Object.keys(judged.values).length + cleared.length > 0)
    return {
      kind: 'decoded',
      frame: { ...when, values: judged.values, cleared, quality: judged.quality },
      rejects,
    };
  return rejects.length > 0 ? { kind: 'rejected', rejects } : rejectFrame('no-signals', 'signals is empty');
}

function refuseUnit(path: string, said: Readonly<Record<string, unknown>>): Reject | undefined {
  const keys = Object.keys(said);
  if (keys.length !== 2 || said.value === undefined || typeof said.unit !== 'string')
    return { reason: 'wrong-type', detail: 'wants a value or {"value":…,"unit":"…"}', path };
  const signal = Object.hasOwn(SIGNALS, path) ? SIGNALS[path] : undefined;
  // An unknown signal is refused as such, not for its unit.
  if (signal === undefined) return undefined;
  const unit = signal.type === 'number' ? signal.unit : '';
  return said.unit === unit ? undefined : { reason: 'wrong-unit', detail: `the unit is "${unit}"`, path };
}

const isSeq = (seq: unknown): seq is number =>
  typeof seq === 'number' && Number.isSafeInteger(seq) && seq >= 0;
