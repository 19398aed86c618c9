import type { Ownership } from '@outrider/state';
import { PASS, type SendFacts, suppress, type Verdict } from '../stage.ts';

/**
 * Who drives: whoever owned the vehicle at all these instants (the alert's beginning and change, and now).
 * A car that was sold in between has an alert that is nobody's any more.
 */
export function recipientsOf(
  ownerships: readonly Ownership[],
  instantsMs: readonly number[],
): readonly string[] {
  const ids = ownerships
    .filter(({ fromMs, toMs }) =>
      instantsMs.every((atMs) => fromMs <= atMs && (toMs === null || atMs < toMs)),
    )
    .map((period) => period.personId);
  return [...new Set(ids)];
}

export const recipients = {
  name: 'recipients',
  decide: ({ recipient }: Pick<SendFacts, 'recipient'>): Verdict =>
    recipient === undefined ? suppress('no-recipient') : PASS,
};
