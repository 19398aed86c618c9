import type { Conditions, Forecast, Stop } from '@outrider/domain';
import { forecastPlan } from '../plan.ts';
import { buildPrefix } from '../prefix.ts';
import { type Outlook, plannedDepartureMs, stationHere, stopTempC } from './outlook.ts';
import { curveAhead, stopsAhead } from './plan-ahead.ts';
import type { RouteView, ViewStretch } from './route-view.ts';

// "What if it were colder, or I drove slower?" answered by the very forecast. Pure.

/** What is to be otherwise; what is absent stays as it is. */
export interface Change {
  /** Warmer or, below 0, colder by this, everywhere on the way. */
  readonly tempShiftK?: number | undefined;
  /** Of the speeds the road is driven at. */
  readonly speedRatio?: number | undefined;
  /** Leaving so much later than planned, or than now where that is over. */
  readonly leaveLaterS?: number | undefined;
  /** Charge to leave with; on the road, charge to leave the next charging stop with. */
  readonly chargeToSocPct?: number | undefined;
}

/** Which changes mean something for this car now. */
export interface Room {
  /** It stands before a planned departure. */
  readonly canLeaveLater: boolean;
  /** It stands before a planned departure, or a stop ahead charges. */
  readonly canCharge: boolean;
}

/** A forecast of the way ahead. */
export interface Ahead {
  readonly stops: Forecast['stops'];
  readonly curve: Forecast['curve'];
  /** The fastest piece of the stretch being driven, or about to be. */
  readonly topSpeedMps: number;
  /** How long charging here takes for it, where a station is known; absent: nothing is charged, or nobody knows. */
  readonly chargeMinutes?: number;
}

export function roomFor(outlook: Outlook): Room {
  const canLeaveLater = plannedDepartureMs(outlook) !== null;
  return { canLeaveLater, canCharge: canLeaveLater || nextCharge(outlook) !== undefined };
}

/**
 * The forecast with this change. Without one it is the forecast itself. A change there is no room for does nothing.
 * @param view the outlook's, which must be known
 * @throws EnergyInputError for figures no road or battery has
 */
export function whatIf(outlook: Outlook, view: RouteView, change: Change): Ahead {
  const changed = withLaterDeparture(
    withCharge({ ...outlook, view: changedView(outlook, view, change) }, change),
    change,
  );
  const road = changed.view ?? view;
  const minutes = chargeMinutes(outlook, change);
  return {
    stops: stopsAhead(changed, road),
    curve: curveAhead(changed, road),
    topSpeedMps: topSpeedMps(changed, road),
    ...(minutes !== undefined && { chargeMinutes: minutes }),
  };
}

/** Charging a car that stands: it leaves with this. What a battery takes while it waits is the plan's business. */
function withCharge(outlook: Outlook, { chargeToSocPct }: Change): Outlook {
  const { soc } = outlook;
  if (chargeToSocPct === undefined || soc === undefined || plannedDepartureMs(outlook) === null)
    return outlook;
  return { ...outlook, soc: { ...soc, value: Math.max(soc.value, chargeToSocPct) } };
}

function chargeMinutes(outlook: Outlook, { chargeToSocPct }: Change): number | undefined {
  const { soc, view, car, memory } = outlook;
  const station = stationHere(outlook);
  if (chargeToSocPct === undefined || soc === undefined || view === null || station === null)
    return undefined;
  if (plannedDepartureMs(outlook) === null || chargeToSocPct <= soc.value) return undefined;
  const stretch = view.stretches[memory.progress?.stretch ?? 0];
  const airTempC = stretch === undefined ? 10 : stopTempC(view, stretch);
  const batteryTempC = memory.battery?.tempC ?? airTempC;
  const plan = forecastPlan({
    car,
    state: { socPct: soc.value, batteryTempC },
    stages: [{ kind: 'charge', station, until: { kind: 'soc', socPct: chargeToSocPct }, airTempC }],
  });
  return (plan.stops[0]?.durationS ?? 0) / 60;
}

function withLaterDeparture(outlook: Outlook, { leaveLaterS = 0 }: Change): Outlook {
  const planned = plannedDepartureMs(outlook);
  const { view, memory, nowMs } = outlook;
  const at = memory.progress?.atStop;
  if (leaveLaterS === 0 || planned === null || view?.trip == null || at == null) return outlook;
  const departAtMs = Math.max(planned, nowMs) + leaveLaterS * 1000;
  const { trip } = view;
  const stops = trip.stops.map((stop, i) => (i === at ? { ...stop, departAtMs } : stop));
  const later = at === -1 ? { ...trip, departAtMs } : { ...trip, stops };
  return { ...outlook, view: { ...view, trip: later } };
}

/** The road in other air, at other speeds, with another charge on the way. */
function changedView(outlook: Outlook, view: RouteView, change: Change): RouteView {
  const { tempShiftK = 0, speedRatio = 1, chargeToSocPct } = change;
  const charging = plannedDepartureMs(outlook) === null ? nextCharge(outlook) : undefined;
  const isOtherRoad = tempShiftK !== 0 || speedRatio !== 1;
  if (!isOtherRoad && (chargeToSocPct === undefined || charging === undefined)) return view;
  const stretches = view.stretches.map((stretch) => {
    const other = isOtherRoad ? otherRoad(stretch, tempShiftK, speedRatio) : stretch;
    return stretch === charging && chargeToSocPct !== undefined
      ? { ...other, planned: { ...(stretch.planned as Stop), chargeToSocPct } }
      : other;
  });
  return { ...view, stretches, conditions: otherStanding(view.conditions, tempShiftK) };
}

function otherRoad(stretch: ViewStretch, tempShiftK: number, speedRatio: number): ViewStretch {
  const segments = stretch.road.segments.map((segment) => ({
    ...segment,
    speedMps: segment.speedMps * speedRatio,
    weather: { ...segment.weather, tempC: modelledC(segment.weather.tempC + tempShiftK) },
  }));
  const road = { ...stretch.road, segments };
  return { ...stretch, road, prefix: buildPrefix(road) };
}

/** Within what roads and batteries are modelled for. */
const modelledC = (tempC: number): number => Math.min(60, Math.max(-60, tempC));

const otherStanding = (conditions: Conditions, tempShiftK: number): Conditions =>
  tempShiftK === 0
    ? conditions
    : {
        ...conditions,
        standing: conditions.standing.map((one) => ({ ...one, tempC: modelledC(one.tempC + tempShiftK) })),
      };

/** The next stop of the plan that charges, while the car is on its way there. */
function nextCharge({ view, memory }: Outlook): ViewStretch | undefined {
  return view?.stretches
    .slice(memory.progress?.stretch ?? 0)
    .find(({ planned }) => planned?.kind === 'charge' || planned?.plugged === true);
}

function topSpeedMps({ memory }: Outlook, view: RouteView): number {
  const stretch = view.stretches[memory.progress?.stretch ?? 0] ?? view.stretches.at(-1);
  return Math.max(0, ...(stretch?.road.segments.map(({ speedMps }) => speedMps) ?? []));
}
