import { GEAR, SIGNAL, TESLA_SIGNAL } from '@outrider/domain';
import { freshNumber, isCharging, isPlugged, numberAt, type VehicleState } from '@outrider/energy';
import { known, knownOr, unknown } from './fact.ts';
import type { Facts } from './rule.ts';
import type { Situation } from './situation.ts';

/** What the car's own parts say of themselves, with or without a plan. */
export const partFacts = (situation: Situation): Facts => ({
  ...lowVoltageFacts(situation),
  ...heatFacts(situation),
  ...contradictionFacts(situation),
});

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

const MOTORS = [
  SIGNAL.motorTemp,
  TESLA_SIGNAL.motorTempFront,
  TESLA_SIGNAL.motorTempRearLeft,
  TESLA_SIGNAL.motorTempRearRight,
];

function heatFacts({ state, nowMs }: Situation): Facts {
  const hottest =
    freshNumber(state, SIGNAL.batteryTempMax, nowMs) ?? freshNumber(state, SIGNAL.batteryTemp, nowMs);
  const motors = MOTORS.flatMap((path) => freshNumber(state, path, nowMs)?.value ?? []);
  return {
    batteryHottestC: knownOr(hottest?.value, 'no temperature of the battery was measured'),
    motorTempC: motors.length === 0 ? unknown('the motor tells no temperature') : known(Math.max(...motors)),
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
