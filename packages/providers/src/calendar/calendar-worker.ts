/** Thread of the calendars: reads one at a time. What a stranger wrote may need any time and memory to read. */
import { parentPort } from 'node:worker_threads';
import type { WorkerAnswer } from '@outrider/runtime';
import { type CalendarInput, ical } from '../trips/ical.ts';
import type { TripReading } from '../trips/trip-source.ts';

parentPort?.on('message', (input: CalendarInput) => {
  const answer: WorkerAnswer<TripReading> = { kind: 'answer', answer: ical.read(input) };
  parentPort?.postMessage(answer);
});
