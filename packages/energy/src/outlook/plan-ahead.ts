import type { Forecast } from '@outrider/domain';
import { forecastArrival } from '../arrival.ts';
import { forecastPlan, type PlanStage } from '../plan.ts';
import {
  carStateOf,
  isDriving,
  type Outlook,
  parkHere,
  plannedDepartureMs,
  stagesTo,
  stopTempC,
  waitAt,
} from './outlook.ts';
import { bandOf, roundProbability } from './rounded.ts';
import type { RouteView, ViewStretch } from './route-view.ts';

const CURVE_POINTS = 40;

/** Charge at each stop ahead, as far as the plan says what happens there. */
export function stopsAhead(outlook: Outlook, view: RouteView): Forecast['stops'] {
  const { nowMs, reserveSocPct, car } = outlook;
  const from = outlook.memory.progress?.stretch ?? 0;
  if (from >= view.stretches.length) return [];
  const waiting = waitingHere(outlook);
  const stages: PlanStage[] = [...waiting];
  const ends: { readonly stretch: ViewStretch; readonly stage: number }[] = [];
  for (let i = from; i < view.stretches.length; i++) {
    const stretch = view.stretches[i] as ViewStretch;
    stages.push(...stagesTo(outlook, view, i).slice(i === from ? 0 : -1));
    ends.push({ stretch, stage: stages.length - 1 });
    const between = afterStop(view, stretch);
    // Beyond a charge whose end nobody planned nothing can be said.
    if (between === null) break;
    stages.push(...between);
  }
  const plan = forecastPlan({ car, state: carStateOf(outlook), stages });
  const durationTo = (stage: number) =>
    plan.stops.slice(0, stage + 1).reduce((sum, stop) => sum + stop.durationS, 0);
  let roadM = 0;
  return ends.flatMap(({ stretch, stage }, i) => {
    const stop = plan.stops[stage];
    const drive = stages[stage];
    if (stop === undefined || drive?.kind !== 'drive') return [];
    roadM += drive.toM - drive.fromM;
    return [
      {
        stopId: stretch.stopId,
        name: stretch.stopName,
        distanceM: roadM,
        arriveAtMs: Math.round(
          i === 0
            ? nowMs + durationTo(stage) * 1000
            : Math.max(nowMs + durationTo(stage) * 1000, stretch.planned?.arriveAtMs ?? 0),
        ),
        arrivalSocPct: bandOf(stop.soc),
        belowReserveProbability: roundProbability(stop.soc.probabilityBelow(reserveSocPct)),
      },
    ];
  });
}

/** Standing until the plan has it leave; nothing where it drives, or nobody planned when. */
function waitingHere(outlook: Outlook): PlanStage[] {
  const departAtMs = isDriving(outlook.state) ? null : plannedDepartureMs(outlook);
  return departAtMs === null ? [] : parkHere(outlook, departAtMs);
}

/** What happens at a stop before the next drive; null when a charge there has no planned end. */
function afterStop(view: RouteView, stretch: ViewStretch): PlanStage[] | null {
  const { planned } = stretch;
  if (planned?.kind === 'charge' || planned?.plugged === true) {
    if (planned.chargeToSocPct === undefined) return null;
    const maxPowerKw = planned.powerKw ?? 11;
    return [
      {
        kind: 'charge',
        station: { kind: maxPowerKw > 25 ? 'dc' : 'ac', maxPowerKw },
        until: { kind: 'soc', socPct: planned.chargeToSocPct },
        airTempC: stopTempC(view, stretch),
      },
    ];
  }
  return waitAt(view, stretch);
}

/**
 * Charge along the road to the next stop. It begins with what is left when the car leaves, and ends with what the
 * stop's own forecast says.
 */
export function curveAhead(outlook: Outlook, view: RouteView): Forecast['curve'] {
  const { memory, car } = outlook;
  const stretch = view.stretches[memory.progress?.stretch ?? 0];
  if (stretch === undefined) return [];
  const { prefix } = stretch;
  const fromM = Math.min(memory.progress?.alongM ?? 0, prefix.lengthM);
  const restM = prefix.lengthM - fromM;
  const state = carStateOf(outlook);
  const waiting = waitingHere(outlook);
  return Array.from({ length: CURVE_POINTS + 1 }, (_, i) => {
    const distanceM = (restM * i) / CURVE_POINTS;
    const toM = Math.min(prefix.lengthM, fromM + distanceM);
    const drive: PlanStage = { kind: 'drive', prefix, fromM, toM };
    const soc =
      waiting.length === 0
        ? forecastArrival({ prefix, fromM, toM, car, state }).soc
        : forecastPlan({ car, state, stages: [...waiting, drive] }).stops.at(-1)?.soc;
    return { distanceM, socPct: bandOf(soc as NonNullable<typeof soc>) };
  });
}
