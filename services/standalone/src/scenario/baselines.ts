import { mToKm, mToMiles, SIGNAL } from '@outrider/domain';
import type { Frame } from './interpolate.ts';
import { aheadAt, untilCharge } from './progress.ts';
import type { Scenario, TimedText } from './scenario.ts';

/** What something simpler would have said on the same frames. */
export interface Baseline {
  readonly name: 'car-display' | 'soc-alarm-10' | 'range-rule-1.0' | 'range-rule-1.2';
  readonly about: string;
  /** Starts of its episodes: an alarm that stays on has spoken once. */
  readonly firedAtMs: readonly number[];
  /** Its words when it fired; for the car's display also what it showed at each decision. */
  readonly said: readonly TimedText[];
}

const SOC_ALARM_PCT = 10;
/** An episode ends when the quantity is this much above its threshold again, so that noise is not counted. */
const REARM_SOC_PCT = 2;
const REARM_RATIO = 1.05;

interface Reading {
  readonly atMs: number;
  readonly socPct: number;
  readonly rangeM: number | undefined;
  readonly toGoM: number;
  readonly toPlace: string | undefined;
  readonly isPlugged: boolean;
}

/**
 * Runs every baseline over the frames, oldest first, with the plan known at each frame. Range is compared with the
 * road only off the plug: while it charges, less range than road is no news.
 */
export function baselinesOf(scenario: Scenario, frames: readonly Frame[]): readonly Baseline[] {
  const readings = frames.flatMap((frame) => readingOf(scenario, frame));
  const distance = distanceText(scenario);
  const shows = (r: Reading) => (r.rangeM === undefined ? 'no range shown' : `${distance(r.rangeM)} shown`);
  const versus = (r: Reading) =>
    r.toPlace === undefined ? shows(r) : `${shows(r)}, ${distance(r.toGoM)} to go to ${r.toPlace}`;
  return [
    carDisplay(scenario, readings, versus),
    {
      name: 'soc-alarm-10',
      about: `Battery at or below ${SOC_ALARM_PCT} %.`,
      ...episodes(
        readings,
        (r) => r.socPct <= SOC_ALARM_PCT,
        (r) => r.socPct > SOC_ALARM_PCT + REARM_SOC_PCT,
        (r) => `battery low: ${Math.round(r.socPct)} %`,
      ),
    },
    rangeRule('range-rule-1.0', 1, readings, versus),
    rangeRule('range-rule-1.2', 1.2, readings, versus),
  ];
}

function readingOf(scenario: Scenario, frame: Frame): Reading[] {
  const socPct = frame.signals[SIGNAL.soc];
  const rangeM = frame.signals[SIGNAL.range];
  if (typeof socPct !== 'number') return [];
  const legs = untilCharge(aheadAt(scenario, frame.atMs).legs);
  return [
    {
      atMs: frame.atMs,
      socPct,
      rangeM: typeof rangeM === 'number' ? rangeM : undefined,
      toGoM: legs.reduce((sum, leg) => sum + leg.distanceM, 0),
      toPlace: legs.at(-1)?.end.place.name,
      isPlugged: frame.signals[SIGNAL.isPlugged] === true,
    },
  ];
}

/** Shows a number and lets the driver do the sum: it "says" the trip fails once the sum is negative. */
function carDisplay(
  scenario: Scenario,
  readings: readonly Reading[],
  versus: (r: Reading) => string,
): Baseline {
  const negative = readings.find((r) => ratioOf(r) < 1);
  const atDecisions = scenario.decisionPoints.flatMap((point) => {
    const reading = readings.find((r) => r.atMs >= point.fromMs && !r.isPlugged);
    return reading === undefined ? [] : [{ atMs: reading.atMs, text: versus(reading) }];
  });
  const first = negative === undefined ? [] : [{ atMs: negative.atMs, text: versus(negative) }];
  const said = [...atDecisions, ...first, ...scenario.carMessages].sort((a, b) => a.atMs - b.atMs);
  return {
    name: 'car-display',
    about: 'The range the car shows; it speaks when that is first less than the planned distance to go.',
    firedAtMs: first.map(({ atMs }) => atMs),
    said,
  };
}

/** Shown range per metre to go; infinite where there is nothing to compare. */
const ratioOf = (r: Reading): number =>
  r.rangeM === undefined || r.toPlace === undefined || r.isPlugged
    ? Number.POSITIVE_INFINITY
    : r.rangeM / r.toGoM;

function rangeRule(
  name: Baseline['name'],
  factor: number,
  readings: readonly Reading[],
  versus: (r: Reading) => string,
): Baseline {
  return {
    name,
    about: `Shown range below ${factor.toFixed(1)} × the planned distance to go.`,
    ...episodes(
      readings,
      (r) => ratioOf(r) < factor,
      (r) => ratioOf(r) > factor * REARM_RATIO,
      versus,
    ),
  };
}

function episodes(
  readings: readonly Reading[],
  fires: (r: Reading) => boolean,
  rearms: (r: Reading) => boolean,
  text: (r: Reading) => string,
): Pick<Baseline, 'firedAtMs' | 'said'> {
  const said: TimedText[] = [];
  let isOn = false;
  for (const reading of readings) {
    if (!isOn && fires(reading)) said.push({ atMs: reading.atMs, text: text(reading) });
    isOn = fires(reading) || (isOn && !rearms(reading));
  }
  return { firedAtMs: said.map(({ atMs }) => atMs), said };
}

const distanceText =
  (scenario: Scenario) =>
  (distanceM: number): string =>
    scenario.driver.units === 'imperial'
      ? `${Math.round(mToMiles(distanceM))} mi`
      : `${Math.round(mToKm(distanceM))} km`;
