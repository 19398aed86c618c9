import { type Facts, isTold, PASS, severityRank, suppress, type Told, type Verdict } from '../stage.ts';

/** `rule` says the same thing earlier or better than those it mutes, about the same stop. */
export interface Inhibition {
  readonly rule: string;
  readonly mutes: readonly string[];
}

/** Which rule speaks for which others. Data: a new pair is one line. */
export const INHIBITIONS: readonly Inhibition[] = [
  {
    rule: 'destination-out-of-reach',
    mutes: ['arrival-below-reserve', 'departure-below-reserve', 'point-of-no-return'],
  },
  { rule: 'charging-stalled', mutes: ['will-not-be-ready', 'unplug-too-early'] },
  { rule: 'will-not-be-ready', mutes: ['unplug-too-early'] },
  { rule: 'not-plugged-in', mutes: ['overnight-loss', 'departure-below-reserve', 'arrival-below-reserve'] },
  { rule: 'unplug-too-early', mutes: ['arrival-below-reserve', 'departure-below-reserve', 'cold-battery'] },
  { rule: 'overnight-loss', mutes: ['departure-below-reserve', 'arrival-below-reserve'] },
  { rule: 'departure-below-reserve', mutes: ['arrival-below-reserve'] },
  { rule: 'tyre-low', mutes: ['slow-puncture'] },
  { rule: 'point-of-no-return', mutes: ['arrival-below-reserve', 'reach-without-plan'] },
];

type Asked = Pick<Facts, 'ruleId' | 'subject' | 'stopName' | 'severity' | 'saying' | 'history'>;

/** The same stop, under its id or its name: a new plan may have given it another id. */
export const isAboutSame = (facts: Pick<Asked, 'subject' | 'stopName'>, told: Told): boolean =>
  told.subject === facts.subject || (facts.stopName !== undefined && told.basis?.stopName === facts.stopName);

/** Mutes the lesser of two alerts about the same stop while the graver one fires and its message went out. */
export const inhibit = {
  name: 'inhibit',
  decide(facts: Asked): Verdict {
    if (facts.saying === 'resolve') return PASS;
    const rules = INHIBITIONS.filter(({ mutes }) => mutes.includes(facts.ruleId)).map(({ rule }) => rule);
    const isOver = new Set(
      facts.history.filter((told) => told.purpose === 'resolve').map((told) => told.alertId),
    );
    const muting = facts.history.some(
      (told) =>
        rules.includes(told.ruleId) &&
        told.interrupts &&
        isTold(told) &&
        !isOver.has(told.alertId) &&
        severityRank(told.severity) >= severityRank(facts.severity) &&
        isAboutSame(facts, told),
    );
    return muting ? suppress('inhibited') : PASS;
  },
};

/** Alerts that mute others go first, so that two which arrive together give one message. */
export const inhibitorRank = (ruleId: string): number => {
  const at = INHIBITIONS.findIndex(({ rule }) => rule === ruleId);
  return at === -1 ? INHIBITIONS.length : at;
};
