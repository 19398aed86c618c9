import { silentLog } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { expect, test } from 'vitest';
import { reinstate, reinstateText } from './reinstate.ts';

test('a rule that is held may interrupt again, once, and what was done is said', async () => {
  const state = await openState('memory:', { log: silentLog });
  try {
    expect(await reinstate({ state }, 'nervous', 7)).toBe(false);
    await state.restraints.raise({
      ...{
        restraintId: 'r',
        ruleId: 'nervous',
        ruleVersion: 'v1',
        kind: 'below-bar',
        sinceMs: 1,
        figures: {},
      },
    });
    expect(await reinstate({ state }, 'nervous', 7)).toBe(true);
    expect(await state.restraints.list(1)).toMatchObject([
      { answer: { kind: 'lift', by: 'service rules reinstate', atMs: 7 } },
    ]);
    expect(await reinstate({ state }, 'nervous', 8)).toBe(false);
  } finally {
    await state.close();
  }
  expect(reinstateText('nervous', true)).toContain('may interrupt again');
  expect(reinstateText('nervous', false)).toContain('nothing was changed');
});
