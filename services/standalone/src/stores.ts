import { type Bus, openBus } from '@outrider/bus';
import { type Clock, type Log, lockDataFolders } from '@outrider/runtime';
import { openState, type State } from '@outrider/state';
import { openTelemetry, type TelemetryStore } from '@outrider/telemetry';
import { createTrust, type Trust } from '@outrider/trust';

/** What a command reads of what a server stored. */
export interface Stores {
  /** The log: opened when it is asked for, since not every command needs it. */
  readonly openLog: () => Promise<Bus>;
  readonly state: State;
  readonly telemetry: TelemetryStore;
  readonly trust: Trust;
}

export interface StoreUrls {
  readonly busUrl: string;
  readonly stateUrl: string;
  readonly telemetryUrl: string;
}

/** Opens the engines that the URLs name for `work`. @throws what they say, and DataFolderInUse while a server runs on the same files */
export async function withStores<T>(
  urls: StoreUrls,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  work: (stores: Stores) => Promise<T>,
): Promise<T> {
  const opened: { close(): Promise<void> }[] = [];
  const keep = <E extends { close(): Promise<void> }>(one: E): E => {
    opened.unshift(one);
    return one;
  };
  try {
    const lock = await lockDataFolders([urls.busUrl, urls.stateUrl, urls.telemetryUrl]);
    keep({ close: () => lock.release() });
    const state = keep(await openState(urls.stateUrl, { log }));
    const telemetry = keep(await openTelemetry(urls.telemetryUrl, { log }));
    const openLog = async () => keep(await openBus(urls.busUrl, { clock, log }));
    return await work({ openLog, state, telemetry, trust: createTrust({ ...state, eventClock: clock }) });
  } finally {
    for (const one of opened) await one.close();
  }
}
