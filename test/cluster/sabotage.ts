import { join } from 'node:path';
import type { ServiceName } from './supervised.ts';

/** Ways to break a promise on purpose. With any of them the proof must fail, or it proves nothing. */
export const SABOTAGES = {
  'commit-early': 'ingest commits its offsets before the series has the rows',
} as const;
export type Sabotage = keyof typeof SABOTAGES;

export const isSabotage = (name: string): name is Sabotage => Object.hasOwn(SABOTAGES, name);

const preload = (name: string): string => join(import.meta.dirname, `${name}.preload.ts`);

/** Whose engine cheats, and the module that sees to it. */
export const CHEATING: Readonly<
  Record<Sabotage, { readonly service: ServiceName; readonly preload: string }>
> = {
  'commit-early': { service: 'ingest', preload: preload('commit-early') },
};
