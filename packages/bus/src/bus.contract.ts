import { afterEach, beforeEach, describe } from 'vitest';
import { cleanupContract } from './contract/cleanup.ts';
import { controlContract } from './contract/control.ts';
import { failuresContract } from './contract/failures.ts';
import { groupsContract } from './contract/groups.ts';
import { type BusEngine, createHarness } from './contract/harness.ts';
import { offsetsContract } from './contract/offsets.ts';
import { publishingContract } from './contract/publishing.ts';

/** What every bus must keep, whatever engine it runs on. `createEngine` is called once per test. */
export function busContract(
  name: string,
  { keepsRecords }: { readonly keepsRecords: boolean },
  createEngine: () => BusEngine,
): void {
  describe(`bus: ${name}`, () => {
    const harness = createHarness(keepsRecords, createEngine);
    beforeEach(() => harness.start());
    afterEach(() => harness.end());

    publishingContract(harness);
    groupsContract(harness);
    offsetsContract(harness);
    failuresContract(harness);
    controlContract(harness);
    cleanupContract(harness);
  });
}
