import { position } from '@outrider/domain';
import {
  type Caller,
  type CallerDeps,
  createCaller,
  ProviderUnavailable,
  type TripReading,
  tripSources,
} from '@outrider/providers';
import type { Log } from '@outrider/runtime';
import type { State, TripSourceRow, Vehicle } from '@outrider/state';
import { type Applied, applyReading } from './apply-reading.ts';
import { type ApiContext, parseSealed } from './context.ts';
import { ApiError, type Problem } from './errors.ts';
import { type TripSource, tripSource } from './shapes/trip-sources.ts';

/** What became of the last reading; kept in memory only. */
export interface LastReading {
  readonly atMs: number;
  /** Null: it was read. */
  readonly failure: string | null;
  readonly problems: readonly Problem[];
}

/** Reads calendars and weekly trips, and makes the stored trips say the same. */
export interface TripSourceReader {
  /** @throws nothing: what fails is told by the result, and changes no trip */
  read(row: TripSourceRow, signal?: AbortSignal): Promise<LastReading>;
  lastOf(sourceId: string): LastReading | undefined;
  forget(sourceId: string): void;
  /** The origin is one that the settings name. */
  mayAsk(url: string): boolean;
}

type Context = Pick<
  ApiContext,
  'state' | 'trust' | 'access' | 'eventClock' | 'settings' | 'finder' | 'files' | 'pokeRelay'
>;

const TIMEOUT_MS = 10_000;
/** A calendar of some thousand events. */
const CALENDAR_BYTES_MAX = 1_000_000;
/** Questions to one host. */
const BUDGET = { perS: 5, burst: 50 };

export function createTripSourceReader(
  context: Context,
  deps: CallerDeps & { readonly log: Log },
): TripSourceReader {
  const last = new Map<string, LastReading>();
  const running = new Map<string, Promise<LastReading>>();
  const askCalendar = createCalendarCaller(context, deps);

  const readOnce = async (row: TripSourceRow, signal: AbortSignal | undefined): Promise<LastReading> => {
    const atMs = context.eventClock.nowMs();
    const failed = (failure: string): LastReading => ({ atMs, failure, problems: [] });
    try {
      const said = await openSource(context, row);
      if (said === undefined) return failed('nobody allows it to be read');
      const asking = { ...context, ask: askCalendar, signal };
      const { reading, unanswered } = await readingOf(asking, row, said);
      if (reading.isUnreadable === true) return failed(reading.problems[0]?.why ?? 'cannot be read');
      const applied = await context.state.transaction((tx) =>
        applyTo(context, tx, row, said, { reading, unanswered }),
      );
      if (applied.changed > 0) context.pokeRelay();
      return { atMs, failure: null, problems: [...problemsOf(reading), ...applied.problems] };
    } catch (error) {
      // The address of a calendar is a secret: its host's answer and our own words are all that is told.
      if (error instanceof ProviderUnavailable) return failed(error.kind);
      if (error instanceof ApiError) return failed(error.code);
      deps.log.error(
        { sourceId: row.sourceId, err: (error as Error).name },
        'a source of trips was not read',
      );
      return failed('internal');
    }
  };

  return {
    read(row, signal) {
      const { sourceId } = row;
      const reading =
        running.get(sourceId) ??
        readOnce(row, signal)
          .then((result) => {
            last.set(sourceId, result);
            return result;
          })
          .finally(() => running.delete(sourceId));
      running.set(sourceId, reading);
      return reading;
    },
    lastOf: (sourceId) => last.get(sourceId),
    forget: (sourceId) => void last.delete(sourceId),
    mayAsk: (url) => context.settings.calendarOrigins.includes(new URL(url).origin),
  };
}

export const problemsOf = ({ problems }: TripReading): readonly Problem[] =>
  problems.map(({ line, field, why }) => ({
    path: line === undefined ? field : `line ${line}.${field}`,
    message: why,
  }));

/** Asks one host's calendars by one caller: a host that is down is left in peace by all of them. */
function createCalendarCaller(
  { settings }: Context,
  deps: CallerDeps,
): (url: string, signal: AbortSignal | undefined) => Promise<string> {
  const callers = new Map<string, Caller>();
  return async (url, signal) => {
    const { origin, pathname, search } = new URL(url);
    if (!settings.calendarOrigins.includes(origin))
      throw new ProviderUnavailable('ical', 'the settings do not name its host', { kind: 'auth' });
    const caller =
      callers.get(origin) ??
      createCaller({
        ...{ ...deps, name: 'ical', baseUrl: origin, budget: BUDGET },
        ...{ timeoutMs: TIMEOUT_MS, maxBytes: CALENDAR_BYTES_MAX },
      });
    callers.set(origin, caller);
    const { text } = await caller.ask({
      path: `${pathname.replace(/^\/+/, '')}${search}`,
      headers: { accept: 'text/calendar' },
      ...(signal !== undefined && { signal }),
    });
    return text;
  };
}

/** Undefined once the car has another owner, no purpose is switched on, or the key is gone. */
async function openSource(context: Context, row: TripSourceRow): Promise<TripSource | undefined> {
  await context.trust.prepare([row.vehicleId]);
  const isSold = await context.access.refuseSold(row.vehicleId, row.keyId).then(
    () => false,
    () => true,
  );
  return isSold ? undefined : openSaid(context, row);
}

/** What the driver said of a source; either purpose it was kept for may open it. */
export const openSaid = (context: Pick<ApiContext, 'trust'>, row: TripSourceRow): TripSource | undefined =>
  openAny(context, row.vehicleId, row, tripSource);

function openAny<T>(
  { trust }: Pick<ApiContext, 'trust'>,
  vehicleId: string,
  sealed: { readonly keyId: string; readonly box: string },
  schema: Parameters<typeof parseSealed<T>>[0],
): T | undefined {
  const box = Buffer.from(sealed.box, 'base64url');
  for (const purpose of ['alert_driver', 'show_driver'] as const) {
    const opened = trust.reader(purpose).open(vehicleId, sealed.keyId, box);
    if (opened.kind === 'opened') return parseSealed(schema, opened.bytes);
  }
  return undefined;
}

interface Asking extends Context {
  readonly signal: AbortSignal | undefined;
  ask(url: string, signal: AbortSignal | undefined): Promise<string>;
}

interface Read {
  readonly reading: TripReading;
  /** Texts of places that nobody could tell of now. */
  readonly unanswered: ReadonlySet<string>;
}

async function readingOf(context: Asking, row: TripSourceRow, said: TripSource): Promise<Read> {
  const unanswered: ReadonlySet<string> = new Set();
  const nowMs = context.eventClock.nowMs();
  if (said.kind === 'weekly')
    return { reading: tripSources.weekly.read({ trip: said.trip, nowMs }), unanswered };
  const { url, places, timeZone } = said;
  const text = await context.ask(url, context.signal);
  const vehicle = await context.state.vehicles.find(row.vehicleId);
  const home = homeOf(context, vehicle, row.keyId);
  const input = { text, nowMs, home, places, timeZone };
  const reading = await context.files.read('ical', input);
  const texts = new Set((reading.unplaced ?? []).map(({ place }) => place).filter((place) => place !== ''));
  if (home === null || texts.size === 0 || context.finder === undefined || !mayGuess(context, row))
    return { reading, unanswered };
  const guessed = await context.finder.find(texts, home, context.signal);
  if (guessed.found.length === 0) return { reading, unanswered: guessed.unanswered };
  const again = await context.files.read('ical', { ...input, found: guessed.found });
  return { reading: again, unanswered: guessed.unanswered };
}

/** Whoever registered the calendar agrees, now, that others are asked for its places and trips are guessed. */
const mayGuess = ({ trust }: Context, { vehicleId, keyId, box }: TripSourceRow): boolean =>
  trust.reader('guess_trips').open(vehicleId, keyId, Buffer.from(box, 'base64url')).kind === 'opened';

function homeOf(context: Context, vehicle: Vehicle | undefined, keyId: string) {
  const sealed = vehicle?.homeSealed ?? null;
  if (vehicle === undefined || sealed === null || sealed.keyId !== keyId) return null;
  return openAny(context, vehicle.vehicleId, sealed, position) ?? null;
}

/** Nothing when the source was removed while it was read: its trips are withdrawn already. */
async function applyTo(
  context: Context,
  tx: State,
  { sourceId, vehicleId }: TripSourceRow,
  { kind }: TripSource,
  { reading, unanswered }: Read,
): Promise<Applied> {
  if ((await tx.tripSources.find(sourceId)) === undefined) return { trips: [], changed: 0, problems: [] };
  const from = kind === 'ical' ? 'calendar' : 'driver';
  const of = { vehicleId, namespace: sourceId, sourceId, from, unanswered } as const;
  return applyReading(context, tx, of, reading);
}
