import type { ChannelName } from '@outrider/domain';
import { type LoadedRule, severityFor } from '@outrider/predictor';

/** A message that has to arrive in every round. */
export interface Expected {
  readonly ruleId: string;
  readonly channel: ChannelName;
}

/** As it is paged and measured. */
export const nameOf = ({ ruleId, channel }: Expected): string => `${ruleId} by ${channel}`;

/**
 * Every rule that is on, by every channel that the canary's person has switched on: a card by the feed alone. A rule
 * whose tests have no example of it cannot be tried, so it counts as one that does not arrive. Pure.
 */
export function expectedOf(
  rules: readonly LoadedRule[],
  channels: readonly ChannelName[],
): readonly Expected[] {
  return rules
    .filter(({ mode }) => mode === 'on')
    .flatMap((rule) => {
      const severity = rule.drill && severityFor(rule, rule.drill);
      const told = severity === 'info' ? channels.filter((one) => one === 'feed') : channels;
      return told.map((channel) => ({ ruleId: rule.id, channel }));
    });
}
