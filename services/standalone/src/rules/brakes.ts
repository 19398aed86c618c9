import { answerRestraint, listHeld } from '@outrider/api';
import type { RestraintAnswer, RuleRestraint } from '@outrider/domain';
import { heldText } from '../held-text.ts';
import type { Stores } from '../stores.ts';

const ACTOR = 'service rules brakes';

export interface BrakeAnswer {
  readonly ruleId: string;
  readonly answer: RestraintAnswer['kind'];
}

export interface Brakes {
  /** What was said to each rule; false when it is not braked. */
  readonly answered: readonly (BrakeAnswer & { readonly isTaken: boolean })[];
  /** After that. */
  readonly brakes: readonly RuleRestraint[];
}

/** Answers first, as the api does, then lists the rules that are braked now. */
export async function answerBrakes(
  { state }: Pick<Stores, 'state'>,
  said: readonly BrakeAnswer[],
  atMs: number,
): Promise<Brakes> {
  const answered: Brakes['answered'][number][] = [];
  for (const one of said) {
    const isTaken = await answerRestraint(state, { ...one, kind: 'brake', by: ACTOR, atMs });
    answered.push({ ...one, isTaken });
  }
  return { answered, brakes: (await listHeld(state, atMs)).filter(({ kind }) => kind === 'brake') };
}

/** For people. */
export function brakesText({ answered, brakes }: Brakes): string {
  const said = answered.map(({ ruleId, answer, isTaken }) => {
    if (!isTaken) return `${ruleId} is not braked: nothing was changed.\n`;
    return answer === 'lift' ? `${ruleId} may interrupt again.\n` : `${ruleId} is kept to silent cards.\n`;
  });
  return [...said, ...(brakes.length === 0 ? ['No rule is braked.\n'] : brakes.map(heldText))].join('');
}
