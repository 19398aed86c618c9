import { isInForce, type RestraintAnswer, type RestraintKind, type RuleRestraint } from '@outrider/domain';
import type { State } from '@outrider/state';

/** Restraints that are looked through, the newest. */
const RESTRAINTS_MAX = 1_000;

/** Rules that are held to silent cards now, newest first. */
export const listHeld = async (
  { restraints }: Pick<State, 'restraints'>,
  nowMs: number,
): Promise<readonly RuleRestraint[]> =>
  (await restraints.list(RESTRAINTS_MAX)).filter((one) => isInForce(one, nowMs));

export interface Answering {
  readonly ruleId: string;
  readonly kind: RestraintKind;
  readonly answer: RestraintAnswer['kind'];
  /** Who says so, for the audit. */
  readonly by: string;
  readonly atMs: number;
}

/** Lets a rule interrupt again, or keeps it from doing so; audited. False when nothing of that kind holds it. */
export const answerRestraint = (
  state: State,
  { ruleId, kind, answer, by, atMs }: Answering,
): Promise<boolean> =>
  state.transaction(async (within) => {
    const held = (await listHeld(within, atMs)).filter((one) => one.ruleId === ruleId && one.kind === kind);
    for (const { restraintId } of held) {
      await within.restraints.answer(restraintId, { kind: answer, by, atMs });
      const action = `${answer}-${kind} ${ruleId}`;
      await within.audit.append({ atMs, actor: by, action, purpose: null, vehicleId: null });
    }
    return held.length > 0;
  });
