import type { Bus, Sealer } from '@outrider/bus';
import type { ChargingLocation } from '@outrider/domain';
import {
  type ChargerAnswer,
  type ChargerIndex,
  type ChargerSource,
  chargerIndex,
  ProviderUnavailable,
  withoutTwins,
} from '@outrider/providers';
import { backoffMs, type Runtime, systemRandom } from '@outrider/runtime';
import { publishChargers, publishedPlaces } from './publish-chargers.ts';

export interface ChargerDeps {
  readonly bus: Bus;
  readonly trust: Sealer;
  readonly runtime: Runtime;
  /** Places that nobody has to be asked for. */
  readonly locations: readonly ChargingLocation[];
  /** In the order of trust; none unless the settings name one. */
  readonly chargerSources?: readonly ChargerSource[];
  /** How often each source is asked, give or take a fifth; default 6 h. */
  readonly chargerRefreshMs?: number;
  readonly random?: () => number;
}

/** All charging places known now. */
export interface Chargers {
  /** Another one after each change. */
  readonly index: ChargerIndex;
  /** Publishes what is known already, then goes on asking. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const HOUR_MS = 3_600_000;
const REFRESH_MS = 6 * HOUR_MS;
/** Changes in between, everything once a day: only the whole list tells who is gone. */
const WHOLE_MS = 24 * HOUR_MS;
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
  const { bus, trust, runtime, locations, chargerSources = [], random = systemRandom } = deps;
  const counters = createCounters(runtime);
  const known = chargerSources.map((source): Known => {
    return { source, places: new Map(), answeredAtMs: undefined, wholeAtMs: undefined };
  });
  const stopping = new AbortController();
  let index = chargerIndex(locations);
  let publishing = Promise.resolve();
  let asking: Promise<unknown> = Promise.resolve();

  const publish = (): Promise<void> => {
    publishing = publishing
      .catch(() => undefined)
      .then(async () => {
        const places = withoutTwins(
          mergePlaces([locations, ...known.map((one) => [...one.places.values()])]),
        );
        index = chargerIndex(places);
        counters.published.inc(await publishChargers(bus, places, trust, runtime.eventClock.nowMs()));
      });
    return publishing;
  };

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
      return index;
    },
    async start() {
      if (known.length > 0) remember(known, (await publishedPlaces(bus)).values());
      await publish();
      asking = Promise.all(known.map(goOnAsking));
    },
    async stop() {
      stopping.abort();
      await asking;
      await publishing.catch(() => undefined);
    },
  };
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

function remember(known: readonly Known[], published: Iterable<ChargingLocation>): void {
  const byName = new Map(known.map((one) => [one.source.name, one]));
  for (const place of published) byName.get(place.source)?.places.set(place.locationId, place);
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
