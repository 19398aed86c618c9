import { PASS, type SendFacts, suppress, type Verdict } from '../stage.ts';

/**
 * The next channel is used only when the first went unnoticed. A follow-up is decided with the message
 * itself, held for the time a receipt may take and for as long as the car moves, and dropped on a receipt.
 */
export const escalate = {
  name: 'escalate',
  decide: ({ isFollowUp, hasReceipt }: Pick<SendFacts, 'isFollowUp' | 'hasReceipt'>): Verdict =>
    isFollowUp && hasReceipt ? suppress('acknowledged') : PASS,
};
