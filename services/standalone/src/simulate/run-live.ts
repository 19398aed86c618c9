import { existsSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { FleetEvent } from '@outrider/fleet';
import { factCatalogue, loadRules, OWN_RULES } from '@outrider/predictor';
import { type Log, manualClock } from '@outrider/runtime';
import { readQuality } from '../alert-quality.ts';
import { progressBar } from '../print/progress-bar.ts';
import { byRuleText, figuresByRule, readAlerts } from './by-rule.ts';
import { checkOf, checkText } from './check.ts';
import { truthLine } from './lines.ts';
import { playFleet } from './play-fleet.ts';
import type { SimulateCommand } from './read-command.ts';
import { againText, fleetOptions, type SimulateTools, SimulationRefused } from './run.ts';

/** Lets the fleet live with all services, and keeps what they stored. @throws SimulationRefused */
export async function runLive(
  command: Extract<SimulateCommand, { kind: 'simulate-data' }>,
  tools: SimulateTools & { readonly log: Log },
): Promise<void> {
  const { clock, log, signal } = tools;
  const options = fleetOptions(command, clock.nowMs());
  const { dataFolder } = command;
  // Real cars and made-up ones in one folder would share thresholds, brakes and an audit: never.
  if (['state.db', 'bus.db', 'telemetry.db'].some((file) => existsSync(join(dataFolder, file))))
    throw new SimulationRefused(
      `${dataFolder} is in use: a fleet that does not exist gets a folder of its own`,
    );
  await mkdir(dataFolder, { recursive: true });
  const truth = await open(join(dataFolder, 'truth.jsonl'), 'w');
  try {
    const startMs = clock.nowMs();
    let frames = 0;
    const onEvents = async (events: readonly FleetEvent[]): Promise<void> => {
      frames += events.filter(({ kind }) => kind === 'frame').length;
      const lines = events.flatMap((event) => (event.kind === 'truth' ? [truthLine(event)] : []));
      if (lines.length > 0) await truth.write(lines.join(''));
    };
    const { stretches, interruptions } = await playFleet({
      ...{ fleet: options, dataFolder, realClock: clock, log, onEvents },
      ...(signal && { signal }),
      ...(tools.isWatched && { onProgress: progressBar(tools.stderr, 'living') }),
    });
    const tookS = (clock.nowMs() - startMs) / 1_000;
    const asked = { days: options.days + 1, isSynthetic: true };
    const atEnd = manualClock(options.fromMs + options.days * 24 * 3_600_000);
    const stateUrl = `sqlite:${join(dataFolder, 'state.db')}`;
    const quality = await readQuality(stateUrl, asked, { clock: atEnd, log });
    const byRule = figuresByRule(
      (await loadRules(OWN_RULES, factCatalogue)).map(({ id }) => id),
      await readAlerts(stateUrl, log),
      interruptions,
    );
    const rate = Math.round((60 * options.cars * options.days) / Math.max(1, tookS));
    const took = `${frames} frames in ${Math.round(tookS)} s: ${rate} car-days per minute.\n`;
    tools.stdout.write(
      `${checkText(checkOf(stretches), quality)}\n${byRuleText(byRule)}\n${took}${againText(options)}`,
    );
  } finally {
    await truth.close();
  }
}
