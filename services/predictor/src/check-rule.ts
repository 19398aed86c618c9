import { DIGEST, SIGNAL, SIGNALS, WATCHING } from '@outrider/domain';
import { catalogue as models, vehicleModel } from '@outrider/energy';
import { nearestName } from './nearest-name.ts';
import {
  type FactDefinition,
  type Patterns,
  type Rule,
  type RuleFile,
  ruleFile,
  type Scope,
} from './rule.ts';

// What the schema of a rule file cannot say.

export type Path = readonly (string | number)[];
type Note = (path: Path, text: string) => void;

/** What `absence` is of when it is of no fact. */
export const CAR = 'car';

/** Every word a rule file may have, for "did you mean". */
export const FIELDS: readonly string[] = [
  ...Object.keys(ruleFile.shape),
  ...[
    'severity',
    'until',
    'models',
    'fleets',
    'regions',
    'of',
    'within',
    'atLeast',
    'fallsBy',
    'risesBy',
    'by',
    'why',
  ],
];

/** Positions are no older. */
const POSITION_S = SIGNALS[SIGNAL.latitude]?.maxAgeS ?? 0;

/** What is about a stop of a plan: its end says whether the warning came in time. */
const JUDGED: readonly Scope[] = ['stop', 'charger'];

const SEVERITIES = ['info', 'warning', 'critical'];

/** Notes every mistake in the shape of a rule. `facts` are those of its scope. */
export function checkRule(
  fileName: string,
  content: RuleFile,
  facts: readonly FactDefinition[],
  note: Note,
): void {
  const { id, levels, remedies, audience } = content;
  if (id === WATCHING) note(['id'], `\`${id}\` is what the line about a watched trip is called`);
  if (id === DIGEST) note(['id'], `\`${id}\` is what one message about many cars is called`);
  if (fileName !== `${id}.yaml`) note(['id'], `the file of rule \`${id}\` is \`${id}.yaml\``);
  const ranks = levels.map((level) => SEVERITIES.indexOf(level.severity));
  if (ranks.some((rank, index) => index > 0 && rank <= (ranks[index - 1] ?? -1))) {
    note(['levels'], 'levels go up: info, warning, critical, each at most once');
  }
  if (levels[0]?.until !== undefined) {
    note(['levels', 0, 'until'], 'the lowest level ends with the alert: write it as `clear`');
  }
  // An operator's remedy is a call: it is in the words.
  if (audience === undefined && ranks.some((rank) => rank > 0) && remedies.length === 0) {
    note(['remedies'], 'who is interrupted must be told what to do: name at least one remedy');
  }
  if (remedies.includes('check') && remedies.length > 1) {
    note(
      ['remedies'],
      '`check` stands alone: what a trip needs is simulated, what a part of the car needs is in the words',
    );
  }
  if (content.leadTime !== undefined && !JUDGED.includes(content.scope))
    note(['leadTime'], 'only warnings about a stop or charger of a plan are judged when it is reached');
  checkCars(content, note);
  checkPatterns(content, facts, note);
}

function checkCars({ cars, absence }: RuleFile, note: Note): void {
  for (const [index, model] of (cars?.models ?? []).entries()) {
    if (vehicleModel(model) !== undefined) continue;
    const names = models.map(({ modelId }) => modelId);
    note(['cars', 'models', index], unknownName('model', model, names));
  }
  for (const [index, { south, west, north, east }] of (cars?.regions ?? []).entries()) {
    if (south >= north) note(['cars', 'regions', index, 'south'], '`south` is not below `north`');
    if (west === east) note(['cars', 'regions', index, 'west'], '`west` and `east` are the same');
  }
  if (cars?.regions !== undefined && absence?.of === CAR && absence.for >= POSITION_S)
    note(['absence', 'for'], 'nobody knows any more where a car is that was silent for so long');
}

function checkPatterns(
  { absence, change, times, expiresAfter }: RuleFile,
  facts: readonly FactDefinition[],
  note: Note,
): void {
  if (absence !== undefined && absence.of !== CAR && facts.every(({ name }) => name !== absence.of)) {
    note(['absence', 'of'], unknownName('fact', absence.of, [CAR, ...facts.map(({ name }) => name)]));
  }
  if (absence?.of === CAR && absence.for >= expiresAfter) {
    // A car out of touch for longer than its warnings live is judged no more.
    note(['absence', 'for'], 'nobody is warned of a silence as long as `expiresAfter`');
  }
  if (change !== undefined) {
    const fact = facts.find(({ name }) => name === change.of);
    const names = facts.filter(({ type }) => type === 'number').map(({ name }) => name);
    if (fact === undefined) note(['change', 'of'], unknownName('fact', change.of, names));
    else if (fact.type !== 'number') note(['change', 'of'], `\`${change.of}\` is no number`);
    if ((change.fallsBy === undefined) === (change.risesBy === undefined)) {
      note(['change'], 'either `fallsBy` or `risesBy`');
    }
  }
  if (times !== undefined) {
    if ((times.within === undefined) === (times.of === undefined)) {
      note(['times'], 'either `within` a time, or `of` so many moments');
    }
    if (times.of !== undefined && times.of < times.atLeast) {
      note(['times', 'of'], '`atLeast` can never be reached');
    }
  }
}

function unknownName(kind: string, name: string, names: readonly string[]): string {
  const nearest = nearestName(name, names);
  return `no ${kind} \`${name}\` here${nearest === undefined ? '' : `; did you mean \`${nearest}\`?`}`;
}

/** What a checked rule asks of time; undefined when it asks nothing. */
export function patternsOf({ absence, change, after, times }: RuleFile): Patterns | undefined {
  const patterns: Patterns = {
    ...(absence === undefined ? {} : { absence: { of: absence.of, forS: absence.for } }),
    ...(change === undefined
      ? {}
      : { change: { of: change.of, withinS: change.within, by: change.risesBy ?? -(change.fallsBy ?? 0) } }),
    ...(after === undefined ? {} : { after: { when: after.when, withinS: after.within } }),
    ...(times === undefined ? {} : { times: timesOf(times) }),
  };
  return Object.keys(patterns).length === 0 ? undefined : patterns;
}

function timesOf({ atLeast, within, of }: NonNullable<RuleFile['times']>): NonNullable<Patterns['times']> {
  return of === undefined ? { atLeast, withinS: within ?? 0 } : { atLeast, of };
}

/** Which cars a checked rule is for; nothing when it is for all. */
export const carsOf = ({ cars }: RuleFile): Pick<Rule, 'models' | 'fleets' | 'regions'> => ({
  ...(cars?.models && { models: cars.models }),
  ...(cars?.fleets && { fleets: cars.fleets }),
  ...(cars?.regions && { regions: cars.regions }),
});
