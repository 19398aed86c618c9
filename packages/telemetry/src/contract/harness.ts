import { SIGNAL } from '@outrider/domain';
import type { RawQuery, SeriesValue, SignalRow, TelemetryStore } from '../telemetry.ts';

export const START_MS = Date.UTC(2026, 0, 15, 8);
export const MINUTE_MS = 60_000;

/** An engine as the contract drives it: `open` again after `close` must find what was written. */
export interface TelemetryEngine {
  open(): Promise<TelemetryStore>;
  /** Removes everything. */
  clean(): Promise<void>;
}

/** What every test of the contract gets: a fresh store. */
export interface Harness {
  readonly store: TelemetryStore;
  readonly keepsRows: boolean;
  reopen(): Promise<void>;
}

/** A harness whose store is opened by `start` and removed by `end`. */
export function createHarness(keepsRows: boolean, createEngine: () => TelemetryEngine) {
  let engine: TelemetryEngine;
  const harness = {
    store: undefined as unknown as TelemetryStore,
    keepsRows,
    async reopen() {
      await harness.store.close();
      harness.store = await engine.open();
    },
    async start() {
      engine = createEngine();
      harness.store = await engine.open();
    },
    async end() {
      await harness.store.close();
      await engine.clean();
    },
  };
  return harness satisfies Harness;
}

/** A row of `car-1`, `index` seconds after the beginning. */
export const signalRow = (
  index: number,
  values: Record<string, SeriesValue> = { [SIGNAL.soc]: index },
): SignalRow => ({
  vehicleId: 'car-1',
  observedAtMs: START_MS + index * 1_000,
  recordId: `record-${String(index).padStart(4, '0')}`,
  receivedAtMs: START_MS + index * 1_000 + 200,
  values,
});

/** Everything of `car-1`. */
export const all: RawQuery = {
  vehicleId: 'car-1',
  paths: [],
  fromMs: 0,
  toMs: Number.MAX_SAFE_INTEGER,
  limit: 10_000,
};
