import { isObject, type Json, objectsOf, textOf, timeOf } from './words.ts';

/** What a peer sends to `/locations/{country}/{party}/{location}[/{evse}[/{connector}]]`. */
export interface Push {
  readonly method: 'PUT' | 'PATCH';
  readonly evseUid?: string;
  readonly connectorId?: string;
  readonly body: unknown;
}

/** The raw location after it, or the OCPI status to answer with. An older word than ours is heard and ignored. */
export type Pushed =
  | { readonly kind: 'applied'; readonly location: Json }
  | { readonly kind: 'older'; readonly location: Json }
  | { readonly kind: 'refused'; readonly statusCode: 2001 | 2003; readonly why: string };

/**
 * Applies a push to the location as it is stored, undefined when it is not yet. Older never overwrites newer, by
 * `last_updated` of the object meant, which is hardly later than its arrival; a PATCH has to carry one. A refused PATCH
 * makes the sender PUT.
 */
export function applyPush(stored: Json | undefined, push: Push, receivedAtMs: number): Pushed {
  const { method, evseUid } = push;
  if (!isObject(push.body)) return refused(2001, 'the body is no object');
  const body = notAhead(push.body, receivedAtMs);
  if (method === 'PATCH' && timeOf(body.last_updated) === undefined)
    return refused(2001, 'a PATCH needs last_updated');
  if (evseUid === undefined) {
    if (stored === undefined && method === 'PATCH') return refused(2003, 'the location is unknown');
    const after = changed(stored, method, body, receivedAtMs);
    return after === undefined
      ? { kind: 'older', location: stored as Json }
      : { kind: 'applied', location: after };
  }
  if (stored === undefined) return refused(2003, 'the location is unknown');
  return applyToEvse(stored, evseUid, push, body, receivedAtMs);
}

function applyToEvse(stored: Json, uid: string, push: Push, body: Json, receivedAtMs: number): Pushed {
  const { method, connectorId } = push;
  const evse = objectsOf(stored.evses).find((one) => textOf(one.uid) === uid);
  let after: Json | undefined;
  if (connectorId === undefined) {
    if (evse === undefined && method === 'PATCH') return refused(2003, 'the EVSE is unknown');
    after = changed(evse, method, body, receivedAtMs);
  } else {
    if (evse === undefined) return refused(2003, 'the EVSE is unknown');
    const connector = objectsOf(evse.connectors).find((one) => textOf(one.id) === connectorId);
    if (connector === undefined && method === 'PATCH') return refused(2003, 'the connector is unknown');
    const now = changed(connector, method, body, receivedAtMs);
    after = now && { ...evse, connectors: replaced(evse.connectors, 'id', connectorId, now) };
  }
  if (after === undefined) return { kind: 'older', location: stored };
  const newest = Math.max(timeOf(stored.last_updated) ?? 0, timeOf(body.last_updated) ?? receivedAtMs);
  return {
    kind: 'applied',
    location: {
      ...stored,
      evses: replaced(stored.evses, 'uid', uid, after),
      last_updated: new Date(newest).toISOString(),
    },
  };
}

/** Clocks differ by so much, and words of one peer are still in its order. */
const SKEW_MS = 5 * 60_000;
/** A location, its EVSEs, their connectors. */
const LEVELS = 3;

/** With no date far to come, in its parts either: a clock that is wrong once would make all later words too old. */
function notAhead(object: Json, receivedAtMs: number, levels = LEVELS): Json {
  if (levels === 0) return object;
  const isAhead = (timeOf(object.last_updated) ?? 0) > receivedAtMs + SKEW_MS;
  const parts = (['evses', 'connectors'] as const).filter((name) => Array.isArray(object[name]));
  return {
    ...object,
    ...(isAhead ? { last_updated: new Date(receivedAtMs).toISOString() } : {}),
    ...Object.fromEntries(
      parts.map((name) => [
        name,
        objectsOf(object[name]).map((part) => notAhead(part, receivedAtMs, levels - 1)),
      ]),
    ),
  };
}

/** Undefined when what is there is newer. */
function changed(
  before: Json | undefined,
  method: Push['method'],
  body: Json,
  receivedAtMs: number,
): Json | undefined {
  const beforeMs = timeOf(before?.last_updated);
  const bodyMs = timeOf(body.last_updated) ?? receivedAtMs;
  if (beforeMs !== undefined && bodyMs < beforeMs) return undefined;
  return method === 'PUT' ? body : { ...before, ...body };
}

function replaced(list: unknown, key: 'uid' | 'id', value: string, now: Json): readonly Json[] {
  const before = objectsOf(list);
  const at = before.findIndex((one) => textOf(one[key]) === value);
  return at === -1 ? [...before, { ...now, [key]: value }] : before.with(at, { ...now, [key]: value });
}

/** When a location says it was last changed, epoch ms; undefined when it does not. */
export const updatedAtMs = (location: Json): number | undefined => timeOf(location.last_updated);

/** The location itself, one of its EVSEs, or a connector of that; undefined when it is not there. */
export function partOfLocation(location: Json, evseUid?: string, connectorId?: string): Json | undefined {
  if (evseUid === undefined) return location;
  const evse = objectsOf(location.evses).find((one) => textOf(one.uid) === evseUid);
  if (connectorId === undefined || evse === undefined) return evse;
  return objectsOf(evse.connectors).find((one) => textOf(one.id) === connectorId);
}

const refused = (statusCode: 2001 | 2003, why: string): Pushed => ({ kind: 'refused', statusCode, why });
