import { type Batch, type BusRecord, decodeRecord, type Opener, TOPICS } from '@outrider/bus';
import { latitude, longitude, SIGNAL } from '@outrider/domain';
import { z } from 'zod';

/** Where a car was, as it said itself. */
export interface Place {
  readonly lat: number;
  readonly lon: number;
  readonly observedAtMs: number;
}

/** The newest record of each car that says where it is, unread: its place stays sealed until somebody may know it. */
export interface NewestPlaces {
  take(batch: Batch): void;
  /** Opened now, for one purpose; undefined: none came, or it may not be read. */
  find(vehicleId: string, opener: Opener): Place | undefined;
}

/** Beside the record itself: the map's entry and the vehicle id. */
const ENTRY_BYTES = 200;
const PLACES = Buffer.from('"places"');

/** @param bytesMax what all of them may take; the longest unchanged go first */
export function createNewestPlaces(bytesMax: number): NewestPlaces {
  const newest = new Map<string, BusRecord>();
  let bytes = 0;
  const drop = (vehicleId: string): void => {
    const held = newest.get(vehicleId);
    if (held === undefined || !newest.delete(vehicleId)) return;
    bytes -= (held.value?.byteLength ?? 0) + ENTRY_BYTES;
  };
  return {
    take({ records }) {
      for (const record of records) {
        // Most records are not decoded here at all: nobody asks for those cars.
        if (record.value === null || !Buffer.from(record.value).includes(PLACES)) continue;
        drop(record.key);
        newest.set(record.key, record);
        bytes += record.value.byteLength + ENTRY_BYTES;
        for (const oldest of newest.keys()) {
          if (bytes <= bytesMax) break;
          drop(oldest);
        }
      }
    },
    find(vehicleId, opener) {
      const held = newest.get(vehicleId);
      return held && openPlace(held, opener);
    },
  };
}

const position = z.object({ [SIGNAL.latitude]: latitude, [SIGNAL.longitude]: longitude });

function openPlace(record: BusRecord, opener: Opener): Place | undefined {
  const decoded = decodeRecord(TOPICS.signals, record, opener);
  if (decoded.kind !== 'record' || decoded.record.places === undefined) return undefined;
  const { places, observedAtMs, vehicleId } = decoded.record;
  const opened = opener.open(vehicleId, places.keyId, Buffer.from(places.box, 'base64url'));
  if (opened.kind !== 'opened') return undefined;
  const said = position.safeParse(JSON.parse(Buffer.from(opened.bytes).toString('utf8'))).data;
  const lat = said?.[SIGNAL.latitude];
  const lon = said?.[SIGNAL.longitude];
  return lat === undefined || lon === undefined ? undefined : { lat, lon, observedAtMs };
}
