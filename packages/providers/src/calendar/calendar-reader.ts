import { type Clock, Workers, WorkerTimeout } from '@outrider/runtime';
import type { CalendarInput } from '../trips/ical.ts';
import { type TripReading, unreadable } from '../trips/trip-source.ts';

/** Reads calendars as `ical` does, beside the thread that asks. */
export interface CalendarReader {
  /** Never rejects for what a calendar says: one that takes too much to read is unreadable. */
  read(input: CalendarInput): Promise<TripReading>;
  close(): Promise<void>;
}

/** A calendar of 5,000 events takes a tenth of a second, the first one half a second more for the thread. */
const DEADLINE_MS = 5_000;
/** The same calendar takes some 30 MB. */
const HEAP_MB = 128;
/** One that hangs does not hold up all others. */
const THREADS = 2;

export function createCalendarReader(realClock: Clock, deadlineMs = DEADLINE_MS): CalendarReader {
  const workers = new Workers<CalendarInput, TripReading>({
    file: new URL('./calendar-worker.ts', import.meta.url),
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    ...{ deadlineMs, realClock, threads: THREADS },
  });
  return {
    read: (input) =>
      workers.ask(input).catch((error: unknown) => {
        if (error instanceof WorkerTimeout || isOutOfMemory(error))
          return unreadable('calendar', 'takes too much time or memory to read');
        throw error;
      }),
    close: () => workers.close(),
  };
}

const isOutOfMemory = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
