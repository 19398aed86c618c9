import type { ChargingLocation } from '@outrider/domain';
import { applyPush, idOf, type Push, partOfLocation, readLocations, updatedAtMs } from '@outrider/providers';
import type { PublishedPlace } from './publish-chargers.ts';

/** The source of places that a peer pushes. */
export const OCPI_PUSH = 'ocpi-push';

/** Whose location is meant, as the path of a push has it. */
export interface PushedAddress {
  readonly country: string;
  readonly party: string;
  readonly location: string;
}

/** What came of a push: durable, or the OCPI status to answer with. */
export type PushResult =
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly statusCode: 2000 | 2001 | 2003; readonly why: string };

/** One location as a peer has it. Its text is what the next push changes. */
export interface PushedPlace {
  readonly text: string;
  /** Undefined: it is not to be shown any more. */
  readonly place: ChargingLocation | undefined;
  /** Since when it is so, by the peer's clock. */
  readonly atMs: number;
}

/** A peer that sends more has lost its way; the largest networks known have a tenth of it. */
const MOST_PLACES = 1_000_000;

export type PushedChange =
  | PushResult
  | { readonly kind: 'changed'; readonly locationId: string; readonly pushed: PushedPlace };

/** What a push makes of the places pushed before. Changes nothing by itself: first it has to be durable. */
export function changeOf(
  before: ReadonlyMap<string, PushedPlace>,
  address: PushedAddress,
  push: Push,
  receivedAtMs: number,
): PushedChange {
  const own = { country_code: address.country, party_id: address.party, id: address.location };
  const locationId = idOf(own, OCPI_PUSH);
  if (locationId === undefined) return refused(2001, 'the location has no id');
  const known = before.get(locationId);
  const said = applyPush(known && JSON.parse(known.text), push, receivedAtMs);
  if (said.kind === 'refused') return said;
  if (said.kind === 'older') return { kind: 'taken' };
  const location = { ...said.location, ...own };
  if (push.evseUid === undefined && idOf(said.location, OCPI_PUSH) !== locationId)
    return refused(2001, 'the location is another one than the address says');
  const pushed = readPushed(JSON.stringify(location), receivedAtMs);
  if (typeof pushed === 'string') return refused(2001, pushed);
  if (known === undefined && before.size >= MOST_PLACES) return refused(2000, 'there are too many locations');
  return { kind: 'changed', locationId, pushed };
}

/** What was pushed before a restart, as the topic kept it. */
export function rememberPushed(published: ReadonlyMap<string, PublishedPlace>): Map<string, PushedPlace> {
  const known = new Map<string, PushedPlace>();
  for (const [locationId, { pushed: text, atMs }] of published) {
    const pushed = text === undefined ? undefined : readPushed(text, atMs);
    if (pushed !== undefined && typeof pushed !== 'string') known.set(locationId, pushed);
  }
  return known;
}

/** The object a peer asks for, as it was pushed; undefined when it is unknown. */
export function findPushed(
  known: ReadonlyMap<string, PushedPlace>,
  { country, party, location }: PushedAddress,
  evseUid?: string,
  connectorId?: string,
): unknown {
  const id = idOf({ country_code: country, party_id: party, id: location }, OCPI_PUSH);
  const pushed = id === undefined ? undefined : known.get(id);
  return pushed && partOfLocation(JSON.parse(pushed.text), evseUid, connectorId);
}

/** Or why it cannot be used. */
function readPushed(text: string, receivedAtMs: number): PushedPlace | string {
  const location = JSON.parse(text);
  const read = readLocations([location], { source: OCPI_PUSH, receivedAtMs });
  const [place] = read.locations;
  if (place === undefined && read.gone.length === 0)
    return `the location cannot be used: ${Object.keys(read.quarantined).join(', ')}`;
  return { text, place, atMs: Math.min(updatedAtMs(location) ?? receivedAtMs, receivedAtMs) };
}

const refused = (statusCode: 2000 | 2001 | 2003, why: string): PushResult => ({
  kind: 'refused',
  statusCode,
  why,
});
