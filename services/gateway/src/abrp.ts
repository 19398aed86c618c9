import { FRAME_BYTES_MAX, parseInstant } from '@outrider/domain';
import { decodeStrictJson } from '@outrider/runtime';
import { FRAMES_PER_BATCH_MAX } from './batch.ts';
import type { Incoming } from './frame.ts';

/** Telemetry of one vehicle, as an ABRP sender says it. */
export interface AbrpPoints {
  readonly token: string | undefined;
  readonly frames: readonly Incoming[];
}

export type AbrpRequest =
  | { readonly kind: 'points'; readonly vehicles: readonly AbrpPoints[] }
  | { readonly kind: 'refused'; readonly detail: string };

type Point = Readonly<Record<string, unknown>>;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * `tlm/send` in the three shapes senders use: all in the query, all in a form, or `{"tlm":{…}}` as JSON with
 * the token in the query. `api_key` names the sending app; it is published in their sources and is no secret,
 * so it decides nothing here.
 */
export function readAbrpSend(query: URLSearchParams, body: Uint8Array | undefined): AbrpRequest {
  const fields = readFields(query, body);
  if (fields === undefined) return refused('the body is neither a form nor a JSON object');
  const { token, tlm } = fields;
  if (tlm === undefined) return refused('tlm is missing');
  if (typeof tlm === 'string') return points(token, [readPointText(tlm)]);
  return points(token, [isPoint(tlm) ? toFrame(tlm) : shapeless('tlm is an object')]);
}

/** `tlm/bulk`: `{"data":[{"token":"…","tlm_list":[{…},…]},…]}`. */
export function readAbrpBulk(query: URLSearchParams, body: Uint8Array | undefined): AbrpRequest {
  const json = decodeStrictJson(body ?? new Uint8Array());
  if (json.kind === 'refused') return refused(`the body is not usable JSON: ${json.reason}`);
  const data = isPoint(json.value) ? json.value.data : undefined;
  if (!Array.isArray(data)) return refused('data is a list of {token, tlm_list}');
  const vehicles: AbrpPoints[] = [];
  let count = 0;
  for (const entry of data as readonly unknown[]) {
    const list = isPoint(entry) ? entry.tlm_list : undefined;
    if (!isPoint(entry) || !Array.isArray(list)) return refused('data is a list of {token, tlm_list}');
    count += list.length;
    const token = entry.token ?? query.get('token') ?? undefined;
    vehicles.push({
      token: typeof token === 'string' ? token : undefined,
      frames: mergeDeltaPoints(list).map(toIncoming),
    });
  }
  if (count > FRAMES_PER_BATCH_MAX) return refused(`more than ${FRAMES_PER_BATCH_MAX} points`);
  return count === 0 ? refused('no points') : { kind: 'points', vehicles };
}

/**
 * Delta-coded points made whole: what a later point of the list leaves out is unchanged. Only within one
 * list, where the first point is full, and never the time: a point without its own `utc` stays without.
 * Done here, because behind the log nobody can tell any more which points came together.
 */
export function mergeDeltaPoints(list: readonly unknown[]): readonly (Point | undefined)[] {
  let whole: Point = {};
  return list.map((point) => {
    if (!isPoint(point)) return undefined;
    if (point.utc === undefined) return point;
    whole = { ...whole, ...point };
    return whole;
  });
}

const toIncoming = (point: Point | undefined): Incoming =>
  point === undefined ? shapeless('a point is an object') : toFrame(point);

function toFrame(point: Point, text?: string): Incoming {
  const { utc } = point;
  const observedAtMs = typeof utc === 'number' ? parseInstant(Math.round(utc * 1000)) : undefined;
  if (observedAtMs === undefined) return shapeless('utc is epoch seconds, as a number');
  const bytes = encoder.encode(text ?? JSON.stringify(point));
  if (bytes.byteLength > FRAME_BYTES_MAX)
    return { kind: 'refused', code: 'too-large', detail: `more than ${FRAME_BYTES_MAX} bytes` };
  return { kind: 'frame', bytes, format: 'abrp', observedAtMs };
}

function readPointText(text: string): Incoming {
  const json = decodeStrictJson(text);
  if (json.kind === 'refused') return { kind: 'refused', code: 'not-json', detail: `tlm: ${json.reason}` };
  return isPoint(json.value) ? toFrame(json.value, text) : shapeless('tlm is an object');
}

/** Query and body together; the body wins. Undefined when the body is unreadable. */
function readFields(
  query: URLSearchParams,
  body: Uint8Array | undefined,
): { readonly token: string | undefined; readonly tlm: unknown } | undefined {
  const fromQuery = { token: query.get('token') ?? undefined, tlm: query.get('tlm') ?? undefined };
  if (body === undefined || body.byteLength === 0) return fromQuery;
  const text = decoder.decode(body).trim();
  if (!text.startsWith('{')) {
    const form = new URLSearchParams(text);
    return { token: form.get('token') ?? fromQuery.token, tlm: form.get('tlm') ?? fromQuery.tlm };
  }
  const json = decodeStrictJson(body);
  if (json.kind === 'refused' || !isPoint(json.value)) return undefined;
  const { token, tlm } = json.value;
  return { token: typeof token === 'string' ? token : fromQuery.token, tlm: tlm ?? fromQuery.tlm };
}

const points = (token: string | undefined, frames: readonly Incoming[]): AbrpRequest => ({
  kind: 'points',
  vehicles: [{ token, frames }],
});

const refused = (detail: string): AbrpRequest => ({ kind: 'refused', detail });

const shapeless = (detail: string): Incoming => ({ kind: 'refused', code: 'bad-shape', detail });

const isPoint = (value: unknown): value is Point =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
