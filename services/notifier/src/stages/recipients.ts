import { PASS, type SendFacts, suppress, type Verdict } from '../stage.ts';

/** Whom a warning is for is trust's decision; by the time it is sent the car may be somebody else's to drive. */
export const recipients = {
  name: 'recipients',
  decide({ recipient, isTheirs }: Pick<SendFacts, 'recipient' | 'isTheirs'>): Verdict {
    if (recipient === undefined) return suppress('no-recipient');
    return isTheirs ? PASS : suppress('off-shift');
  },
};
