import type { Alert, Conditions, SignalValue, Trip } from '@outrider/domain';
import { modelOf } from '@outrider/energy';
import {
  advanceCar,
  emptyCar,
  emptyWorld,
  type Judged,
  type LiveCar,
  receive,
  rejudge,
  takeConditions,
} from './car.ts';
import { withoutTrip, withTrip } from './car-world.ts';
import { isConnectionOnly } from './own-word.ts';
import type { LoadedRule } from './rule.ts';
import type { EndedStretch } from './stretch-end.ts';
import { withoutLearning } from './trip-learning.ts';
import { foldConnection } from './vehicle-state.ts';

/** What once happened to a car, at its event time. */
export type CarEvent =
  | {
      readonly kind: 'signals';
      readonly atMs: number;
      readonly recordId: string;
      readonly receivedAtMs: number;
      /** Places among them. */
      readonly values: Readonly<Record<string, SignalValue>>;
    }
  | { readonly kind: 'trip'; readonly atMs: number; readonly trip: Trip }
  /** One plan is taken back, or all of them. */
  | { readonly kind: 'no-trip'; readonly atMs: number; readonly tripId: string | undefined }
  | { readonly kind: 'conditions'; readonly atMs: number; readonly conditions: Conditions }
  | { readonly kind: 'forget'; readonly atMs: number };

/** What rules made of it since the event before. */
export interface Replayed {
  readonly alerts: readonly { readonly alert: Alert; readonly isShadow: boolean }[];
  readonly stretches: readonly EndedStretch[];
  readonly failures: readonly string[];
}

/**
 * One car through the predictor's own judgement, without a log, a store or a clock: what was stored of it goes in,
 * what the rules would have said comes out. It begins as its data sheet has it: what was learned then is not kept.
 */
export interface CarReplay {
  /** In the order of time. */
  take(event: CarEvent): Replayed;
  /** Timers until then. */
  advance(toMs: number): Replayed;
}

export function createCarReplay(
  car: {
    readonly vehicleId: string;
    readonly modelId: string;
    readonly reserveSocPct: number;
    readonly fleet?: string | null;
  },
  rules: readonly LoadedRule[],
): CarReplay {
  let live: LiveCar = {
    car: emptyCar(car.vehicleId),
    world: emptyWorld,
    view: null,
    vehicle: modelOf(car.modelId),
    reserveSocPct: car.reserveSocPct,
    ...(car.fleet != null && { fleet: car.fleet }),
  };
  const keep = (...all: readonly Judged[]): Replayed => {
    live = all.at(-1)?.live ?? live;
    return {
      alerts: all.flatMap(({ alerts }) => alerts),
      stretches: all.flatMap(({ labels }) => labels),
      failures: all.flatMap(({ failures }) => failures),
    };
  };
  return {
    advance: (toMs) => keep(advanceCar(live, toMs, rules)),
    take(event) {
      if (event.kind === 'signals') return keep(advanceCar(withSignals(live, event), event.atMs, rules));
      const before = advanceCar(live, event.atMs, rules);
      const changed = withWorld(before.live, event);
      return changed === before.live ? keep(before) : keep(before, rejudge(changed, event.atMs, rules));
    },
  };
}

function withSignals(live: LiveCar, event: Extract<CarEvent, { kind: 'signals' }>): LiveCar {
  const { atMs: observedAtMs, recordId, receivedAtMs, values } = event;
  const record = { recordId, observedAtMs, receivedAtMs, values, cleared: [] };
  return isConnectionOnly(values)
    ? { ...live, car: { ...live.car, state: foldConnection(live.car.state, record) } }
    : receive(live, record);
}

function withWorld(live: LiveCar, event: Exclude<CarEvent, { kind: 'signals' }>): LiveCar {
  switch (event.kind) {
    case 'trip':
      return withTrip(live, event.trip);
    case 'no-trip':
      return withoutTrip(live, event.tripId);
    case 'conditions':
      return takeConditions(live, event.conditions, event.atMs);
    case 'forget':
      return withoutLearning(live);
  }
}
