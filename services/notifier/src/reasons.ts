import type { FailureReason, SuppressReason } from '@outrider/domain';

/** Why something was not said, or not aloud: who decided that, and what it means for whoever asks. */
export interface Reason {
  /** A stage of the pipeline, or `outbox`: between the decision and the channel. */
  readonly stage: string;
  readonly because: string;
}

/** Every reason there is, once: a new one has to say here what it means. */
export const REASONS: Readonly<Record<SuppressReason | FailureReason, Reason>> = {
  'no-recipient': {
    stage: 'recipients',
    because: 'nobody owned the car from the alert’s beginning until then',
  },
  'off-shift': { stage: 'recipients', because: 'somebody else is to be told about the car by then' },
  inhibited: { stage: 'inhibit', because: 'another warning says the same about this stop, and better' },
  snoozed: { stage: 'snooze', because: 'such messages were put off' },
  declined: {
    stage: 'snooze',
    because: '“no, thanks” was said to this advice, and it has not become worse since',
  },
  'on-it': {
    stage: 'snooze',
    because: '“on it” was said to this advice, and it has not become worse since',
  },
  'not-useful': {
    stage: 'doubt',
    because: 'they called two warnings of this rule not useful, and this one is no more likely by a step',
  },
  'no-consent': { stage: 'consent', because: 'there was no consent to warn the driver' },
  'driver-moving': {
    stage: 'driving-state',
    because: 'the car was moving: what is read on a phone waits until it is parked',
  },
  'quiet-hours': {
    stage: 'quiet-hours',
    because: 'it was within the quiet hours, and nothing was lost by waiting',
  },
  digest: {
    stage: 'digest',
    because: 'who looks after many cars is told of it together with others: a silent card',
  },
  flood: {
    stage: 'digest',
    because:
      'there were more warnings at once than anybody can take in: one message speaks for those of a kind',
  },
  bundled: {
    stage: 'bundle',
    because: 'another alert of the same moment already interrupted: a silent card',
  },
  duplicate: { stage: 'dedup', because: 'it would have said what was said before' },
  'resolved-silently': { stage: 'dedup', because: 'it was over before anybody was told of it' },
  throttled: {
    stage: 'throttle',
    because: 'too many interruptions in a short time: a silent card, or a slower provider',
  },
  acknowledged: { stage: 'escalate', because: 'the first channel was seen or answered' },
  escalation: {
    stage: 'escalate',
    because: 'it is for when nobody nearer the wheel answers, and waits for its turn',
  },
  expired: { stage: 'outbox', because: 'it was too late for it' },
  superseded: { stage: 'outbox', because: 'a newer step of the same alert took its place' },
  'no-channel': { stage: 'outbox', because: 'no channel that is set up and switched on reaches this person' },
  'target-gone': { stage: 'outbox', because: 'the address or device does not exist any more' },
  'bad-request': { stage: 'outbox', because: 'the provider refused the message' },
  'not-authorised': { stage: 'outbox', because: 'the provider did not accept our login' },
  unreachable: { stage: 'outbox', because: 'the provider could not be reached in time' },
  'timed-out': { stage: 'outbox', because: 'the provider did not answer in time' },
  ambiguous: { stage: 'outbox', because: 'nobody knows whether the provider took it' },
};

/** Of a reason that a newer version may have written. */
export const reasonOf = (reason: string): Reason =>
  Object.hasOwn(REASONS, reason)
    ? REASONS[reason as keyof typeof REASONS]
    : { stage: 'unknown', because: 'a reason this version does not know' };
