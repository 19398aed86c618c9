/** Thread of Valhalla: answers one question at a time from tiles of this machine. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { WorkerAnswer } from '@outrider/runtime';
import { actorFailure } from './actor-failure.ts';

/** In the words of Valhalla's HTTP server: its path, and the JSON it would be sent. */
export interface ActorQuestion {
  readonly path: string;
  readonly body: string;
}

export interface ActorAnswer {
  readonly status: number;
  readonly text: string;
}

/** The part of the package used here: JSON in, JSON out. */
type Actor = Readonly<Record<string, (question: string) => Promise<string>>>;

/** Actions by the path that Valhalla's HTTP server gives them. */
const ACTIONS = new Map([
  ['/route', 'route'],
  ['/height', 'height'],
  ['/trace_attributes', 'traceAttributes'],
  ['/sources_to_targets', 'matrix'],
  ['/status', 'status'],
]);

type Section = Record<string, unknown>;

/** What the tiles were built with, without what would speak: to the terminal, or to servers of tiles and heights. */
function quiet(config: Record<string, Section | undefined>): object {
  const { mjolnir, additional_data, loki, thor, odin, ...rest } = config;
  const silent = (section: Section | undefined) => ({ ...section, logging: { type: '' } });
  return {
    ...rest,
    ...{ loki: silent(loki), thor: silent(thor), odin: silent(odin) },
    mjolnir: { ...silent(mjolnir), tile_url: '' },
    additional_data: { ...additional_data, elevation_url: '' },
  };
}

function openActor(): Actor {
  const { configFile, module } = workerData as { readonly configFile: string; readonly module: string };
  const { Actor: Constructor } = createRequire(import.meta.url)(module);
  return new Constructor(quiet(JSON.parse(readFileSync(configFile, 'utf8'))));
}

let actor: Actor | undefined;

async function answer({ path, body }: ActorQuestion): Promise<ActorAnswer> {
  actor ??= openActor();
  const action = actor[ACTIONS.get(path) ?? ''];
  if (action === undefined)
    return { status: 404, text: JSON.stringify({ error_code: 106, error: 'No such action' }) };
  try {
    return { status: 200, text: await action.call(actor, body) };
  } catch (error) {
    return { status: 400, text: JSON.stringify(actorFailure((error as Error).message)) };
  }
}

parentPort?.on('message', async (question: ActorQuestion) => {
  let said: WorkerAnswer<ActorAnswer>;
  try {
    said = { kind: 'answer', answer: await answer(question) };
  } catch (error) {
    said = { kind: 'error', name: (error as Error).name, message: (error as Error).message };
  }
  parentPort?.postMessage(said);
});
