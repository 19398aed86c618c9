import { PASS, type SendFacts, silent, suppress, type Verdict } from '../stage.ts';

/**
 * To whoever looks after many cars, warnings of a kind are one message, and so is a flood: each of them is a silent
 * card, and what interrupts is the digest. An escalation that comes to its turn in a flood is left to the digest.
 */
export const digest = {
  name: 'digest',
  decide({
    nowMs,
    interrupts,
    escalation,
    digest: kind,
  }: Pick<SendFacts, 'nowMs' | 'interrupts' | 'escalation' | 'digest'>): Verdict {
    if (kind === undefined || !interrupts) return PASS;
    if (escalation === undefined) return silent(kind);
    const isDue = escalation.dueAtMs !== undefined && escalation.dueAtMs <= nowMs;
    return isDue ? suppress(kind) : PASS;
  },
};
