import type { Reader } from '@outrider/trust';
import { expect, test } from 'vitest';
import { openContent } from './content.ts';

const said = {
  ...{ subject: 'Low', title: 'Charge soon', body: 'Twenty minutes will do.', spoken: 'Charge soon.' },
  ...{ isFollowUp: false, deadlineAtMs: null },
  basis: { says: 'x', remedyKey: 'none', offered: [], probability: null, stopName: null },
};
const open = (content: object) => {
  const bytes = Buffer.from(JSON.stringify(content));
  const reader: Reader = { open: () => ({ kind: 'opened', bytes }) };
  return openContent(reader, { vehicleId: 'veh_aaaaaaaa', keyId: 'k', box: '' });
};

test('what a newer version wrote is sent all the same, without what it says more', () => {
  const newer = { ...said, colour: 'red', basis: { ...said.basis, mood: 'calm' } };
  expect(open(newer)).toEqual(said);
});

test('what lacks something cannot be sent', () => {
  const { title: _, ...broken } = said;
  expect(open(broken)).toBeUndefined();
});
