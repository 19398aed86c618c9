import type { OpenEngines } from '@outrider/standalone';
import {
  ackingEarly,
  forgetting,
  forgettingCommands,
  losingAlerts,
  writingLate,
} from '../proof/cheating-engines.ts';

/** Ways to break a promise on purpose. With any of them the proof must fail, or it proves nothing. */
export const SABOTAGES = {
  'ack-early': 'frames are acknowledged before the log has them',
  'commit-early': 'ingest commits its offsets before the series has the rows',
  'skip-dedupe': 'the notifier forgets what it has decided, and gives every message a new id',
  'lose-alerts': 'one alert in three never leaves the outbox',
  'forget-commands': 'what cars were asked before a restart is not read again',
  'sync-off': 'commits do not wait for the disk (shown by the power cut)',
} as const;
export type Sabotage = keyof typeof SABOTAGES;

export const isSabotage = (name: string): name is Sabotage => Object.hasOwn(SABOTAGES, name);

export function sabotaged(engines: OpenEngines, sabotage: Sabotage | undefined): OpenEngines {
  if (sabotage === 'ack-early') return { ...engines, bus: ackingEarly(engines.bus) };
  if (sabotage === 'commit-early') return { ...engines, telemetry: writingLate(engines.telemetry) };
  if (sabotage === 'skip-dedupe') return { ...engines, state: forgetting(engines.state) };
  if (sabotage === 'lose-alerts') return { ...engines, bus: losingAlerts(engines.bus) };
  if (sabotage === 'forget-commands') return { ...engines, bus: forgettingCommands(engines.bus) };
  return engines;
}
