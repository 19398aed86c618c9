import type { Batch } from '@outrider/bus';

/** A record as it stands on the bus: still sealed, opened for whoever asks and may. */
export interface SealedRecord {
  readonly keyId: string;
  readonly box: Uint8Array;
}

/** The newest record of each vehicle, as far as `bytesMax` reaches; the longest unchanged go first. */
export interface NewestSealed {
  take(batch: Batch): void;
  find(vehicleId: string): SealedRecord | undefined;
  readonly bytes: number;
}

/** Beside the box itself: the map's entry, key id and vehicle id. */
const ENTRY_BYTES = 200;

export function createNewestSealed(bytesMax: number): NewestSealed {
  // Insertion order is order of change.
  const newest = new Map<string, SealedRecord>();
  let bytes = 0;
  const drop = (vehicleId: string): void => {
    const held = newest.get(vehicleId);
    if (held === undefined) return;
    newest.delete(vehicleId);
    bytes -= held.box.byteLength + ENTRY_BYTES;
  };
  return {
    take({ records }) {
      for (const { key, value, headers } of records) {
        drop(key);
        if (value === null) continue;
        newest.set(key, { keyId: headers.keyId ?? '', box: value });
        bytes += value.byteLength + ENTRY_BYTES;
        for (const oldest of newest.keys()) {
          if (bytes <= bytesMax) break;
          drop(oldest);
        }
      }
    },
    find: (vehicleId) => newest.get(vehicleId),
    get bytes() {
      return bytes;
    },
  };
}
