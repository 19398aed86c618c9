import { type Clock, Workers, WorkerTimeout } from '@outrider/runtime';
import type { tripSources } from '../trips/index.ts';
import { type TripReading, unreadable } from '../trips/trip-source.ts';

/** What strangers write and send whole; each with what its source wants beside the text. */
type Written = Pick<typeof tripSources, 'dispatcherCsv' | 'geojson' | 'gpx' | 'ical'>;
export type WrittenKind = keyof Written;
export type WrittenInput<Kind extends WrittenKind> = Parameters<Written[Kind]['read']>[0];

export interface TripQuestion {
  readonly kind: WrittenKind;
  readonly input: unknown;
}

/** Reads calendars and files as `tripSources` do, beside the thread that asks. */
export interface TripReader {
  /** Never rejects for what a text says: one that takes too much to read is unreadable. */
  read<Kind extends WrittenKind>(kind: Kind, input: WrittenInput<Kind>): Promise<TripReading>;
  close(): Promise<void>;
}

/** A calendar of 5,000 events takes a tenth of a second, the first one half a second more for the thread. */
const DEADLINE_MS = 5_000;
/** The same calendar takes some 30 MB. */
const HEAP_MB = 128;
/** One that hangs does not hold up all others. */
const THREADS = 2;

export function createTripReader(realClock: Clock, deadlineMs = DEADLINE_MS): TripReader {
  const workers = new Workers<TripQuestion, TripReading>({
    file: new URL('./trip-reader-worker.ts', import.meta.url),
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    ...{ deadlineMs, realClock, threads: THREADS },
  });
  return {
    read: (kind, input) =>
      workers.ask({ kind, input }).catch((error: unknown) => {
        if (error instanceof WorkerTimeout || isOutOfMemory(error))
          return unreadable(FIELDS[kind], 'takes too much time or memory to read');
        throw error;
      }),
    close: () => workers.close(),
  };
}

/** What a text is called where people are told of it. */
const FIELDS: Readonly<Record<WrittenKind, string>> = {
  dispatcherCsv: 'csv',
  geojson: 'geojson',
  gpx: 'gpx',
  ical: 'calendar',
};

const isOutOfMemory = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
