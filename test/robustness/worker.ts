import { parentPort } from 'node:worker_threads';
import { silentLog, systemClock } from '@outrider/runtime';
import {
  interruptionsOf,
  loadScenario,
  MEMORY,
  perturb,
  problemsText,
  replay,
  verdictsOf,
} from '@outrider/standalone';
import type { Job, Outcome } from './outcome.ts';

/** Plays one drive through every service, on engines in memory. */
async function play({ scenario: name, seed }: Job): Promise<Outcome> {
  const loaded = loadScenario(name);
  if (loaded.kind === 'invalid') throw new Error(problemsText(loaded.problems));
  const perturbed = seed === null ? undefined : perturb(loaded.scenario, seed);
  const scenario = perturbed?.scenario ?? loaded.scenario;
  const recording = await replay({
    scenario,
    ...(perturbed === undefined ? {} : { frames: perturbed.frames }),
    realClock: systemClock,
    log: silentLog,
    dataFolder: MEMORY,
  });
  const interruptions = interruptionsOf(recording);
  return {
    scenario: name,
    seed,
    interruptions: interruptions.length,
    points: verdictsOf(scenario, interruptions).map((verdict) => ({
      id: verdict.point.id,
      isNeeded: verdict.last.isNeeded && verdict.last.lastRemedyAtMs !== undefined,
      ignoredSocPct: verdict.last.ignoredSocPct,
      isWarned: verdict.warnedAtMs !== undefined,
      leadMinutes: verdict.leadMinutes ?? null,
      interruptions: verdict.interruptions.length,
      isRemedyEnough: verdict.followed?.endsAboveReserve ?? null,
    })),
  };
}

parentPort?.on('message', (job: Job) => {
  play(job).then(
    (outcome) => parentPort?.postMessage(outcome),
    (error: unknown) => {
      // Unhandled on purpose: a drive that cannot be played must end the run, not shrink it.
      throw new Error(
        `${job.scenario}, seed ${job.seed}: ${error instanceof Error ? error.stack : String(error)}`,
      );
    },
  );
});
