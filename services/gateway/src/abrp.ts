import { FRAME_BYTES_MAX, parseInstant } from '@outrider/domain';
import { decodeStrictJson } from '@outrider/runtime';
import { FRAMES_PER_BATCH_MAX } from './batch.ts';
import type { Incoming } from './frame.ts';

/** Telemetry of one vehicle, as an ABRP sender says it. */
export interface AbrpPoints {
  readonly token: string | undefined;
  readonly count: number;
  /** One per point. Read after the token: who may not speak costs no more than the decoding of the body. */
  readonly frames: () => readonly Incoming[];
}

interface Refusal {
  readonly kind: 'refused';
  readonly detail: string;
}

export type AbrpRequest = { readonly kind: 'points'; readonly vehicles: readonly AbrpPoints[] } | Refusal;

type Point = Readonly<Record<string, unknown>>;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Of one list, made whole: a sender's own points are a few hundred bytes each. */
const LIST_BYTES_MAX = 4 * 1_048_576;

/**
 * `tlm/send` in the three shapes senders use: all in the query, all in a form, or `{"tlm":{…}}` as JSON with
 * the token in the query. `api_key` names the sending app; it is published in their sources and is no secret,
 * so it decides nothing here.
 */
export function readAbrpSend(query: URLSearchParams, body: Uint8Array | undefined): AbrpRequest {
  const fields = readFields(query, body);
  if (fields.kind === 'refused') return fields;
  const { token, tlm } = fields;
  if (tlm === undefined) return refused('tlm is missing');
  const frames = () => [
    typeof tlm === 'string'
      ? readPointText(tlm)
      : isPoint(tlm)
        ? toFrame(tlm)
        : shapeless('tlm is an object'),
  ];
  return { kind: 'points', vehicles: [{ token, count: 1, frames }] };
}

/** `tlm/bulk`: `{"data":[{"token":"…","tlm_list":[{…},…]},…]}`. */
export function readAbrpBulk(query: URLSearchParams, body: Uint8Array | undefined): AbrpRequest {
  const json = decodeStrictJson(body ?? new Uint8Array());
  if (json.kind === 'refused') return refused(`the body is not usable JSON: ${json.reason}`);
  const data = isPoint(json.value) ? json.value.data : undefined;
  if (!Array.isArray(data)) return refused('data is a list of {token, tlm_list}');
  if (data.length > FRAMES_PER_BATCH_MAX) return refused(`more than ${FRAMES_PER_BATCH_MAX} vehicles`);
  const vehicles: AbrpPoints[] = [];
  let count = 0;
  for (const entry of data as readonly unknown[]) {
    const list = isPoint(entry) ? entry.tlm_list : undefined;
    if (!isPoint(entry) || !Array.isArray(list)) return refused('data is a list of {token, tlm_list}');
    count += list.length;
    if (count > FRAMES_PER_BATCH_MAX) return refused(`more than ${FRAMES_PER_BATCH_MAX} points`);
    const token = entry.token === undefined ? query.get('token') : entry.token;
    vehicles.push({
      token: typeof token === 'string' ? token : undefined,
      count: list.length,
      frames: () => toFrames(list),
    });
  }
  return count === 0 ? refused('no points') : { kind: 'points', vehicles };
}

/**
 * Delta-coded points made whole: what a later point of the list leaves out is unchanged. Only within one
 * list, where the first point is full, and never the time: a point without its own `utc` stays without.
 * Done here, because behind the log nobody can tell any more which points came together.
 */
export function* mergeDeltaPoints(list: readonly unknown[]): Generator<Point | undefined> {
  let whole: Point = {};
  for (const point of list) {
    if (!isPoint(point)) yield undefined;
    else if (point.utc === undefined) yield point;
    else {
      whole = { ...whole, ...point };
      yield whole;
    }
  }
}

/** Every point repeats what came before it, so a small body can hold much: the list ends where it is too large. */
function toFrames(list: readonly unknown[]): readonly Incoming[] {
  const frames: Incoming[] = [];
  let leftBytes = LIST_BYTES_MAX;
  for (const point of mergeDeltaPoints(list)) {
    const frame = point === undefined ? shapeless('a point is an object') : toFrame(point);
    leftBytes -= frame.kind === 'frame' ? frame.bytes.byteLength : 0;
    if (leftBytes < 0 || (frame.kind === 'refused' && frame.code === 'too-large')) break;
    frames.push(frame);
  }
  return list.map((_, index) => frames[index] ?? TOO_LARGE);
}

function toFrame(point: Point, text?: string): Incoming {
  const { utc } = point;
  const observedAtMs = typeof utc === 'number' ? parseInstant(Math.round(utc * 1000)) : undefined;
  if (observedAtMs === undefined) return shapeless('utc is epoch seconds, as a number');
  const bytes = encoder.encode(text ?? JSON.stringify(point));
  if (bytes.byteLength > FRAME_BYTES_MAX) return TOO_LARGE;
  return { kind: 'frame', bytes, format: 'abrp', observedAtMs };
}

function readPointText(text: string): Incoming {
  const json = decodeStrictJson(text);
  if (json.kind === 'refused') return { kind: 'refused', code: 'not-json', detail: `tlm: ${json.reason}` };
  return isPoint(json.value) ? toFrame(json.value, text) : shapeless('tlm is an object');
}

interface Fields {
  readonly kind: 'fields';
  readonly token: string | undefined;
  readonly tlm: unknown;
}

const FIELDS = ['token', 'tlm', 'api_key'] as const;

/** Query and body together; what the body says wins. */
function readFields(query: URLSearchParams, body: Uint8Array | undefined): Fields | Refusal {
  const fromQuery = readPairs(query);
  const text = decodeText(body);
  if (text === undefined) return refused('the body is not UTF-8');
  if (fromQuery.kind === 'refused' || text === '') return fromQuery;
  if (!text.startsWith('{')) {
    const form = new URLSearchParams(text);
    if (!FIELDS.some((name) => form.has(name))) return refused(NO_BODY);
    const fromForm = readPairs(form);
    if (fromForm.kind === 'refused') return fromForm;
    return {
      kind: 'fields',
      token: fromForm.token ?? fromQuery.token,
      tlm: fromForm.tlm ?? fromQuery.tlm,
    };
  }
  const json = decodeStrictJson(text);
  if (json.kind === 'refused' || !isPoint(json.value)) return refused(NO_BODY);
  const { token = fromQuery.token, tlm = fromQuery.tlm } = json.value;
  if (token !== undefined && typeof token !== 'string') return refused('token is text');
  return { kind: 'fields', token, tlm };
}

/** Said twice, one of the two would be dropped without a word. */
function readPairs(pairs: URLSearchParams): Fields | Refusal {
  const twice = FIELDS.find((name) => pairs.getAll(name).length > 1);
  if (twice !== undefined) return refused(`${twice} is said twice`);
  return { kind: 'fields', token: pairs.get('token') ?? undefined, tlm: pairs.get('tlm') ?? undefined };
}

/** Undefined when it is no text. */
function decodeText(body: Uint8Array | undefined): string | undefined {
  try {
    return decoder.decode(body).trim();
  } catch {
    return undefined;
  }
}

const NO_BODY = 'the body is neither a form nor a JSON object';

const refused = (detail: string): Refusal => ({ kind: 'refused', detail });

const shapeless = (detail: string): Incoming => ({ kind: 'refused', code: 'bad-shape', detail });

const TOO_LARGE: Incoming = {
  kind: 'refused',
  code: 'too-large',
  detail: `more than ${FRAME_BYTES_MAX} bytes, or a list of more than ${LIST_BYTES_MAX}`,
};

const isPoint = (value: unknown): value is Point =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
