import { isInForce, type RestraintKind, type RuleRestraint } from '@outrider/domain';
import type { State } from '@outrider/state';

/** Restraints that are looked through, the newest. */
const RESTRAINTS_MAX = 1_000;

/** Rules that are held to silent cards now, newest first. */
export const listHeld = async ({
  restraints,
}: Pick<State, 'restraints'>): Promise<readonly RuleRestraint[]> =>
  (await restraints.list(RESTRAINTS_MAX)).filter(isInForce);

export interface Lifting {
  readonly ruleId: string;
  readonly kind: RestraintKind;
  /** Who says so, for the audit. */
  readonly by: string;
  readonly atMs: number;
}

/** Lets a rule interrupt again, audited; false when nothing of that kind holds it. */
export const liftRestraint = (state: State, { ruleId, kind, by, atMs }: Lifting): Promise<boolean> =>
  state.transaction(async (within) => {
    const held = (await listHeld(within)).filter((one) => one.ruleId === ruleId && one.kind === kind);
    for (const { restraintId } of held) {
      await within.restraints.answer(restraintId, { kind: 'lift', by, atMs });
      const action = `lift-${kind} ${ruleId}`;
      await within.audit.append({ atMs, actor: by, action, purpose: null, vehicleId: null });
    }
    return held.length > 0;
  });
