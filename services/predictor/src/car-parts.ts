import { GEAR, SIGNAL } from '@outrider/domain';
import { known, knownOr, unknown } from './fact.ts';
import { isCharging, isPlugged, type Situation } from './outlook.ts';
import type { Facts } from './rule.ts';
import { flagAt, freshNumber, numberAt, type VehicleState } from './vehicle-state.ts';

/** What the car's own parts say of themselves, with or without a plan. */
export const partFacts = (situation: Situation): Facts => ({
  ...tyreFacts(situation),
  ...lowVoltageFacts(situation),
  ...heatFacts(situation),
  ...contradictionFacts(situation),
});

type TyreName = 'frontLeft' | 'frontRight' | 'rearLeft' | 'rearRight';

interface Tyre {
  readonly name: TyreName;
  readonly pressureKpa: number;
  readonly ageS: number;
}

const TYRES = [
  ['frontLeft', SIGNAL.tireFrontLeft, SIGNAL.isTireFrontLeftLow],
  ['frontRight', SIGNAL.tireFrontRight, SIGNAL.isTireFrontRightLow],
  ['rearLeft', SIGNAL.tireRearLeft, SIGNAL.isTireRearLeftLow],
  ['rearRight', SIGNAL.tireRearRight, SIGNAL.isTireRearRightLow],
] as const;

const AXLES = [
  ['frontLeft', 'frontRight'],
  ['rearLeft', 'rearRight'],
] as const satisfies readonly (readonly [TyreName, TyreName])[];

/** Two pressures further apart than this are of a cold tyre and a warm one. */
const SAME_MOMENT_S = 30 * 60;

/**
 * A tyre is compared with the one opposite: what the air, the sun on the road and the drive do to one they do to the
 * other (p ∝ T in the same volume), so what one has less is air that is missing.
 */
function tyreFacts({ state, nowMs }: Situation): Facts {
  const tyres = TYRES.flatMap(([name, path]): readonly Tyre[] => {
    const read = freshNumber(state, path, nowMs);
    return read === undefined ? [] : [{ name, pressureKpa: read.value, ageS: read.ageS }];
  });
  const pairs = AXLES.flatMap(([left, right]) => {
    const two = tyres.filter(({ name }) => name === left || name === right);
    const [low, other] = two.toSorted((a, b) => a.pressureKpa - b.pressureKpa);
    if (low === undefined || other === undefined || Math.abs(low.ageS - other.ageS) > SAME_MOMENT_S)
      return [];
    return [{ low, other, missingKpa: other.pressureKpa - low.pressureKpa }];
  });
  const worst = pairs.toSorted((a, b) => b.missingKpa - a.missingKpa)[0];
  const lowest = tyres.toSorted((a, b) => a.pressureKpa - b.pressureKpa)[0];
  const said = TYRES.find(([, , isLow]) => flagAt(state, isLow))?.[0];
  const why = 'no two pressures of an axle are known';
  return {
    saysTyreIsLow: known(said !== undefined),
    tyreLowestKpa: knownOr(lowest?.pressureKpa, 'no pressure is known'),
    tyreMissingKpa: knownOr(worst?.missingKpa, why),
    tyreMissingPct:
      worst === undefined || worst.other.pressureKpa <= 0
        ? unknown(why)
        : known((100 * worst.missingKpa) / worst.other.pressureKpa),
    tyre: knownOr(said ?? worst?.low.name ?? lowest?.name, 'no tyre is known'),
  };
}

/** Before this the 12 V battery still shows what charged it. */
const RESTED_MIN = 60;

function lowVoltageFacts({ state, nowMs }: Situation): Facts {
  const volts = freshNumber(state, SIGNAL.lowVoltage, nowMs)?.value;
  const { phase } = state;
  const restedMin = phase?.motion === 'standing' ? (nowMs - phase.sinceMs) / 60_000 : 0;
  const isResting = restedMin >= RESTED_MIN && !isPlugged(state) && !isCharging(state);
  return {
    lowVoltageV: knownOr(volts, 'the voltage of the 12 V battery is not known'),
    isLowVoltageResting: phase === null ? unknown('speed and gear are not known') : known(isResting),
  };
}

function heatFacts({ state, nowMs }: Situation): Facts {
  const hottest =
    freshNumber(state, SIGNAL.batteryTempMax, nowMs) ?? freshNumber(state, SIGNAL.batteryTemp, nowMs);
  return {
    batteryHottestC: knownOr(hottest?.value, 'no temperature of the battery was measured'),
    motorTempC: knownOr(freshNumber(state, SIGNAL.motorTemp, nowMs)?.value, 'the motor tells no temperature'),
  };
}

/** Slower is a car that is pushed, or a sensor at rest. */
const MOVING_KMH = 5;
/** The two figures for charge differ by what the car keeps for itself, never by so much. */
const SOC_APART_PCT = 20;

/** What cannot be true at once; empty where nothing speaks against itself. */
function contradictionFacts({ state, nowMs }: Situation): Facts {
  const said = contradictions(state, nowMs);
  return { contradiction: known(said.join(' ')), contradictions: known(said.length) };
}

function contradictions(state: VehicleState, nowMs: number): readonly string[] {
  const speedKmh = freshNumber(state, SIGNAL.speed, nowMs)?.value;
  const soc = freshNumber(state, SIGNAL.soc, nowMs)?.value;
  const displayed = freshNumber(state, SIGNAL.socDisplayed, nowMs)?.value;
  const moves = speedKmh !== undefined && Math.abs(speedKmh) > MOVING_KMH;
  const unplugged = state.latest[SIGNAL.isPlugged]?.value === false;
  return [
    ...(moves && isCharging(state) ? ['moves-and-charges'] : []),
    ...(moves && numberAt(state, SIGNAL.gear) === GEAR.park ? ['moves-in-park'] : []),
    ...(isCharging(state) && unplugged ? ['charges-unplugged'] : []),
    ...(soc !== undefined && displayed !== undefined && Math.abs(soc - displayed) > SOC_APART_PCT
      ? ['two-charges']
      : []),
  ];
}
