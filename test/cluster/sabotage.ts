import { join } from 'node:path';
import type { ServiceName } from './supervised.ts';

/** Ways to break a promise on purpose. With any of them the proof must fail, or it proves nothing. */
export const SABOTAGES = {
  'ack-early': 'the gateway acknowledges frames before the log has them',
  'commit-early': 'ingest commits its offsets before the series has the rows',
  'skip-dedupe': 'the notifier forgets what it has decided, and gives every message a new id',
} as const;
export type Sabotage = keyof typeof SABOTAGES;

export const isSabotage = (name: string): name is Sabotage => Object.hasOwn(SABOTAGES, name);

const preload = (name: string): string => join(import.meta.dirname, `${name}.preload.ts`);

/** Whose engine cheats, and the module that sees to it. */
export const CHEATING: Readonly<
  Record<Sabotage, { readonly service: ServiceName; readonly preload: string }>
> = {
  'ack-early': { service: 'gateway', preload: preload('ack-early') },
  'commit-early': { service: 'ingest', preload: preload('commit-early') },
  'skip-dedupe': { service: 'notifier', preload: preload('skip-dedupe') },
};
