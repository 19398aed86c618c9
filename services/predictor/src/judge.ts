import type { Alert, Remedy, Severity } from '@outrider/domain';
import { horizonOf, isDriving, whyUnknown } from '@outrider/energy';
import { type AlertState, alertId, endEpisode, type Step } from './alert-lifecycle.ts';
import { adviceKey, alertRecord, probabilityOf } from './alert-record.ts';
import { drillSubjects, rulesFor } from './drill.ts';
import { subjectsOf } from './facts/index.ts';
import { withoutInterrupting } from './guess.ts';
import { asHeldNow, heldToCards } from './held-rule.ts';
import { isOutOfTouch, outOfTouch } from './out-of-touch.ts';
import { nextPlannedCharge } from './planned-charger.ts';
import { simulateRemedies } from './remedies/index.ts';
import type { Simulated } from './remedy.ts';
import type { LoadedRule, Scope, Subject } from './rule.ts';
import { isAsked, isTold } from './rule-cars.ts';
import { inRegion, untilLost } from './rule-region.ts';
import { type RuleStep, stepRule } from './rule-step.ts';
import type { Situation } from './situation.ts';
import { type Carried, type Told, toldSubjects } from './source-switch.ts';
import type { Trace } from './time-pattern.ts';
import { heardAtMs, wordAtMs } from './vehicle-state.ts';

/** One rule about one subject: where it is in its life, and what was last said about it. */
export interface Episode {
  readonly ruleId: string;
  readonly subject: string;
  readonly lifecycle: AlertState;
  readonly dueAtMs: number | null;
  /** What the rule's time patterns remember, also while nothing fires. Absent while there is nothing. */
  readonly trace?: Trace;
  /** Of an alert that fires: nobody is told. Absent before it fires, and in checkpoints from before. */
  readonly isShadow?: boolean;
  /** The alert as published last; null before it fires. */
  readonly said: {
    readonly alertId: string;
    readonly revision: number;
    readonly advice: string;
    readonly probability: number | null;
    readonly remediesAtMs: number;
    readonly saidAtMs: number;
  } | null;
}

/** By `ruleId subject`. */
export type Episodes = Readonly<Record<string, Episode>>;

/** A step of an alert's life. */
export interface SaidAlert {
  readonly alert: Alert;
  /** Nobody is told. */
  readonly isShadow: boolean;
  /** The advice of the step before; absent: this is the first. */
  readonly adviceBefore?: string;
  /** What its rule asks of a warning; undefined: nothing. */
  readonly leadTimeS?: number | undefined;
}

export interface Judgement {
  readonly episodes: Episodes;
  readonly alerts: readonly SaidAlert[];
  /** What is still carried from a change of sources. */
  readonly carried: Carried;
}

/** Advice is simulated again this often while an alert fires: it costs a hundred forecasts. */
const ADVICE_EVERY_MS = 2 * 60_000;
/** On the road the card is brought up to date this often, even when the advice stays the same. */
const CARD_EVERY_MS = 10 * 60_000;
/** A probability that moved this far is worth telling again (the notifier decides how loudly). */
const PROBABILITY_STEP = 0.15;

const keyOf = (ruleId: string, subject: string): string => `${ruleId} ${subject}`;

/**
 * Asks every rule about every subject it has now, and moves each one's life on. Rules judge what is told
 * (source-switch.ts), the record of it shows the facts as they are. Pure.
 */
export function judge(situation: Situation, rules: readonly LoadedRule[], before: Episodes): Judgement {
  const scopes = new Map<Scope, Looked>();
  const episodes: Record<string, Episode> = {};
  const alerts: SaidAlert[] = [];
  const seen = new Set<string>();
  const keep = (rule: LoadedRule, subject: Subject, moved: Step & Partial<RuleStep>): void => {
    const key = keyOf(rule.id, subject.subject);
    const next = nextEpisode(situation, rule, subject, before[key] ?? null, moved);
    // Who was told of an alert hears of it to its end, and nobody else does, whatever mode the rule is in by then.
    const was = before[key];
    const isHidden = was?.said ? rule.mode === 'shadow' : !isTold(rule, situation.state.vehicleId);
    const isShadow = was?.isShadow ?? isHidden;
    const adviceBefore = was?.said?.advice;
    const said = { isShadow, leadTimeS: rule.leadTimeS, ...(adviceBefore !== undefined && { adviceBefore }) };
    if (next.alert !== null) alerts.push({ alert: next.alert, ...said });
    const { trace, dueAtMs } = moved;
    if (trace === undefined && dueAtMs === undefined && moved.state.kind === 'inactive') return;
    const isSaid = next.episode.said !== null;
    episodes[key] = { ...next.episode, ...(trace && { trace }), ...(isSaid && { isShadow }) };
  };
  for (const one of rulesFor(situation.drill ? { isCanary: true } : {}, rules)) {
    if (!isAsked(one, situation)) continue;
    const found = lookFor(situation, one, scopes);
    for (const [i, subject] of found.subjects.entries()) {
      const key = keyOf(one.id, subject.subject);
      seen.add(key);
      const { facts } = found.told.subjects[i] ?? subject;
      const { rule, judged } = inRegion(
        situation,
        asHeldNow(one, before[key]?.lifecycle, situation.nowMs),
        facts,
      );
      const verdict = isOutOfTouch(situation, rule)
        ? outOfTouch(judged)
        : withoutInterrupting(situation, rule, heldToCards(rule, judged));
      const { state } = situation;
      const observed = { verdict, facts, heardAtMs: heardAtMs(state), wordAtMs: wordAtMs(state) };
      const stepped = stepRule(before[key], rule, observed, situation.nowMs);
      keep(rule, subject, untilLost(situation, rule, stepped));
    }
  }
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  for (const [key, episode] of Object.entries(before)) {
    if (seen.has(key)) continue;
    // A rule that was taken out of the set ends its alerts with it.
    const rule = byId.get(episode.ruleId) ?? ruleGone(episode.ruleId);
    keep(rule, { subject: episode.subject, facts: {} }, endEpisode(episode.lifecycle, situation.nowMs));
  }
  return { episodes, alerts, carried: together([...scopes.values()].map(({ told }) => told.carried)) };
}

interface Looked {
  readonly subjects: readonly Subject[];
  readonly told: Told;
}

/** What the rule is about now; rules of one scope share it. */
function lookFor(situation: Situation, rule: LoadedRule, scopes: Map<Scope, Looked>): Looked {
  if (situation.drill !== undefined) {
    const subjects = drillSubjects(situation.drill, rule);
    return { subjects, told: { subjects, carried: {} } };
  }
  const looked = scopes.get(rule.scope) ?? lookAt(situation, rule.scope);
  scopes.set(rule.scope, looked);
  return looked;
}

function lookAt(situation: Situation, scope: Scope): Looked {
  const subjects = subjectsOf[scope](situation);
  return { subjects, told: toldSubjects(scope, subjects, situation.memory.carried) };
}

const together = (carried: readonly Carried[]): Carried => Object.assign({}, ...carried);

/** From or to unknown is no step: an unknown probability says nothing. */
const hasMovedFar = (before: number | null, now: number | null): boolean =>
  before !== null && now !== null && Math.abs(now - before) >= PROBABILITY_STEP;

/** An interrupting card on the road is brought up to date every so often. */
const isCardOld = ({ state, nowMs }: Situation, saidAtMs: number, severity: Severity): boolean =>
  isDriving(state) && nowMs - saidAtMs >= CARD_EVERY_MS && severity !== 'info';

/** Stands in for a rule that is no more, so that what it said can be taken back. */
const ruleGone = (id: string): LoadedRule => ({
  id,
  version: 'removed',
  about: 'This rule was taken out of the set.',
  owner: 'outrider',
  scope: 'vehicle',
  when: 'false',
  levels: [],
  forS: 0,
  clear: { when: 'true', forS: 0 },
  unknown: 'clear',
  expiresAfterS: 0,
  message: id,
  remedies: [],
  repeat: 'new-advice',
  mode: 'on',
  reads: [],
  judge: () => ({ when: 'false', clear: 'true', levels: [] }),
});

function nextEpisode(
  situation: Situation,
  rule: LoadedRule,
  subject: Subject,
  before: Episode | null,
  moved: Step,
): { readonly episode: Episode; readonly alert: Alert | null } {
  const base = {
    ruleId: rule.id,
    subject: subject.subject,
    lifecycle: moved.state,
    dueAtMs: moved.dueAtMs ?? null,
  };
  const said = before?.said ?? null;
  if (moved.transition === 'resolved') return resolve(situation, rule, subject, said, moved, base);
  if (moved.state.kind !== 'firing' && moved.state.kind !== 'clearing')
    return { episode: { ...base, said: null }, alert: null };
  const isNews = moved.transition === 'firing' || moved.transition === 'severity' || said === null;
  const probability = probabilityOf(subject.facts, rule) ?? null;
  if (!isNews && isAdviceFresh(situation, rule, said)) return { episode: { ...base, said }, alert: null };
  const remedies = remediesFor(situation, rule, subject);
  const advice = adviceKey(remedies[0]?.remedy);
  const isWorthSaying =
    isNews ||
    advice !== said.advice ||
    hasMovedFar(said.probability, probability) ||
    isCardOld(situation, said.saidAtMs, moved.state.severity);
  if (!isWorthSaying)
    return { episode: { ...base, said: { ...said, remediesAtMs: situation.nowMs } }, alert: null };
  const { startedAtMs, severity } = moved.state;
  const id = said?.alertId ?? alertId(situation.state.vehicleId, rule.id, subject.subject, startedAtMs);
  const revision = (said?.revision ?? 0) + 1;
  return {
    episode: {
      ...base,
      said: {
        alertId: id,
        revision,
        advice,
        probability,
        remediesAtMs: situation.nowMs,
        saidAtMs: situation.nowMs,
      },
    },
    alert: alertRecord({
      situation,
      rule,
      subject,
      alertId: id,
      revision,
      state: 'firing',
      severity,
      startedAtMs,
      remedies,
    }),
  };
}

/** While nothing can be forecast the advice given stands: "nothing helps" would be a guess. */
const isAdviceFresh = (
  situation: Situation,
  rule: LoadedRule,
  { remediesAtMs }: NonNullable<Episode['said']>,
): boolean =>
  situation.nowMs - remediesAtMs < ADVICE_EVERY_MS ||
  whyUnknown(situation) !== undefined ||
  isOutOfTouch(situation, rule);

function resolve(
  situation: Situation,
  rule: LoadedRule,
  subject: Subject,
  said: Episode['said'],
  moved: Step,
  base: Omit<Episode, 'said'>,
): { readonly episode: Episode; readonly alert: Alert | null } {
  const { episode } = moved;
  if (said === null || episode === undefined) return { episode: { ...base, said: null }, alert: null };
  const alert = alertRecord({
    situation,
    rule,
    subject,
    alertId: said.alertId,
    revision: said.revision + 1,
    state: 'resolved',
    severity: episode.severity ?? 'info',
    startedAtMs: episode.startedAtMs,
    remedies: [],
  });
  return {
    episode: { ...base, said: null },
    alert: { ...alert, facts: { ...alert.facts, because: episode.because ?? 'condition-over' } },
  };
}

function remediesFor(situation: Situation, rule: LoadedRule, subject: Subject): readonly Simulated<Remedy>[] {
  const { view } = situation;
  // What a part of the car needs is in the words of the rule: nothing is to be simulated, and no road to be known.
  if (rule.remedies.includes('check')) return [{ remedy: { kind: 'check', words: rule.message } }];
  if (view === null || situation.soc === undefined || view.stretches.length === 0) return [];
  const charge = rule.scope === 'charger' ? nextPlannedCharge(situation, view) : undefined;
  // Where a charger of the plan is in doubt, what helps is what leads on without it.
  if (charge !== undefined)
    return simulateRemedies({ situation, view, to: charge.onTo, without: charge.charger?.locationId }, rule);
  const index = view.stretches.findIndex((stretch) => stretch.stopId === subject.subject);
  const to =
    index >= 0 ? index : horizonOf(view, situation.memory.progress?.stretch ?? 0, isDriving(situation.state));
  return simulateRemedies({ situation, view, to }, rule);
}

/** The next time a rule wants to be asked again though nothing arrives. */
export function nextDueMs(episodes: Episodes): number | undefined {
  let due: number | undefined;
  for (const { dueAtMs } of Object.values(episodes))
    if (dueAtMs !== null) due = Math.min(due ?? dueAtMs, dueAtMs);
  return due;
}
