import type { Clock, Log } from '@outrider/runtime';
import { type ReplayOptions, replay } from '../demo/replay.ts';
import { type Judged, judge } from '../demo/report.ts';
import { openScratchFolder } from '../demo/scratch-folder.ts';
import type { Scenario } from '../scenario/index.ts';
import { castProcesses } from './cast-processes.ts';
import { type Disturbances, disturb, type Kill } from './disturbances.ts';
import { missingWarnings, type Outcome, outcomeOf } from './outcome.ts';
import { recount } from './recount.ts';
import type { Program } from './service-process.ts';

export interface ChaosOptions {
  readonly scenario: Scenario;
  /** Name or folder, for the processes to read it from. */
  readonly scenarioName: string;
  readonly seed: number;
  readonly realClock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** What is run as each service; absent: the service as it is. */
  readonly program?: Program;
  readonly onProgress: (text: string, done: number, total: number) => void;
}

/** A service that was killed, and when, on the drive's clock. */
export interface Death extends Kill {
  readonly diedAtMs: number;
}

/** One drive undisturbed and disturbed. */
export interface ChaosReport {
  readonly seed: number;
  readonly clean: Outcome;
  readonly chaos: Outcome;
  readonly disturbances: Disturbances;
  readonly deaths: readonly Death[];
  /** Every promise that was not kept, or not put to the test, in words. */
  readonly broken: readonly string[];
}

/**
 * Plays a drive twice: all services in one process and nothing in their way; then each as a process of its own,
 * killed, without weather for a while, and with frames that come twice and out of order.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, scenarioName, realClock, log, program, onProgress } = options;
  const clean = await playAndRecount(options, {
    onProgress: (done, total) => onProgress('undisturbed', done, total),
  });
  const disturbances = disturb(clean.drive, seed);
  const deaths: Death[] = [];
  const chaos = await playAndRecount(options, {
    frames: disturbances.frames,
    cast: (scene) =>
      castProcesses(scene, {
        ...{ scenario: scenarioName, disturbances, realClock, log },
        ...(program === undefined ? {} : { program }),
        onDeath: (kill, diedAtMs) => deaths.push({ ...kill, diedAtMs }),
      }),
    onProgress: (done, total) => onProgress(`disturbed, ${deaths.length} killed`, done, total),
  });
  const report = { seed, clean, chaos, disturbances, deaths };
  return { ...report, broken: brokenOf(report) };
}

async function playAndRecount(
  { scenario, realClock, log, signal }: ChaosOptions,
  how: Partial<ReplayOptions>,
): Promise<Outcome> {
  const scratch = await openScratchFolder();
  try {
    const dataFolder = scratch.path;
    const drive: Judged = judge(await replay({ scenario, realClock, log, signal, dataFolder, ...how }));
    return outcomeOf(drive, await recount(dataFolder, drive.recording.vehicleId));
  } finally {
    await scratch.remove();
  }
}

function brokenOf({ clean, chaos, disturbances, deaths }: Omit<ChaosReport, 'broken'>): readonly string[] {
  const { framesLost, framesDoubled, alertsLost, alertsDoubled, notSaid } = chaos.broken;
  const told = (what: string, those: readonly string[]) => those.map((one) => `${what}: ${one}`);
  return [
    ...Object.entries(clean.broken).flatMap(([what, those]) => told(`undisturbed, ${what}`, those)),
    ...told('a frame was lost', framesLost),
    ...told('a frame is stored twice', framesDoubled),
    ...told('an alert was lost', [...alertsLost, ...missingWarnings(clean.drive, chaos.drive)]),
    ...told('an alert was doubled', alertsDoubled),
    ...told('a message does not say what it rests on', notSaid),
    // A promise that was never put to the test was not kept.
    ...(deaths.length < disturbances.kills.length ? ['not tested: a service was not killed'] : []),
    ...(disturbances.isWeatherMissed && chaos.degraded <= clean.degraded
      ? ['not tested: no warning fell into the time without weather']
      : []),
  ];
}
