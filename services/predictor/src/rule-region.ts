import { type Position, SIGNAL, SIGNALS } from '@outrider/domain';
import { freshPosition, type VehicleState } from '@outrider/energy';
import type { Facts, LoadedRule, Region, Truth, Verdict } from './rule.ts';
import type { RuleStep } from './rule-step.ts';
import type { Situation } from './situation.ts';

// A rule that is for some regions only. Where the car is, is one more condition: true, false or unknown. Pure.

type Placed = Pick<Situation, 'state' | 'nowMs'>;

export function isInside({ lat, lon }: Position, { south, west, north, east }: Region): boolean {
  if (lat < south || lat > north) return false;
  return west <= east ? lon >= west && lon <= east : lon >= west || lon <= east;
}

/** Unknown where the position is not known, or too old. */
export function whetherInside(regions: readonly Region[], { state, nowMs }: Placed): Truth {
  const position = freshPosition(state, nowMs);
  if (position === undefined) return 'unknown';
  return regions.some((region) => isInside(position, region)) ? 'true' : 'false';
}

/**
 * The rule's answer where the car is. Outside it is over, after the time its end asks for, so that nothing flaps at
 * a border. While nobody knows, it neither begins nor ends for that, whatever the rule has for unknown facts; what
 * its facts end is over everywhere.
 */
export function inRegion(
  situation: Placed,
  rule: LoadedRule,
  facts: Facts,
): { readonly rule: LoadedRule; readonly judged: Verdict } {
  const judged = rule.judge(facts);
  if (rule.regions === undefined) return { rule, judged };
  const isHere = whetherInside(rule.regions, situation);
  if (isHere === 'true') return { rule, judged };
  if (isHere === 'false') return { rule, judged: outside(judged) };
  const ownWord = judged.when !== 'unknown' && judged.clear !== 'unknown';
  return { rule: ownWord ? { ...rule, unknown: 'hold' } : rule, judged: somewhere(judged) };
}

const outside = (verdict: Verdict): Verdict => ({
  ...verdict,
  when: 'false',
  clear: 'true',
  levels: verdict.levels.map(({ severity }) => ({ severity, when: 'false', until: 'true' })),
});

/** Both must be true, so one that is false decides; for an end one that is true. */
const unlessFalse = (truth: Truth): Truth => (truth === 'false' ? 'false' : 'unknown');
const unlessTrue = (truth: Truth): Truth => (truth === 'true' ? 'true' : 'unknown');

const somewhere = (verdict: Verdict): Verdict => ({
  ...verdict,
  when: unlessFalse(verdict.when),
  clear: unlessTrue(verdict.clear),
  levels: verdict.levels.map(({ severity, when, until }) => ({
    ...{ severity, when: unlessFalse(when), until: unlessTrue(until) },
  })),
});

/** What a regional rule has begun is asked about again at the moment the position is too old. */
export function untilLost(situation: Placed, rule: LoadedRule, stepped: RuleStep): RuleStep {
  if (rule.regions === undefined) return stepped;
  if (stepped.state.kind === 'inactive' && stepped.trace === undefined) return stepped;
  const lostAtMs = positionLostAtMs(situation.state);
  if (lostAtMs === undefined || lostAtMs <= situation.nowMs) return stepped;
  return { ...stepped, dueAtMs: Math.min(stepped.dueAtMs ?? lostAtMs, lostAtMs) };
}

/** The first moment at which the position is too old; undefined while there is none. */
function positionLostAtMs({ latest }: VehicleState): number | undefined {
  const ends = [SIGNAL.latitude, SIGNAL.longitude].map((path) => {
    const known = latest[path];
    return known === undefined ? undefined : known.atMs + (SIGNALS[path]?.maxAgeS ?? 0) * 1000 + 1;
  });
  const [lat, lon] = ends;
  return lat === undefined || lon === undefined ? undefined : Math.min(lat, lon);
}
