import { expect, test } from 'vitest';
import { driver } from '../notifier.fixture.ts';
import { PASS } from '../stage.ts';
import { recipients } from './recipients.ts';

test('nobody is a reason, so is somebody who has handed the car over, and whoever drives it passes', () => {
  const decide = (recipient: typeof driver | undefined, isTheirs: boolean) =>
    recipients.decide({ recipient, isTheirs });
  expect(decide(undefined, false)).toEqual({ kind: 'suppress', reason: 'no-recipient' });
  expect(decide(driver, false)).toEqual({ kind: 'suppress', reason: 'off-shift' });
  expect(decide(driver, true)).toEqual(PASS);
});
