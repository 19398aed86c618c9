import { expect, test } from 'vitest';
import { PASS } from '../stage.ts';
import { escalate } from './escalate.ts';

for (const { isFollowUp, hasReceipt, isDropped } of [
  { isFollowUp: true, hasReceipt: true, isDropped: true },
  { isFollowUp: true, hasReceipt: false, isDropped: false },
  { isFollowUp: false, hasReceipt: true, isDropped: false },
])
  test(`follow-up ${isFollowUp}, receipt ${hasReceipt}: ${isDropped ? 'dropped' : 'sent'}`, () =>
    expect(escalate.decide({ isFollowUp, hasReceipt })).toEqual(
      isDropped ? { kind: 'suppress', reason: 'acknowledged' } : PASS,
    ));
