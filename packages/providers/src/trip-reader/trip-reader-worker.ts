/** Thread of calendars and files: reads one at a time. What a stranger wrote may need any time and memory to read. */
import { parentPort } from 'node:worker_threads';
import type { WorkerAnswer } from '@outrider/runtime';
import { type TripReading, type TripSource, tripSources } from '../trips/index.ts';
import type { TripQuestion } from './trip-reader.ts';

parentPort?.on('message', ({ kind, input }: TripQuestion) => {
  // The asking side holds kind and input together; a message between threads has lost that.
  const source = tripSources[kind] as TripSource<unknown>;
  const answer: WorkerAnswer<TripReading> = { kind: 'answer', answer: source.read(input) };
  parentPort?.postMessage(answer);
});
