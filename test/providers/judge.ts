import { type Cell, DRIVES, isFaulty, nameOf } from './faults.ts';
import type { Outcome, Told } from './outcome.ts';

export interface Finding {
  readonly promise: string;
  readonly checked: number;
  /** What was not kept, in words. */
  readonly broken: readonly string[];
}

/** A drive under a fault, beside the same drive without one. */
interface Pair {
  readonly cell: Cell;
  readonly faulty: Outcome;
  readonly healthy: Outcome;
}

/** One thing that was looked at: kept, or the words for what was not. */
type Check = string | null;

const PROMISES: Readonly<Record<string, (pair: Pair) => Check[]>> = {
  'a due warning still comes': dueWarnings,
  'a rule that speaks without the fault speaks with it': rulesSpeak,
  'a message says what it rests on': marks,
  'nothing is passed off as newer or better than it can be': claims,
  'where the first fails the second answers': seconds,
  'no fault makes a warning of its own': needless,
  'who is asked second neither raises nor clears': switches,
  'the fault was met': met,
};

/** Every promise, counted over all drives. */
export function judge(outcomes: readonly Outcome[]): Finding[] {
  const healthy = new Map(outcomes.filter(({ cell }) => cell === null).map((one) => [one.scenario, one]));
  const pairs = outcomes.flatMap((faulty): Pair[] => {
    const plain = healthy.get(faulty.scenario);
    return faulty.cell === null || plain === undefined ? [] : [{ cell: faulty.cell, faulty, healthy: plain }];
  });
  return [
    undisturbed([...healthy.values()]),
    ...Object.entries(PROMISES).map(([promise, look]): Finding => {
      const checks = pairs.flatMap((pair) =>
        look(pair).map((said) => said && `${nameOf(pair.cell)}, ${pair.faulty.scenario}: ${said}`),
      );
      return { promise, checked: checks.length, broken: checks.filter((said) => said !== null) };
    }),
  ];
}

/** What the others are compared with has to be right itself. */
function undisturbed(healthy: readonly Outcome[]): Finding {
  const points = healthy.flatMap((one) =>
    one.points.filter(({ isNeeded }) => isNeeded).map((point) => ({ one, point })),
  );
  const madeIt = healthy.filter(({ scenario }) => scenario === DRIVES.madeIt);
  return {
    promise: 'without a fault every due warning comes, and no other',
    checked: points.length + madeIt.length,
    broken: [
      ...points
        .filter(({ point }) => !point.isWarned)
        .map(({ one, point }) => `${one.scenario}: nothing at ${point.id}`),
      ...madeIt
        .filter(({ interruptions }) => interruptions.length > 0)
        .map(({ scenario }) => `${scenario}: interrupted`),
    ],
  };
}

/** In the time of the decision itself, or before it about the same stop, of which an alert still stood then. */
function dueWarnings({ faulty, healthy }: Pair): Check[] {
  return healthy.points.flatMap((due, i): Check[] => {
    if (!due.isNeeded || !due.isWarned) return [];
    const point = faulty.points[i];
    const isTold = point?.isWarned === true || isToldBefore(faulty, due.lastRemedyAtMs ?? 0);
    return [isTold ? null : `nothing at ${due.id}`];
  });
}

function isToldBefore({ interruptions, steps }: Outcome, atMs: number): boolean {
  const told = new Set(interruptions.filter((one) => one.atMs <= atMs).map(({ subject }) => subject));
  const newest = new Map(steps.filter((one) => one.atMs <= atMs).map((step) => [step.alertId, step]));
  return [...newest.values()].some(({ subject, state }) => told.has(subject) && state !== 'resolved');
}

/** The point of no return is where a charger beside a known road is: without either there is none to name. */
function isAskable(ruleId: string, { victim, fault, onset }: Cell): boolean {
  if (ruleId !== 'point-of-no-return') return true;
  const knowsRoads = victim !== 'roads' && victim !== 'everything';
  const knowsChargers =
    (victim !== 'chargers' && victim !== 'everything') || fault === 'stale' || onset !== 'always';
  return knowsRoads && knowsChargers;
}

const rulesOf = ({ steps }: Outcome): string[] => [
  ...new Set(steps.filter(({ state }) => state === 'firing').map(({ ruleId }) => ruleId)),
];

function rulesSpeak({ cell, faulty, healthy }: Pair): Check[] {
  const spoken = new Set(rulesOf(faulty));
  return rulesOf(healthy)
    .filter((ruleId) => isAskable(ruleId, cell))
    .map((ruleId) => (spoken.has(ruleId) ? null : `${ruleId} is silent`));
}

const VENDORS = new Set(['open-meteo', 'met-norway']);

/** The words for where weather, road and charger status come from. */
function marks({ faulty }: Pair): Check[] {
  return faulty.interruptions.flatMap(({ ruleId, body, facts, atMs }) => {
    const wanted: [boolean, RegExp][] = [
      [facts.weatherSource === 'car-thermometer', /weather from the car alone/],
      [facts.weatherSource === 'climatology', /weather unknown/],
      [VENDORS.has(String(facts.weatherSource)), /weather [\d ]+(min|h)( \d+ min)? old/],
      [facts.routeSource === 'great-circle', /road estimated/],
      [facts.advisesCharger === true, /charger status (unknown|[\d ]+(min|h)( \d+ min)? old)/],
    ];
    const asked = wanted.filter(([holds]) => holds);
    return asked.map(([, words]) =>
      words.test(body) ? null : `${ruleId} at ${timeOf(atMs)} does not say ${words.source}`,
    );
  });
}

/** Who was down then cannot have said it, and what was three days old then is that old. */
function claims({ cell, faulty }: Pair): Check[] {
  const isDown = (atMs: number) => isFaulty(cell.onset, atMs, faulty);
  return faulty.interruptions.flatMap((told): Check[] => [
    weatherClaim(cell, told, isDown),
    ...(losesRoads(cell) && cell.onset === 'always' && told.facts.routeSource !== null
      ? [told.facts.routeSource === 'great-circle' ? null : `${told.ruleId} knows a road`]
      : []),
    ...(losesChargers(cell) ? [chargerClaim(cell, told)] : []),
  ]);
}

const losesRoads = ({ victim, fault }: Cell): boolean =>
  (victim === 'roads' || victim === 'everything') && fault !== 'stale';
const losesChargers = ({ victim, onset }: Cell): boolean =>
  (victim === 'chargers' || victim === 'everything') && onset === 'always';

/** MET Norway's results are some hours older than the question. */
const RUN_BEFORE_MS = 3 * 3_600_000;
const STALE_S = 72 * 3_600;

function weatherClaim(cell: Cell, { ruleId, atMs, facts }: Told, isDown: (atMs: number) => boolean): Check {
  const { weatherSource, weatherAgeS } = facts;
  const isVictim =
    cell.victim === 'weather' || cell.victim === 'everything'
      ? VENDORS.has(String(weatherSource))
      : cell.victim === 'first-weather' && weatherSource === 'open-meteo';
  if (!isVictim || typeof weatherAgeS !== 'number') return null;
  const slackMs = weatherSource === 'met-norway' ? RUN_BEFORE_MS : 0;
  const askedMs = atMs - weatherAgeS * 1000;
  // Somewhere in the time in which it can have been asked it must have been able to answer.
  const couldAnswer = !isDown(askedMs) || (slackMs > 0 && !isDown(askedMs + slackMs));
  const isOld = cell.fault === 'stale' && weatherAgeS >= STALE_S;
  return couldAnswer || isOld
    ? null
    : `${ruleId} at ${timeOf(atMs)} rests on ${weatherSource} of ${timeOf(askedMs)}`;
}

function chargerClaim({ fault }: Cell, { ruleId, atMs, facts }: Told): Check {
  if (facts.advisesCharger !== true) return null;
  if (fault !== 'stale') return `${ruleId} at ${timeOf(atMs)} advises a charger nobody named`;
  const ageS = facts.chargerStatusAgeS;
  return ageS === null || (typeof ageS === 'number' && ageS >= STALE_S)
    ? null
    : `${ruleId} takes an old status for new`;
}

/** What had weather or a road without the fault has them from the second. */
function seconds({ cell, faulty, healthy }: Pair): Check[] {
  if (cell.victim !== 'first-weather' && cell.victim !== 'first-road') return [];
  return faulty.interruptions.flatMap(({ ruleId, subject, facts, atMs }): Check[] => {
    const plain = healthy.interruptions.find((one) => one.ruleId === ruleId && one.subject === subject);
    if (plain === undefined) return [];
    const hadWeather = VENDORS.has(String(plain.facts.weatherSource));
    const isTold = !hadWeather || VENDORS.has(String(facts.weatherSource));
    const isDrawn = plain.facts.routeSource === facts.routeSource;
    return [
      isTold && isDrawn
        ? null
        : `${ruleId} at ${timeOf(atMs)} rests on ${facts.weatherSource} and ${facts.routeSource}`,
    ];
  });
}

/** The drive that made it stays undisturbed; on the others no decision is warned about that is not due. */
function needless({ faulty, healthy }: Pair): Check[] {
  const isSilent = healthy.interruptions.length === 0;
  return [
    isSilent && faulty.interruptions.length > 0
      ? `interrupted by ${faulty.interruptions.map(({ ruleId }) => ruleId).join(', ')}`
      : null,
  ];
}

/** With a second that knows as much, the same alerts begin and end as without the fault. */
function switches({ cell, faulty, healthy }: Pair): Check[] {
  if (cell.victim !== 'first-weather' && cell.victim !== 'first-road') return [];
  const [before, now] = [episodesOf(healthy), episodesOf(faulty)];
  return [...new Set([...before.keys(), ...now.keys()])].map((key) => {
    const [plain, told] = [before.get(key) ?? NONE, now.get(key) ?? NONE];
    return plain.raised === told.raised && plain.cleared === told.cleared
      ? null
      : `${key}: raised ${told.raised} times, cleared ${told.cleared}, without the fault ${plain.raised} and ${plain.cleared}`;
  });
}

const NONE = { raised: 0, cleared: 0 };

/** How often each rule spoke up about each place, and was taken back. */
function episodesOf({ steps }: Outcome): Map<string, { raised: number; cleared: number }> {
  const found = new Map<string, { raised: number; cleared: number }>();
  const ids = new Map(steps.map((step) => [step.alertId, `${step.ruleId} ${step.subject}`]));
  for (const [alertId, key] of ids) {
    const known = found.get(key) ?? { raised: 0, cleared: 0 };
    const isOver = steps.some((step) => step.alertId === alertId && step.state === 'resolved');
    found.set(key, { raised: known.raised + 1, cleared: known.cleared + (isOver ? 1 : 0) });
  }
  return found;
}

/** A short drive may have nothing to ask while somebody is down for ten minutes. */
function met({ cell, faulty }: Pair): Check[] {
  return cell.onset === 'flapping' ? [] : [faulty.faultsMet > 0 ? null : 'nobody asked'];
}

const timeOf = (atMs: number): string => new Date(atMs).toISOString().slice(5, 16);
