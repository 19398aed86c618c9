/** Thread of the queries: opens the file for reading only and answers one question at a time. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerAnswer } from '@outrider/runtime';
import { type SeriesAnswer, SeriesQueries, type SeriesQuery } from './series-queries.ts';

const { path } = workerData as { readonly path: string };
const queries = new SeriesQueries(new DatabaseSync(path, { readOnly: true, timeout: 5_000 }));

parentPort?.on('message', (asked: SeriesQuery) => parentPort?.postMessage(answerOrError(asked)));

function answerOrError(asked: SeriesQuery): WorkerAnswer<SeriesAnswer> {
  try {
    return { kind: 'answer', answer: queries.answer(asked) };
  } catch (error) {
    const { name, message } = error as Error;
    return { kind: 'error', name, message };
  }
}
