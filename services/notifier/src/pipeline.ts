import type { SuppressReason } from '@outrider/domain';
import type { Facts, SendFacts, Stage } from './stage.ts';
import { bundle } from './stages/bundle.ts';
import { consent } from './stages/consent.ts';
import { dedup } from './stages/dedup.ts';
import { digest } from './stages/digest.ts';
import { doubt } from './stages/doubt.ts';
import { drivingState } from './stages/driving-state.ts';
import { escalate } from './stages/escalate.ts';
import { inhibit } from './stages/inhibit.ts';
import { quietHours } from './stages/quiet-hours.ts';
import { recipients } from './stages/recipients.ts';
import { snooze } from './stages/snooze.ts';
import { throttle } from './stages/throttle.ts';

/** THE stages an alert's step passes for each person and channel, in this order. */
export const STAGES: readonly Stage<Facts>[] = [
  recipients,
  inhibit,
  snooze,
  doubt,
  consent,
  drivingState,
  quietHours,
  digest,
  bundle,
  dedup,
  throttle,
  escalate,
];

/** Of a drill: nothing is spared a canary, so that every rule and channel is seen to work. */
export const DRILL_STAGES = STAGES.filter((stage) => stage !== bundle && stage !== throttle);

/** Asked again at the moment of sending: the world may have changed while the message waited. */
export const SENDING_STAGES: readonly Stage<SendFacts>[] = [
  recipients,
  consent,
  escalate,
  digest,
  drivingState,
  quietHours,
];

export type Outcome =
  | { readonly kind: 'suppressed'; readonly reason: SuppressReason }
  | {
      readonly kind: 'send';
      /** Event time; now when nothing holds it. */
      readonly notBeforeMs: number;
      readonly interrupts: boolean;
      /** Why it is held or silent. */
      readonly reason: SuppressReason | null;
      /** Held because of the driving state: a follow-up to what the feed says now. */
      readonly isFollowUp: boolean;
    };

/** Runs the stages in order; the first suppression ends it, the longest hold counts. */
export function runStages<F extends SendFacts>(stages: readonly Stage<F>[], facts: F): Outcome {
  let outcome: Extract<Outcome, { kind: 'send' }> = {
    kind: 'send',
    notBeforeMs: facts.nowMs,
    interrupts: facts.interrupts,
    reason: null,
    isFollowUp: facts.isFollowUp,
  };
  // Whoever silences first says why.
  let isSilenced = false;
  for (const stage of stages) {
    const verdict = stage.decide(facts);
    if (verdict.kind === 'suppress') return { kind: 'suppressed', reason: verdict.reason };
    if (verdict.kind === 'silent') {
      if (facts.channel !== 'feed') return { kind: 'suppressed', reason: verdict.reason };
      if (isSilenced) continue;
      isSilenced = true;
      // A silent card wakes nobody: it need not wait.
      outcome = { ...outcome, interrupts: false, reason: verdict.reason, notBeforeMs: facts.nowMs };
    }
    // Silence is no reason to hurry: on a phone a silent message is read at the wheel all the same.
    if (verdict.kind === 'hold' && (outcome.interrupts || facts.channel !== 'feed')) {
      const isFollowUp = outcome.isFollowUp || stage === drivingState;
      outcome =
        verdict.untilMs > outcome.notBeforeMs
          ? { ...outcome, notBeforeMs: verdict.untilMs, reason: verdict.reason, isFollowUp }
          : { ...outcome, isFollowUp };
    }
  }
  return outcome;
}
