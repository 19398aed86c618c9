import { afterEach, beforeEach, describe } from 'vitest';
import { cleansItselfContract, cleanupContract } from './contract/cleanup.ts';
import { controlContract } from './contract/control.ts';
import { failuresContract } from './contract/failures.ts';
import { groupsContract } from './contract/groups.ts';
import { type BusEngine, createHarness, type EngineTraits } from './contract/harness.ts';
import { offsetsContract } from './contract/offsets.ts';
import { publishingContract } from './contract/publishing.ts';

/** What every bus must keep, whatever engine it runs on. `createEngine` is called once per test. */
export function busContract(name: string, traits: EngineTraits, createEngine: () => BusEngine): void {
  describe(`bus: ${name}`, () => {
    const harness = createHarness(traits, createEngine);
    beforeEach(() => harness.start());
    afterEach(() => harness.end());

    publishingContract(harness);
    groupsContract(harness);
    offsetsContract(harness);
    failuresContract(harness);
    controlContract(harness);
    if (traits.cleans === 'when asked') cleanupContract(harness);
    else cleansItselfContract(harness);
  });
}
