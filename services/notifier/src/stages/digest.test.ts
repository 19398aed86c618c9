import { expect, test } from 'vitest';
import { START_MS } from '../notifier.fixture.ts';
import { PASS } from '../stage.ts';
import { digest } from './digest.ts';

const nowMs = START_MS;

test('what interrupts is a silent card where it is told together, and passes where it is not', () => {
  const decide = (interrupts: boolean, kind?: 'digest' | 'flood') =>
    digest.decide({ nowMs, interrupts, digest: kind });
  expect(decide(true, 'digest')).toEqual({ kind: 'silent', reason: 'digest' });
  expect(decide(true, 'flood')).toEqual({ kind: 'silent', reason: 'flood' });
  expect(decide(true)).toEqual(PASS);
  expect(decide(false, 'digest')).toEqual(PASS);
});

test('an escalation that has come to its turn in a flood is left to the digest; another waits on', () => {
  const decide = (dueAtMs: number | undefined, kind?: 'flood') =>
    digest.decide({
      ...{ nowMs, interrupts: true, digest: kind },
      escalation: { dueAtMs, interruptedAtMs: [], rates: [] },
    });
  expect(decide(nowMs, 'flood')).toEqual({ kind: 'suppress', reason: 'flood' });
  expect(decide(nowMs + 1, 'flood')).toEqual(PASS);
  expect(decide(undefined, 'flood')).toEqual(PASS);
  expect(decide(nowMs)).toEqual(PASS);
});
