export type { Loaded } from './assemble.ts';
export { type Baseline, baselinesOf } from './baselines.ts';
export { type Advice, type Followed, ifFollowed, ifIgnored } from './follow.ts';
export { type Line, pointAlong, projectOn } from './geo.ts';
export {
  endMsOf,
  FRAME_INTERVALS,
  type Frame,
  type FrameIntervals,
  framesOf,
  nextArrivalAt,
  startMsOf,
  type Truth,
  truthAt,
} from './interpolate.ts';
export { loadScenario, problemsText, SCENARIOS_FOLDER, scenarioNames } from './load.ts';
export { type Problem, problemText } from './parse.ts';
export {
  type DeliveredFrame,
  type Factors,
  PERTURBATION_BOUNDS,
  type Perturbed,
  perturb,
} from './perturb.ts';
export { type Ahead, aheadAt, type LegAhead, roadBetween, untilCharge } from './progress.ts';
export type {
  Anchor,
  DecisionPoint,
  Place,
  Plan,
  PlanStop,
  Route,
  Scenario,
  TimedText,
  WeatherEntry,
} from './scenario.ts';
export { planAt, tripOf } from './scenario.ts';
export { type LastRemedy, lastRemedies, lastRemedyAt, leadMinutes, type RemedyFound } from './search.ts';
