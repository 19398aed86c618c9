import type { Bus } from '@outrider/bus';
import type { ChargingLocation } from '@outrider/domain';
import {
  type ChargerAnswer,
  type ChargerIndex,
  type ChargerSource,
  ProviderUnavailable,
  type Push,
  withoutTwins,
} from '@outrider/providers';
import { backoffMs, type Runtime, systemRandom } from '@outrider/runtime';
import { createCurrentPlaces } from './current-places.ts';
import { type PublishedPlace, placeRecord, publishChargers, publishedPlaces } from './publish-chargers.ts';
import {
  changeOf,
  findPushed,
  type PushedAddress,
  type PushedPlace,
  type PushResult,
  rememberPushed,
} from './pushed-chargers.ts';

export interface ChargerDeps {
  readonly bus: Bus;
  readonly runtime: Runtime;
  /** Places that nobody has to be asked for. */
  readonly locations: readonly ChargingLocation[];
  /** In the order of trust; none unless the settings name one. */
  readonly chargerSources?: readonly ChargerSource[];
  /** How often each source is asked, give or take a fifth; default 6 h. */
  readonly chargerRefreshMs?: number;
  /** Whether a peer may push; without it what one pushed before is forgotten. */
  readonly takesPushes?: boolean;
  readonly random?: () => number;
}

/** All charging places known now. */
export interface Chargers {
  /** Another one after each list, and after pushes once it is `refresh`ed. */
  readonly index: ChargerIndex;
  /** Takes pushes into the index, every few seconds at most; says which of its places work otherwise than before. */
  refresh(): ReadonlySet<string>;
  /** Resolves when what a peer says is durable, or refused. */
  push(address: PushedAddress, push: Push): Promise<PushResult>;
  /** The object that a peer pushed. */
  find(address: PushedAddress, evseUid?: string, connectorId?: string): unknown;
  /** Publishes what is known already, then goes on asking. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const HOUR_MS = 3_600_000;
const REFRESH_MS = 6 * HOUR_MS;
/** Changes in between, everything once a day: only the whole list tells who is gone. */
const WHOLE_MS = 24 * HOUR_MS;
/** An index of 250,000 places is made in a tenth of a second, and pushes come one by one. */
const REINDEX_MS = 5_000;
const JITTER = 0.2;
const FIRST_RETRY_MS = 60_000;
const LAST_RETRY_MS = HOUR_MS;

/** What one source said last. It stays when the source fails: an old list is better than none. */
interface Known {
  readonly source: ChargerSource;
  places: Map<string, ChargingLocation>;
  /** Real time of its last answer, and of its last whole one; undefined until there is one. */
  answeredAtMs: number | undefined;
  wholeAtMs: number | undefined;
}

/**
 * Charging places from a list and from sources that are asked on a schedule, merged, published where they changed.
 * What a source said before a restart is read from the topic.
 */
export function createChargers(deps: ChargerDeps): Chargers {
  const { bus, runtime, locations, chargerSources = [], random = systemRandom } = deps;
  const counters = createCounters(runtime);
  const known = chargerSources.map((source): Known => {
    return { source, places: new Map(), answeredAtMs: undefined, wholeAtMs: undefined };
  });
  const listed = new Map(locations.map((place) => [place.locationId, place]));
  const stopping = new AbortController();
  let pushed = new Map<string, PushedPlace>();
  const current = createCurrentPlaces(locations, REINDEX_MS);
  let lastTurn: Promise<unknown> = Promise.resolve();
  let asking: Promise<unknown> = Promise.resolve();

  /** One change at a time: each is made of what the one before has left. */
  const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
    const turn = lastTurn.catch(() => undefined).then(change);
    lastTurn = turn;
    return turn;
  };

  const publish = (): Promise<void> =>
    inTurn(async () => {
      const lists = [locations, ...known.map((one) => [...one.places.values()])];
      const places = withoutTwins(mergeWithPushed(pushed, lists));
      current.replaceAll(places);
      counters.published.inc(await publishChargers(bus, places, (id) => pushed.get(id)?.text));
    });

  const push = (address: PushedAddress, said: Push): Promise<PushResult> =>
    inTurn(async () => {
      const change = changeOf(pushed, address, said, runtime.realClock.nowMs());
      if (change.kind !== 'changed') return change;
      const { locationId, pushed: now } = change;
      const others = [listed, ...known.map(({ places }) => places)].map((places) => places.get(locationId));
      const [place] = mergeWithPushed(
        new Map([[locationId, now]]),
        others.map((other) => (other === undefined ? [] : [other])),
      );
      await bus.publish([placeRecord(locationId, place, now.text)]);
      counters.published.inc();
      pushed.set(locationId, now);
      current.replace(locationId, place);
      return { kind: 'taken' };
    });

  const ask = async (one: Known): Promise<number> => {
    const nowMs = runtime.realClock.nowMs();
    const answer = await one.source.list({ ...questionTo(one, nowMs), signal: stopping.signal });
    takeIn(one, answer);
    counters.note(one.source.name, answer);
    await publish();
    return (deps.chargerRefreshMs ?? REFRESH_MS) * (1 + JITTER * (2 * random() - 1));
  };

  const goOnAsking = async (one: Known): Promise<void> => {
    for (let failures = 0; !stopping.signal.aborted; ) {
      let waitMs: number;
      try {
        waitMs = await ask(one);
        failures = 0;
      } catch (error) {
        if (stopping.signal.aborted) return;
        const nowMs = runtime.realClock.nowMs();
        counters.failed(one, error, nowMs);
        waitMs = Math.max(
          backoffMs(failures++, FIRST_RETRY_MS, LAST_RETRY_MS, random),
          ((error as { retryAtMs?: number }).retryAtMs ?? 0) - nowMs,
          1_000,
        );
      }
      await runtime.realClock.sleep(waitMs, stopping.signal);
    }
  };

  return {
    get index() {
      return current.index;
    },
    // By the event clock: in a replay pushes are known as soon as the cars' time has come to them.
    refresh: () => current.refresh(runtime.eventClock.nowMs()),
    push,
    find: (address, evseUid, connectorId) => findPushed(pushed, address, evseUid, connectorId),
    async start() {
      const published = await publishedPlaces(bus);
      remember(known, published.values());
      if (deps.takesPushes === true) pushed = rememberPushed(published);
      await publish();
      asking = Promise.all(known.map(goOnAsking));
    },
    async stop() {
      stopping.abort();
      await asking;
      await lastTurn.catch(() => undefined);
    },
  };
}

/** Pushed places first, and without those that a peer took away after others had heard of them. */
function mergeWithPushed(
  pushed: ReadonlyMap<string, PushedPlace>,
  lists: readonly (readonly ChargingLocation[])[],
): readonly ChargingLocation[] {
  const isThere = ({ locationId, lastUpdatedAtMs }: ChargingLocation): boolean => {
    const said = pushed.get(locationId);
    return said === undefined || said.place !== undefined || lastUpdatedAtMs > said.atMs;
  };
  const places = [...pushed.values()].flatMap(({ place }) => (place === undefined ? [] : [place]));
  return mergePlaces([places, ...lists.map((list) => list.filter(isThere))]);
}

/** Of two places with one id the one updated last counts, of two as new that of the earlier list. */
export function mergePlaces(lists: readonly (readonly ChargingLocation[])[]): readonly ChargingLocation[] {
  const merged = new Map<string, ChargingLocation>();
  for (const place of lists.flat()) {
    const before = merged.get(place.locationId);
    if (before === undefined || place.lastUpdatedAtMs > before.lastUpdatedAtMs)
      merged.set(place.locationId, place);
  }
  return [...merged.values()];
}

function remember(known: readonly Known[], published: Iterable<PublishedPlace>): void {
  const byName = new Map(known.map((one) => [one.source.name, one]));
  for (const { place } of published)
    if (place !== undefined) byName.get(place.source)?.places.set(place.locationId, place);
}

const questionTo = ({ source, answeredAtMs, wholeAtMs }: Known, nowMs: number): { sinceMs?: number } =>
  source.tellsChanges && answeredAtMs !== undefined && wholeAtMs !== undefined && nowMs - wholeAtMs < WHOLE_MS
    ? { sinceMs: answeredAtMs }
    : {};

function takeIn(one: Known, { kind, locations, gone, fetchedAtMs }: ChargerAnswer): void {
  if (kind === 'whole') {
    one.places = new Map();
    one.wholeAtMs = fetchedAtMs;
  }
  for (const place of locations) one.places.set(place.locationId, place);
  for (const locationId of gone) one.places.delete(locationId);
  one.answeredAtMs = fetchedAtMs;
}

function createCounters({ metrics, log }: Runtime) {
  const published = metrics.counter(
    'world_chargers_published_total',
    'Charging places published, tombstones included.',
  );
  const answers = metrics.counter(
    'world_charger_answers_total',
    'Answers of charger sources, by what came of it.',
    ['source', 'result'],
  );
  const age = metrics.gauge(
    'world_charger_list_age_seconds',
    'Age of what a charger source said last, when it was last asked.',
    ['source'],
  );
  const oddities = metrics.counter(
    'world_charger_oddities_total',
    'What sources wrote that had to be left out or mended.',
    ['source', 'result', 'reason'],
  );
  return {
    published,
    note(source: string, { quarantined, mended }: ChargerAnswer): void {
      answers.inc({ source, result: 'answered' });
      age.set({ source }, 0);
      for (const [reason, count] of Object.entries(quarantined))
        oddities.inc({ source, result: 'quarantined', reason }, count);
      for (const [reason, count] of Object.entries(mended))
        oddities.inc({ source, result: 'mended', reason }, count);
    },
    failed({ source: { name }, answeredAtMs, places }: Known, error: unknown, nowMs: number): void {
      const result = error instanceof ProviderUnavailable ? error.kind : 'failed';
      answers.inc({ source: name, result });
      const ageS = answeredAtMs === undefined ? undefined : Math.round((nowMs - answeredAtMs) / 1000);
      if (ageS !== undefined) age.set({ source: name }, ageS);
      log.warn(
        { source: name, ageS, places: places.size, err: String(error) },
        'a charger source does not answer: its last list stays',
      );
    },
  };
}
