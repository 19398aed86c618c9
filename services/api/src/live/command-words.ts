import type { z } from 'zod';
import type { commandView } from '../shapes/commands.ts';

type Shown = Pick<z.infer<typeof commandView>, 'state' | 'minutes' | 'energyKwh' | 'reason'>;

/** Why a command was cancelled, where we said so ourselves. */
const CANCELLED_BECAUSE: Readonly<Record<string, string>> = {
  'no-consent': 'this is switched off',
  'plan-changed': 'the plan changed',
  'asked-already': 'the same was asked already',
};

/** What the owner reads of a command. A car's own reason is said in its words. */
export function wordsOfCommand(
  { state, minutes, energyKwh, reason }: Shown,
  stopName: string | undefined,
): { readonly title: string; readonly body: string } {
  const purpose = stopName === undefined ? '' : ` for the charge at ${stopName}`;
  const costs = [
    ...(minutes === undefined ? [] : [`${Math.ceil(minutes)} min`]),
    ...(energyKwh === undefined ? [] : [`about ${energyKwh.toFixed(1)} kWh`]),
  ].join(', ');
  const cost = costs === '' ? '.' : `: ${costs}.`;
  const because = reason === undefined ? '.' : `: ${reason}.`;
  const cancelled = CANCELLED_BECAUSE[reason ?? ''];
  const body = {
    asked: `The car is asked to warm the battery${purpose}${cost}`,
    accepted: `The car will warm the battery${purpose}${cost}`,
    started: `Warming the battery${purpose}${cost}`,
    done: `The car has warmed the battery${purpose}.`,
    failed: `The car could not warm the battery${purpose}${because}`,
    refused: `The car does not warm the battery${purpose}${because}`,
    expired: `The car has not answered; it does not warm the battery${purpose}.`,
    cancelled: `Warming the battery${purpose} is cancelled${cancelled === undefined ? '.' : `: ${cancelled}.`}`,
  }[state];
  return { title: state === 'started' ? 'Warming the battery' : 'Battery warming', body };
}
