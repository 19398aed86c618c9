import { afterEach, beforeEach, describe } from 'vitest';
import { createHarness, type TelemetryEngine } from './contract/harness.ts';
import { queriesContract } from './contract/queries.ts';
import { signalsContract } from './contract/signals.ts';

/** What every time series must keep, whatever engine it runs on. `createEngine` is called once per test. */
export function telemetryContract(
  name: string,
  { keepsRows }: { readonly keepsRows: boolean },
  createEngine: () => TelemetryEngine,
): void {
  describe(`telemetry: ${name}`, () => {
    const harness = createHarness(keepsRows, createEngine);
    beforeEach(() => harness.start());
    afterEach(() => harness.end());

    signalsContract(harness);
    queriesContract(harness);
  });
}
