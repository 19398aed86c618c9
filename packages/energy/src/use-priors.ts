import { type InputSigmas, usualSigmas } from './noise.ts';
import { usualUse, type VehicleUse } from './vehicle-model.ts';

/** What a person says of how the car is loaded and shod; what is absent is as usual. */
export interface SaidUse {
  /** Driver, passengers and luggage. */
  readonly payloadKg?: number | undefined;
  readonly roofBox?: boolean | undefined;
  /** The trailer and what is on it. */
  readonly trailerKg?: number | undefined;
  readonly tyres?: 'summer' | 'winter' | undefined;
  /** The car says that a trailer is connected; what it weighs nobody may have said. */
  readonly isTowing?: boolean | undefined;
}

export interface KnownUse {
  readonly use: VehicleUse;
  readonly sigmas: Pick<InputSigmas, 'payloadKg' | 'dragAreaM2' | 'rollingRatio'>;
}

interface Prior {
  readonly mean: number;
  readonly sd: number;
}

/** People guess the weight of their luggage, not of nothing. */
const SAID_PAYLOAD_SD_KG = 25;
/** The same for a loaded trailer, relative. */
const SAID_TRAILER_SD_RATIO = 0.1;
/** Judgement: between an empty box trailer and a caravan. */
const UNKNOWN_TRAILER_KG: Prior = { mean: 800, sd: 350 };
/**
 * Cd·A, m². A Model 3 took 305.7 instead of 266.8 Wh per mile with a Thule Motion XT: 0.13 m² if that was at
 * 70 mph. Boxes and bars differ: sd by judgement.
 */
const ROOF_BOX_M2: Prior = { mean: 0.15, sd: 0.05 };
/** Cd·A behind a car, m². Judgement: a caravan stands out of the car's wake, a flat trailer hardly does. */
const TRAILER_M2: Prior = { mean: 1, sd: 0.25 };
/** Judgement: trailers roll on smaller, harder tyres and drag their brakes. */
const TRAILER_ROLLING: Prior = { mean: 1.05, sd: 0.05 };
/** Judgement: winter tyres are labelled a class worse than a car's own, about 5 %. */
const WINTER_TYRES: Prior = { mean: 1.05, sd: 0.03 };
const NOTHING: Prior = { mean: 0, sd: 0 };
const AS_USUAL: Prior = { mean: 1, sd: 0 };

/** What that means for the road, and how well it is known. */
export function useOf(said: SaidUse = {}): KnownUse {
  const mass = trailerMass(said);
  const hasTrailer = mass.mean > 0;
  const box = said.roofBox === true ? ROOF_BOX_M2 : NOTHING;
  const trailer = hasTrailer ? TRAILER_M2 : NOTHING;
  const tyres = said.tyres === 'winter' ? WINTER_TYRES : AS_USUAL;
  const towing = hasTrailer ? TRAILER_ROLLING : AS_USUAL;
  const payloadSdKg = said.payloadKg === undefined ? usualSigmas.payloadKg : SAID_PAYLOAD_SD_KG;
  return {
    use: {
      payloadKg: (said.payloadKg ?? usualUse.payloadKg) + mass.mean,
      extraDragAreaM2: box.mean + trailer.mean,
      rollingRatio: tyres.mean * towing.mean,
    },
    sigmas: {
      payloadKg: Math.hypot(payloadSdKg, mass.sd),
      dragAreaM2: Math.hypot(box.sd, trailer.sd),
      rollingRatio: Math.hypot(tyres.sd, towing.sd),
    },
  };
}

function trailerMass({ trailerKg = 0, isTowing = false }: SaidUse): Prior {
  if (trailerKg > 0) return { mean: trailerKg, sd: SAID_TRAILER_SD_RATIO * trailerKg };
  return isTowing ? UNKNOWN_TRAILER_KG : NOTHING;
}

/** More air than any roof load pushes: the drive says little about the car without what it pulls. */
export const pullsTrailer = (use: VehicleUse): boolean => use.extraDragAreaM2 >= TRAILER_M2.mean;
