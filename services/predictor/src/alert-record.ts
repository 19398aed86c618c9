import type { Alert, Evidence, Remedy, Severity } from '@outrider/domain';
import { SIGNAL } from '@outrider/domain';
import { freshNumber, freshPosition, POSTERIOR_VERSION, secondsTo } from '@outrider/energy';
import type { Simulated } from './remedy.ts';
import type { Facts, LoadedRule, Subject } from './rule.ts';
import type { Situation } from './situation.ts';
import { wordAtMs } from './vehicle-state.ts';

export interface AlertStep {
  readonly situation: Situation;
  readonly rule: LoadedRule;
  readonly subject: Subject;
  readonly alertId: string;
  readonly revision: number;
  readonly state: Alert['state'];
  readonly severity: Severity;
  readonly startedAtMs: number;
  readonly remedies: readonly Simulated<Remedy>[];
}

/** A remedy's deadline does not hide that it has just passed: the message is about what still works. */
export function alertRecord(step: AlertStep): Alert {
  const { situation, rule, subject, remedies } = step;
  const { nowMs, view } = situation;
  const probability = probabilityOf(subject.facts, rule);
  const band = bandOfFacts(subject.facts);
  const best = remedies[0];
  const stretch = view?.stretches.find((one) => one.stopId === subject.subject);
  return {
    alertId: step.alertId,
    revision: step.revision,
    vehicleId: situation.state.vehicleId,
    ruleId: rule.id,
    subject: subject.subject,
    state: step.state,
    severity: step.severity,
    startedAtMs: step.startedAtMs,
    changedAtMs: nowMs,
    expiresAtMs: nowMs + rule.expiresAfterS * 1000,
    ...(best?.deadlineAtMs === undefined ? {} : { deadlineAtMs: Math.max(0, Math.round(best.deadlineAtMs)) }),
    ...(best?.deadlinePlace === undefined ? {} : { deadlinePlace: best.deadlinePlace }),
    ...(view?.trip == null ? {} : { tripId: view.trip.tripId }),
    ...(stretch === undefined ? {} : { stopName: stretch.stopName }),
    message: rule.message,
    ...(rule.audience === undefined ? {} : { audience: rule.audience }),
    ...(rule.digestForS === undefined ? {} : { digestForS: rule.digestForS }),
    ...(rule.runbook === undefined ? {} : { runbook: rule.runbook }),
    ...(situation.drill && { isDrill: true as const }),
    facts: {
      ...knownFactValues(subject.facts),
      ...contextFacts(situation, subject.subject),
      ...ageFacts(situation, best?.remedy),
      ...(rule.audience === 'operators' && {
        heardAgeS: Math.max(0, Math.round((nowMs - wordAtMs(situation.state)) / 1000)),
      }),
    },
    ...(probability === undefined ? {} : { probability }),
    ...(band === undefined ? {} : { arrivalSocPct: band }),
    reserveSocPct: situation.reserveSocPct,
    ...(rule.repeat === 'half-lead' ? { repeatsAtHalfLead: true } : {}),
    remedies: remedies.map(remedyWithDeadline),
    evidence: evidenceOf(situation, subject.facts, rule, step.severity),
  };
}

const remedyWithDeadline = ({ remedy, deadlineAtMs }: Simulated<Remedy>): Remedy =>
  deadlineAtMs === undefined ? remedy : { ...remedy, deadlineAtMs: Math.max(0, Math.round(deadlineAtMs)) };

/** Two remedies are the same advice when they ask for the same thing at the same place. */
export const adviceKey = (remedy: Remedy | undefined): string => {
  if (remedy === undefined) return 'none';
  if (remedy.kind === 'check') return `check ${remedy.words}`;
  return remedy.kind === 'charge-at' ? `charge-at ${remedy.locationId}` : remedy.kind;
};

const PROBABILITY_FACTS = [
  'asPlannedBelowReserveProbability',
  'unplugNowBelowReserveProbability',
  'overnightBelowReserveProbability',
  'belowReserveProbability',
  'plannedFailsProbability',
  'homeBelowReserveProbability',
];

/** The probability the rule judges by. */
export function probabilityOf(facts: Facts, rule: Pick<LoadedRule, 'reads'>): number | undefined {
  const name = PROBABILITY_FACTS.find((candidate) => rule.reads.includes(candidate));
  const fact = name === undefined ? undefined : facts[name];
  return fact?.kind === 'known' && typeof fact.value === 'number'
    ? Math.min(1, Math.max(0, fact.value))
    : undefined;
}

export function bandOfFacts(facts: Facts): Alert['arrivalSocPct'] {
  const [p10, p50, p90] = ['arrivalSocPctP10', 'arrivalSocPctP50', 'arrivalSocPctP90'].map((name) => {
    const fact = facts[name];
    return fact?.kind === 'known' && typeof fact.value === 'number'
      ? Math.round(fact.value * 10) / 10
      : undefined;
  });
  return p10 === undefined || p50 === undefined || p90 === undefined ? undefined : { p10, p50, p90 };
}

export function knownFactValues(facts: Facts): Record<string, number | string | boolean | null> {
  const values: Record<string, number | string | boolean | null> = {};
  for (const [name, fact] of Object.entries(facts)) values[name] = fact.kind === 'known' ? fact.value : null;
  return values;
}

/** What a text may say about why, besides the rule's own facts. */
function contextFacts(
  situation: Situation,
  stopId: string,
): Record<string, number | string | boolean | null> {
  const { view, memory, nowMs, state } = situation;
  const index = view?.stretches.findIndex((one) => one.stopId === stopId) ?? -1;
  const stretch = index < 0 ? undefined : view?.stretches[index];
  const tempC = stretch?.prefix.tempC.at(-1) ?? freshNumber(state, SIGNAL.airTemp, nowMs)?.value;
  const segments = view?.conditions.stretches.find((one) => one.stopId === stopId)?.segments ?? [];
  // Still air everywhere is what the world writes when nobody told it anything about wind.
  const isWindKnown = segments.some((segment) => segment.windMps > 0);
  const windMps = isWindKnown
    ? segments.reduce((sum, segment) => sum + segment.windMps, 0) / segments.length
    : null;
  const fromM =
    index === memory.progress?.stretch ? Math.min(memory.progress.alongM, stretch?.prefix.lengthM ?? 0) : 0;
  const driveMs =
    stretch === undefined
      ? null
      : (secondsTo(stretch.prefix, stretch.prefix.lengthM) - secondsTo(stretch.prefix, fromM)) * 1000;
  return {
    tempC: tempC ?? null,
    windMps,
    ...(view?.trip?.isGuess === true && { isGuess: true }),
    weatherSource: view?.conditions.weatherSource ?? null,
    routeSource: view?.conditions.stretches.find((one) => one.stopId === stopId)?.routeSource ?? null,
    arriveAtMs: driveMs === null ? null : Math.round(stretch?.planned?.arriveAtMs ?? nowMs + driveMs),
  };
}

/** How old what the world said is by now: the message says so. */
function ageFacts(
  { view, nowMs }: Situation,
  best: Remedy | undefined,
): Record<string, number | string | boolean | null> {
  if (view === null) return {};
  const { conditions } = view;
  const sinceS = Math.max(0, (nowMs - conditions.asOfMs) / 1000);
  const aged = (ageS: number | null | undefined) => (ageS == null ? null : Math.round(ageS + sinceS));
  const weather = { weatherAgeS: aged(conditions.weatherAgeS) };
  if (best?.kind !== 'charge-at') return weather;
  const places = [...conditions.stretches.flatMap(({ chargers }) => chargers), ...conditions.nearby];
  const place = places.find(({ locationId }) => locationId === best.locationId);
  return { ...weather, chargerStatusAgeS: aged(place?.statusAgeS), advisesCharger: true };
}

/** What the decision rested on, with the age of every input: the answer to "why did I get this?". */
function evidenceOf(situation: Situation, facts: Facts, rule: LoadedRule, severity: Severity): Evidence {
  const { state, nowMs, soc, memory, view, car } = situation;
  const position = freshPosition(state, nowMs);
  const air = freshNumber(state, SIGNAL.airTemp, nowMs);
  const inputs: Evidence['inputs'] = [
    { name: 'charge', value: soc?.value ?? null, unit: '%', ageS: soc?.ageS ?? null },
    { name: 'position known', value: position !== undefined, ageS: position?.ageS ?? null },
    { name: 'air temperature', value: air?.value ?? null, unit: '°C', ageS: air?.ageS ?? null },
    {
      name: 'battery temperature',
      value: memory.battery === null ? null : Math.round(memory.battery.tempC * 10) / 10,
      unit: '°C',
      ageS: memory.battery === null ? null : Math.max(0, (nowMs - memory.battery.atMs) / 1000),
    },
    {
      name: 'consumption today against the model',
      value: Math.round((car.liveFactor ?? 1) * 1000) / 1000,
      ageS: 0,
    },
    {
      name: 'weather from',
      value: view?.conditions.weatherSource ?? null,
      ageS: view?.conditions.weatherAgeS ?? null,
    },
    ...rule.reads.map((name) => {
      const fact = facts[name];
      return { name, value: fact?.kind === 'known' ? fact.value : null, ageS: 0 };
    }),
  ];
  const trips = car.posterior.trips;
  return {
    inputs,
    modelVersion: `linear-${POSTERIOR_VERSION} ${car.vehicle.modelId} ${trips === 0 ? 'data sheet' : `${trips} trips`}`,
    ruleVersion: rule.version,
    ...(rule.heldBy && severity === 'info' && { heldToCard: rule.heldBy.kind }),
    ...(view === null ? {} : { snapshotId: view.conditions.snapshotId }),
  };
}
