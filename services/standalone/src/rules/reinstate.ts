import { answerRestraint } from '@outrider/api';
import type { Stores } from '../stores.ts';

const ACTOR = 'service rules reinstate';

/** Lets a rule below its bar interrupt again, as the api does; false when it is not held for that. */
export const reinstate = ({ state }: Pick<Stores, 'state'>, ruleId: string, atMs: number): Promise<boolean> =>
  answerRestraint(state, { ruleId, kind: 'below-bar', answer: 'lift', by: ACTOR, atMs });

export const reinstateText = (ruleId: string, isLifted: boolean): string =>
  isLifted
    ? `${ruleId} may interrupt again. It is judged anew by what ends from tomorrow on.\n`
    : `${ruleId} is not held to silent cards for being below its bar: nothing was changed. outrider quality lists what is.\n`;
