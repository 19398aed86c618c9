import { type Batch, decodeRecord, TOPICS } from '@outrider/bus';
import type { Clock } from '@outrider/runtime';
import type { State } from '@outrider/state';
import type { Trust } from '@outrider/trust';
import { actorOf } from '../access.ts';
import { viewAlert } from '../shapes/alerts.ts';
import { iso } from '../shapes/fields.ts';
import { type Feed, type Sent, sendText } from './feed.ts';
import { type LiveMessage, textOf, writeCursor } from './messages.ts';
import type { NewestPlaces } from './newest-places.ts';

/**
 * What those who look after cars are told as it comes: steps of warnings, and where the cars are that need help.
 * Of a car without a warning that holds, and of one whose owner does not want to be warned, they hear nothing.
 */
export interface NeedsWatch {
  /** From now on; first where the cars are that need help now. */
  join(feed: Feed): Promise<void>;
  leave(feed: Feed): void;
  takeAlerts(batch: Batch): Promise<void>;
  takeSignals(batch: Batch): void;
  /** Tells the places that changed since the last time; rounds do not pile up. */
  tellPlaces(): Promise<void>;
  /** Asks anew who needs help. */
  refresh(): Promise<void>;
}

interface Deps {
  readonly state: State;
  readonly trust: Trust;
  readonly eventClock: Clock;
  readonly places: NewestPlaces;
  readonly countSent: (result: Sent) => void;
}

/** Cars that need help at once, more than one page shows. */
const NEEDS_MAX = 5_000;
/** The owner's list of reads says once an hour that somebody watches. */
const NOTED_MS = 3_600_000;

interface Watcher {
  readonly feed: Feed;
  /** Vehicle → when the owner's list of reads was told last, event time. */
  readonly notedAtMs: Map<string, number>;
  /** It was too slow for what changed: it gets all of it. */
  isBehind: boolean;
}

export function createNeedsWatch(deps: Deps): NeedsWatch {
  const { state, trust, eventClock, places, countSent } = deps;
  const watchers = new Map<Feed, Watcher>();
  /** Vehicle → its warnings that hold. */
  let firing = new Map<string, Set<string>>();
  const changed = new Set<string>();
  let round: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    if (watchers.size === 0) return;
    const found = new Map<string, Set<string>>();
    for (const { vehicleId, alertId } of await state.alerts.listFiring(NEEDS_MAX))
      found.set(vehicleId, (found.get(vehicleId) ?? new Set()).add(alertId));
    firing = found;
  };
  const send = (watcher: Watcher, message: LiveMessage, isReplaceable: boolean): void => {
    const sent = sendText(watcher.feed, textOf(message, eventClock.nowMs()), isReplaceable);
    countSent(sent);
    if (isReplaceable && sent === 'skipped') watcher.isBehind = true;
  };
  const tell = async (watcher: Watcher, vehicleIds: Iterable<string>): Promise<void> => {
    const wanted = [...vehicleIds].filter((vehicleId) => firing.has(vehicleId));
    await trust.prepare(wanted);
    const found = wanted.flatMap((vehicleId) => {
      const place = places.find(vehicleId, trust.reader('alert_driver'));
      return place === undefined ? [] : [{ vehicleId, ...place }];
    });
    if (found.length === 0) return;
    await note(
      deps,
      watcher,
      found.map(({ vehicleId }) => vehicleId),
    );
    const shown = found.map(({ observedAtMs, ...place }) => ({ ...place, at: iso(observedAtMs) }));
    send(watcher, { type: 'places', cursor: writeCursor(eventClock.nowMs()), places: shown }, true);
  };
  const tellAll = async (): Promise<void> => {
    const some = [...changed];
    changed.clear();
    for (const watcher of watchers.values()) {
      const isAll = watcher.isBehind;
      watcher.isBehind = false;
      if (isAll || some.length > 0) await tell(watcher, isAll ? firing.keys() : some);
    }
  };

  return {
    async join(feed) {
      const watcher: Watcher = { feed, notedAtMs: new Map(), isBehind: false };
      watchers.set(feed, watcher);
      await refresh();
      await tell(watcher, firing.keys());
    },
    leave: (feed) => void watchers.delete(feed),
    async takeAlerts({ records }) {
      if (watchers.size === 0) return;
      await trust.prepare(new Set(records.map(({ key }) => key)));
      for (const record of records) {
        const decoded = decodeRecord(TOPICS.alerts, record, trust.reader('alert_driver'));
        if (decoded.kind !== 'record') continue;
        const { vehicleId, alertId, state: step } = decoded.record;
        if (follow(firing, vehicleId, alertId, step === 'firing')) changed.add(vehicleId);
        const cursor = writeCursor(eventClock.nowMs());
        const isSynthetic = (await state.vehicles.find(vehicleId))?.isSynthetic === true;
        const shown = { ...viewAlert(decoded.record), ...(isSynthetic && { isSynthetic: true as const }) };
        for (const watcher of watchers.values()) {
          await note(deps, watcher, [vehicleId]);
          send(watcher, { type: 'need', cursor, alert: shown }, false);
        }
      }
    },
    takeSignals(batch) {
      places.take(batch);
      if (watchers.size > 0) for (const { key } of batch.records) if (firing.has(key)) changed.add(key);
    },
    tellPlaces() {
      round ??= tellAll().finally(() => {
        round = undefined;
      });
      return round;
    },
    refresh,
  };
}

/** Whether the car needs help from now on and did not before. */
function follow(
  firing: Map<string, Set<string>>,
  vehicleId: string,
  alertId: string,
  isFiring: boolean,
): boolean {
  const held = firing.get(vehicleId);
  if (isFiring) firing.set(vehicleId, (held ?? new Set()).add(alertId));
  else if (held?.delete(alertId) && held.size === 0) firing.delete(vehicleId);
  return isFiring && held === undefined;
}

/** First the owner's list of reads, then the read: when it cannot be written nothing is shown. */
async function note(
  { state, eventClock }: Deps,
  { feed, notedAtMs }: Watcher,
  vehicleIds: readonly string[],
): Promise<void> {
  const atMs = eventClock.nowMs();
  const actor = actorOf(feed.principal);
  for (const vehicleId of vehicleIds) {
    if (atMs - (notedAtMs.get(vehicleId) ?? Number.NEGATIVE_INFINITY) < NOTED_MS) continue;
    await state.audit.append({ atMs, actor, action: 'read-live-needs', purpose: 'alert_driver', vehicleId });
    notedAtMs.set(vehicleId, atMs);
  }
}
