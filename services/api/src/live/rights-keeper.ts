import type { Runtime } from '@outrider/runtime';
import type { Hub } from './hub.ts';

/** Asks anew what open live feeds may show. */
export interface RightsKeeper {
  refresh(personId?: string): Promise<void>;
  /** For the timer: rounds do not pile up when one outlasts the interval. */
  refreshAll(): Promise<void>;
}

export function createRightsKeeper(hub: Hub, { log }: Runtime): RightsKeeper {
  let round: Promise<void> | undefined;
  const refresh = (personId?: string): Promise<void> =>
    hub.refresh(personId).catch((error: unknown) => {
      log.warn({ err: String(error) }, 'rights of live feeds could not be asked for');
    });
  return {
    refresh,
    refreshAll() {
      round ??= refresh().finally(() => {
        round = undefined;
      });
      return round;
    },
  };
}
