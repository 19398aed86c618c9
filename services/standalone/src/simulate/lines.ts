import { createFleet, type FleetEvent, type FleetOptions } from '@outrider/fleet';

// A synthetic fleet as JSON lines. Every line says that it is synthetic, wherever it is copied to.

export interface FleetTotals {
  frames: number;
  plans: number;
  stretches: number;
  /** Of those whose plan was told: what the services could watch. */
  told: number;
  belowReserve: number;
  stranded: number;
}

const HOUR_MS = 3_600_000;

export interface LinesOf {
  /** What cars send and people plan. */
  readonly said: readonly string[];
  /** How stretches truly ended: nothing that a service should see. */
  readonly truth: readonly string[];
}

/** An hour of the fleet at a time, the first with the head of both. */
export function* fleetLines(options: FleetOptions, totals: FleetTotals): Generator<LinesOf> {
  const fleet = createFleet(options);
  const { seed, cars, days, fromMs } = options;
  const head = line({ kind: 'fleet', seed, cars, days, from: new Date(fromMs).toISOString() });
  const registered = fleet.traits.map(({ index, kind, reserveSocPct }) =>
    line({ kind: 'vehicle', vehicle: nameOf(index), modelId: kind.modelId, reserveSocPct }),
  );
  yield { said: [head, ...registered], truth: [head] };
  for (let atMs = fromMs; atMs < fleet.endMs; atMs += HOUR_MS) {
    const events = fleet.advance(atMs + HOUR_MS);
    for (const event of events) count(totals, event);
    yield {
      said: events.flatMap((event) => (event.kind === 'truth' ? [] : [lineOf(event)])),
      truth: events.flatMap((event) => (event.kind === 'truth' ? [lineOf(event)] : [])),
    };
  }
}

export const noTotals = (): FleetTotals => ({
  ...{ frames: 0, plans: 0, stretches: 0, told: 0, belowReserve: 0, stranded: 0 },
});

export function count(totals: FleetTotals, event: FleetEvent): void {
  if (event.kind === 'frame') totals.frames += 1;
  if (event.kind === 'plan') totals.plans += 1;
  if (event.kind !== 'truth') return;
  totals.stretches += 1;
  totals.told += Number(event.truth.isTold);
  totals.belowReserve += Number(event.truth.lowestSocPct < event.truth.reserveSocPct);
  totals.stranded += Number(event.truth.isStranded);
}

/** The name a car has in files; in a data folder it gets a pseudonym as any car does. */
export const nameOf = (car: number): string => `synthetic-${car}`;

const line = (value: object): string => `${JSON.stringify({ synthetic: true, ...value })}\n`;

/** How one stretch truly ended. */
export function truthLine({ car, truth }: Extract<FleetEvent, { kind: 'truth' }>): string {
  const { car: _, endedAtMs, ...rest } = truth;
  const endedAt = new Date(endedAtMs).toISOString();
  return line({ kind: 'truth', vehicle: nameOf(car), endedAt, ...rest });
}

function lineOf(event: FleetEvent): string {
  if (event.kind === 'truth') return truthLine(event);
  const about = { kind: event.kind, vehicle: nameOf(event.car) };
  if (event.kind === 'frame') {
    const { atMs, signals } = event.frame;
    return line({ ...about, observedAt: new Date(atMs).toISOString(), signals });
  }
  if (event.kind === 'plan')
    return line({ ...about, at: new Date(event.atMs).toISOString(), plan: event.plan });
  return line({ ...about, at: new Date(event.atMs).toISOString(), alertId: event.alertId, word: event.word });
}
