import {
  type Batch,
  type BatchContext,
  type Bus,
  decodeRecord,
  type Subscription,
  TOPICS,
} from '@outrider/bus';
import type { SignalRecord, SignalValue, Trip } from '@outrider/domain';
import { type TripReading, tripSources } from '@outrider/providers';
import type { Log } from '@outrider/runtime';
import type { State } from '@outrider/state';
import { applyReading, type ReadingOf } from './apply-reading.ts';
import { follow, isRestOf, type Navigation, navigationOf, type Said } from './car-navigation.ts';
import type { ApiContext } from './context.ts';
import { openTrip } from './routes/trips.ts';

export const CAR_TRIPS_GROUP = 'api-car-trips';

/** What the car said before a day ago leads nowhere today. */
const OLD_MS = 86_400_000;
const CARS_MAX = 50_000;
const NOTHING_SAID: TripReading = { entries: [], cancelled: [], problems: [] };

export type CarTripsContext = Pick<ApiContext, 'state' | 'trust' | 'eventClock' | 'pokeRelay'>;

/** Makes trips of where cars' own navigation leads: one at a time for each car, gone when it leads nowhere. */
export async function followCars(
  bus: Pick<Bus, 'subscribe'>,
  context: CarTripsContext,
  log: Log,
): Promise<Subscription> {
  const cars = new Cars(context);
  return bus.subscribe({
    ...{ group: CAR_TRIPS_GROUP, topics: [TOPICS.signals.name], start: 'latest' },
    handle: async (batch: Batch, batchContext: BatchContext) => {
      await cars.take(batch);
      if (batchContext.isCurrent()) await batchContext.commit();
    },
    // Another process may follow these cars meanwhile: what it made of them is in the state.
    onRevoked: async () => cars.forget(),
    onError: (error, partition) =>
      log.warn({ err: String(error), partition }, 'where cars lead to is followed later'),
  });
}

class Cars {
  readonly #context: CarTripsContext;
  readonly #known = new Map<string, Navigation>();

  constructor(context: CarTripsContext) {
    this.#context = context;
  }

  async take({ records }: Batch): Promise<void> {
    const { trust, eventClock } = this.#context;
    const reader = trust.reader('alert_driver');
    const ours = records.filter(({ value }) => value !== null && Buffer.from(value).includes(FLEET));
    await trust.prepare(new Set(ours.map(({ key }) => key)));
    for (const one of ours) {
      const decoded = decodeRecord(TOPICS.signals, one, reader);
      if (decoded.kind !== 'record') continue;
      const { record } = decoded;
      if (record.source !== 'fleet-telemetry') continue;
      if (record.observedAtMs < eventClock.nowMs() - OLD_MS) continue;
      await this.#follow(record.vehicleId, saidOf(record, reader));
    }
  }

  forget(): void {
    this.#known.clear();
  }

  async #follow(vehicleId: string, said: Said): Promise<void> {
    const before = this.#known.get(vehicleId) ?? (await this.#stored(vehicleId));
    const { navigation, isNews } = follow(before, said);
    // Kept once the trip is: what fails comes again, and is news again.
    if (isNews) await this.#apply(vehicleId, navigation);
    this.#known.delete(vehicleId);
    this.#known.set(vehicleId, navigation);
    const [oldest] = this.#known.keys();
    if (this.#known.size > CARS_MAX && oldest !== undefined) this.#known.delete(oldest);
  }

  /** What a process before this one knew. */
  async #stored(vehicleId: string): Promise<Navigation | undefined> {
    const trip = await currentTrip(this.#context, this.#context.state, vehicleId);
    return trip && navigationOf(trip);
  }

  async #apply(vehicleId: string, navigation: Navigation): Promise<void> {
    const { state, pokeRelay } = this.#context;
    const changed = await state.transaction(async (tx) => {
      const current = await currentTrip(this.#context, tx, vehicleId);
      const reading = readingOf(navigation);
      const road = reading?.entries[0]?.plan.legs?.[0]?.points;
      const known = current?.legs?.[0]?.points;
      const isSameTrip = current?.departAtMs === navigation.sinceMs;
      // Cars tell the rest of the road again and again.
      if (reading === undefined || (isSameTrip && known && (road === undefined || isRestOf(road, known))))
        return 0;
      const namespace = `car-navigation/${navigation.sinceMs}`;
      const of: ReadingOf = { vehicleId, namespace, from: 'car', sourceId: sourceIdOf(vehicleId) };
      return (await applyReading(this.#context, tx, of, reading)).changed;
    });
    if (changed > 0) pokeRelay();
  }
}

const FLEET = Buffer.from('"fleet-telemetry"');

const sourceIdOf = (vehicleId: string): string => `car-navigation/${vehicleId}`;

/** Undefined while nobody knows where the car is: a trip begins somewhere. */
function readingOf(navigation: Navigation): TripReading | undefined {
  const { position, destination, name, routeLine, sinceMs } = navigation;
  if (destination === undefined) return NOTHING_SAID;
  if (position === undefined) return undefined;
  const said = {
    ...({ wire: 'fleet-telemetry', nowMs: sinceMs, position, destination } as const),
    ...(name !== undefined && { destinationName: name }),
  };
  const read = tripSources.carNavigation.read({ ...said, ...(routeLine !== undefined && { routeLine }) });
  // A line that is none leaves the destination.
  return read.isUnreadable === true ? tripSources.carNavigation.read(said) : read;
}

async function currentTrip(
  { trust, eventClock }: CarTripsContext,
  { trips }: Pick<State, 'trips'>,
  vehicleId: string,
): Promise<Trip | undefined> {
  const rows = await trips.listOfSource(sourceIdOf(vehicleId), eventClock.nowMs() - OLD_MS);
  const newest = rows
    .filter(({ isWithdrawn }) => !isWithdrawn)
    .sort((a, b) => b.departAtMs - a.departAtMs)[0];
  return newest && openTrip(trust, newest);
}

function saidOf(
  { vehicleId, observedAtMs, values, cleared = [], places, quality = {} }: SignalRecord,
  reader: ReturnType<CarTripsContext['trust']['reader']>,
): Said {
  const all: Record<string, SignalValue> = { ...values };
  if (places !== undefined) {
    const opened = reader.open(vehicleId, places.keyId, Buffer.from(places.box, 'base64url'));
    if (opened.kind === 'opened') Object.assign(all, JSON.parse(Buffer.from(opened.bytes).toString()));
  }
  for (const path of Object.keys(quality)) delete all[path];
  return { observedAtMs, values: all, cleared };
}
