import { type ChargerOnRoute, distanceM } from '@outrider/domain';
import { horizonOf, type RouteView, type ViewStretch } from '@outrider/energy';
import type { Situation } from './situation.ts';

/** Plans name a place, sources a post: they are the same within so much. */
const SAME_PLACE_M = 500;
/** Slower is no fast charging. */
const FAST_KW = 40;

/** A place where the plan charges, as the world knows it, with a way to go on from there. */
export interface PlannedCharge {
  readonly stretch: ViewStretch;
  /** Undefined where no source knows the place. */
  readonly charger: ChargerOnRoute | undefined;
  /** The stretch whose end has to be reached on what is charged there. */
  readonly onTo: number;
}

/** The next place where the plan charges; undefined where it does not, or ends there. */
export function nextPlannedCharge({ memory }: Situation, view: RouteView): PlannedCharge | undefined {
  const from = memory.progress?.stretch;
  if (from === undefined || from >= view.stretches.length) return undefined;
  const at = horizonOf(view, from, true);
  const stretch = view.stretches[at];
  if (stretch?.planned?.kind !== 'charge' || at + 1 >= view.stretches.length) return undefined;
  return { stretch, charger: chargerAt(stretch), onTo: horizonOf(view, at + 1, true) };
}

function chargerAt({ planned, stop, chargers }: ViewStretch): ChargerOnRoute | undefined {
  const named = chargers.find(({ locationId }) => locationId === planned?.locationId);
  if (named !== undefined) return named;
  const isFast = (planned?.powerKw ?? FAST_KW) >= FAST_KW;
  return chargers
    .filter((one) => distanceM(one, stop) <= SAME_PLACE_M && (one.powerType === 'DC') === isFast)
    .toSorted((one, other) => distanceM(one, stop) - distanceM(other, stop))[0];
}
