import { PASS, type SendFacts, suppress, type Verdict } from '../stage.ts';

/** Trust decides for the purpose `alert_driver`; without its yes nobody is told. */
export const consent = {
  name: 'consent',
  decide: ({ isAllowed }: Pick<SendFacts, 'isAllowed'>): Verdict =>
    isAllowed ? PASS : suppress('no-consent'),
};
