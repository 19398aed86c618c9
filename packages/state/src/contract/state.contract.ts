import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { State } from '../state.ts';
import { askedAlertsContract } from './asked-alerts.contract.ts';
import { assignmentsContract } from './assignments.contract.ts';
import { contactsContract } from './contacts.contract.ts';
import { doubtsContract } from './doubts.contract.ts';
import { failedContract } from './failed.contract.ts';
import { notifierContract } from './notifier.contract.ts';
import { opinionsContract } from './opinions.contract.ts';
import { passkeysContract } from './passkeys.contract.ts';
import { peopleContract } from './people.contract.ts';
import { predictorContract } from './predictor.contract.ts';
import { restraintsContract } from './restraints.contract.ts';
import { person } from './rows.ts';
import { ruleLoadsContract } from './rule-loads.contract.ts';
import { transactionContract } from './transaction.contract.ts';
import { trustContract } from './trust.contract.ts';
import { watchLinesContract } from './watch-lines.contract.ts';

/** One database for one test. */
export interface StateUnderTest {
  /** Opens it; a second call opens the same one again. */
  open(): Promise<State>;
  remove(): Promise<void>;
}

/** What every engine must do. `isDurable`: the database outlives `close`. */
export function stateContract(engine: string, create: () => StateUnderTest, isDurable: boolean): void {
  describe(`state on ${engine}`, () => {
    let database: StateUnderTest;
    let opened: State;
    const state = (): State => opened;

    beforeEach(async () => {
      database = create();
      opened = await database.open();
    });
    afterEach(async () => {
      await opened.close();
      await database.remove();
    });

    peopleContract(state);
    contactsContract(state);
    assignmentsContract(state);
    trustContract(state);
    predictorContract(state);
    restraintsContract(state);
    ruleLoadsContract(state);
    passkeysContract(state);
    notifierContract(state);
    doubtsContract(state);
    failedContract(state);
    opinionsContract(state);
    askedAlertsContract(state);
    watchLinesContract(state);
    transactionContract(state);

    test('it answers while it is open and not afterwards; closing twice is fine', async () => {
      await opened.ping();
      await opened.close();
      await opened.close();
      await expect(opened.ping()).rejects.toThrow();
    });

    test('closing waits for what was begun', async () => {
      const writes = Array.from({ length: 5 }, (_, index) =>
        opened.people.insert(person({ personId: `per_${index}` })),
      );
      await Promise.all([...writes, opened.close()]);
    });

    if (isDurable) {
      test('what was written is there after opening again', async () => {
        await opened.people.insert(person());
        await opened.close();
        opened = await database.open();
        expect(await opened.people.find('per_aaaaaaaa')).toEqual(person());
      });
    }
  });
}
