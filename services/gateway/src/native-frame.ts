import { FRAME_BYTES_MAX, parseInstant } from '@outrider/domain';
import { decodeStrictJson } from '@outrider/runtime';
import { readAnswer } from './answer-frame.ts';
import type { FrameId, NamedFrame } from './frame.ts';

const FIELDS = new Set(['id', 'vehicleId', 'observedAt', 'seq', 'signals']);
const ID_LENGTH_MAX = 100;

/**
 * Looks at the envelope of a native VSS-JSON frame and at nothing inside `signals`: what the signals mean
 * is ingest's business, and a frame it rejects must still be readable there.
 */
export function readNativeFrame(bytes: Uint8Array): NamedFrame {
  if (bytes.byteLength > FRAME_BYTES_MAX)
    return refuse(undefined, 'too-large', `more than ${FRAME_BYTES_MAX} bytes`);
  const json = decodeStrictJson(bytes);
  if (json.kind === 'refused') return refuse(undefined, 'not-json', json.reason);
  const { value } = json;
  if (!isObject(value)) return refuse(undefined, 'bad-shape', 'a frame is a JSON object');
  const id = isFrameId(value.id) ? value.id : undefined;
  if ('answer' in value) return readAnswer(id, value, bytes);
  const problem = findProblem(value);
  if (problem !== undefined) return refuse(id, 'bad-shape', problem);
  const claimed = value.vehicleId;
  return {
    id,
    frame: {
      kind: 'frame',
      bytes,
      format: 'vss-json',
      observedAtMs: parseInstant(value.observedAt) as number,
      ...(typeof claimed === 'string' ? { claimedVehicleId: claimed } : {}),
    },
  };
}

function findProblem(value: Readonly<Record<string, unknown>>): string | undefined {
  for (const field in value)
    if (!FIELDS.has(field)) return `unknown field ${JSON.stringify(field.slice(0, 60))}`;
  if (value.id !== undefined && !isFrameId(value.id))
    return `id is a number or a string of up to ${ID_LENGTH_MAX} characters`;
  if (value.vehicleId !== undefined && typeof value.vehicleId !== 'string') return 'vehicleId is a string';
  if (parseInstant(value.observedAt) === undefined)
    return 'observedAt is ISO 8601 with an offset, or epoch milliseconds';
  const seq = value.seq;
  if (seq !== undefined && !(typeof seq === 'number' && Number.isInteger(seq) && seq >= 0))
    return 'seq is a whole number, 0 or more';
  if (!isObject(value.signals)) return 'signals is an object of VSS path → value';
  return undefined;
}

const isFrameId = (id: unknown): id is FrameId =>
  typeof id === 'number' || (typeof id === 'string' && id.length <= ID_LENGTH_MAX);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refuse = (
  id: FrameId | undefined,
  code: 'too-large' | 'not-json' | 'bad-shape',
  detail: string,
): NamedFrame => ({ id, frame: { kind: 'refused', code, detail } });
