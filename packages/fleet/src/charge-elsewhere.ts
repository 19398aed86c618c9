import type { Car, CarState, Sink } from './car.ts';
import { pointOn } from './country.ts';
import { toldPlan } from './outing.ts';
import type { Site } from './sites.ts';

/** Who is on the way to a charger already takes another one in its place. */
export function chargeElsewhere(
  { ground, traits }: Car,
  state: CarState,
  { site, tellsPlan }: { readonly site: Site; readonly tellsPlan: boolean },
  sink: Sink,
): void {
  const [task, planned, next, ...later] = state.tasks;
  const { outing } = state;
  if (task?.do !== 'drive' || planned?.do !== 'charge' || next?.do !== 'drive' || outing === null) return;
  if (planned.site.siteId === site.siteId) return;
  const here = { ...pointOn(task.road, state.alongM), name: 'On the way' };
  const there = ground.country.road(here, site);
  const onwards = ground.country.road(site, next.to);
  state.tasks = [
    { ...task, to: site, road: there },
    { ...planned, site },
    { ...next, road: onwards },
    ...later,
  ];
  Object.assign(state, { alongM: 0, roadIndex: 0, lightPassed: -1 });
  const index = outing.stops.findIndex(({ stopId }) => stopId === task.stopId);
  const [target, after, ...rest] = outing.stops.slice(Math.max(0, index));
  if (index < 0 || target?.charge == null || after === undefined) return;
  const charge = { ...target.charge, site };
  state.outing = {
    ...outing,
    origin: here,
    departAtMs: state.atMs,
    stops: [{ ...target, place: site, road: there, charge }, { ...after, road: onwards }, ...rest],
  };
  if (tellsPlan && outing.wish.tellAtMs !== null) sink.plan(toldPlan(state.outing, traits));
}
