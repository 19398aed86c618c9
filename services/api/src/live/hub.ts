import { type Batch, decodeRecord, TOPICS } from '@outrider/bus';
import type { Clock } from '@outrider/runtime';
import type { State } from '@outrider/state';
import type { Trust } from '@outrider/trust';
import { type Principal, stillValid } from '../credentials.ts';
import { type Feed, type Sent, sendText } from './feed.ts';
import {
  alertMessage,
  forecastMessage,
  type LiveMessage,
  notificationMessage,
  storedNotificationMessage,
  writeCursor,
} from './messages.ts';

/** All open feeds of this process, and what they are told. */
export interface Hub {
  readonly size: number;
  /** Asks for rights, says hello, tells what was missed, then what comes. */
  join(feed: Feed, afterMs: number | undefined): Promise<void>;
  leave(feed: Feed): void;
  /** A batch of notifications, forecasts or alerts. */
  tell(batch: Batch): Promise<void>;
  /** Asks again for the rights of all feeds, or those of one person. Feeds whose token ended are closed. */
  refresh(personId?: string): Promise<void>;
  /** Pings; cuts off who did not answer the last one. */
  ping(): void;
  /** Says goodbye to everybody. */
  closeAll(): void;
  /** For those who did not answer the goodbye. */
  cutAll(): void;
}

/** Told again when a feed comes back: records of other partitions may have been on their way. */
const OVERLAP_MS = 60_000;
/** A message can change long after it was made (quiet hours); looked back this far. */
const LOOK_BACK_MS = 86_400_000;
const MISSED_MAX = 500;
const UNAUTHORISED_CLOSE = 4401;
const GOING_AWAY_CLOSE = 1001;

export function createHub(deps: {
  readonly state: State;
  readonly trust: Trust;
  readonly eventClock: Clock;
  readonly countSent: (result: Sent) => void;
}): Hub {
  const { state, trust, eventClock } = deps;
  const feeds = new Set<Feed>();
  const byVehicle = new Map<string, Set<Feed>>();
  let cursorMs = eventClock.nowMs();

  const unlist = (feed: Feed): void => {
    for (const vehicleId of feed.rights.keys()) {
      const readers = byVehicle.get(vehicleId);
      readers?.delete(feed);
      if (readers?.size === 0) byVehicle.delete(vehicleId);
    }
  };

  const loadRights = async (feed: Feed): Promise<void> => {
    const rights = await rightsOf({ state, trust, eventClock }, feed.principal);
    unlist(feed);
    feed.rights = rights;
    if (!feeds.has(feed)) return;
    for (const vehicleId of rights.keys()) {
      const readers = byVehicle.get(vehicleId) ?? new Set();
      byVehicle.set(vehicleId, readers.add(feed));
    }
  };

  const send = (feed: Feed, message: LiveMessage): void =>
    deps.countSent(sendText(feed, JSON.stringify(message), false));

  const tellMissed = async (feed: Feed, afterMs: number): Promise<void> => {
    const reader = trust.reader('show_driver');
    const rows = [];
    for (const vehicleId of feed.rights.keys())
      rows.push(...(await state.notifications.listOfVehicle(vehicleId, afterMs - LOOK_BACK_MS, MISSED_MAX)));
    const missed = rows
      .filter((row) => row.changedAtMs >= afterMs - OVERLAP_MS && isFor(row.personId, feed.principal))
      .filter((row) => row.keyId === null || feed.rights.get(row.vehicleId)?.has(row.keyId))
      .toSorted((one, other) => one.changedAtMs - other.changedAtMs);
    for (const row of missed) {
      const opened =
        row.keyId === null || row.box === null
          ? undefined
          : reader.open(row.vehicleId, row.keyId, Buffer.from(row.box, 'base64url'));
      const words = opened?.kind === 'opened' ? opened.bytes : undefined;
      send(feed, storedNotificationMessage(row, words, writeCursor(row.changedAtMs)));
    }
  };

  /** The record as a message, made once however many read it; undefined when it cannot be read. */
  const messageOf = (record: Batch['records'][number]): Told | undefined => {
    const reader = trust.reader('show_driver');
    const cursor = writeCursor(cursorMs);
    if (record.topic === TOPICS.notifications.name) {
      const decoded = decodeRecord(TOPICS.notifications, record, reader);
      if (decoded.kind !== 'record') return undefined;
      cursorMs = Math.max(cursorMs, decoded.record.at.changedMs);
      const message = notificationMessage(decoded.record, writeCursor(cursorMs));
      return { message, personId: decoded.record.personId ?? null };
    }
    if (record.topic === TOPICS.forecasts.name) {
      const decoded = decodeRecord(TOPICS.forecasts, record, reader);
      return decoded.kind === 'record'
        ? { message: forecastMessage(decoded.record, cursor), personId: null }
        : undefined;
    }
    const decoded = decodeRecord(TOPICS.alerts, record, reader);
    return decoded.kind === 'record'
      ? { message: alertMessage(decoded.record, cursor), personId: null }
      : undefined;
  };

  return {
    get size() {
      return feeds.size;
    },
    async join(feed, afterMs) {
      feeds.add(feed);
      await loadRights(feed);
      send(feed, { type: 'hello', cursor: writeCursor(cursorMs), vehicleIds: [...feed.rights.keys()] });
      if (afterMs !== undefined) await tellMissed(feed, afterMs);
    },
    leave(feed) {
      feeds.delete(feed);
      unlist(feed);
    },
    async tell(batch) {
      const heard = batch.records.filter(({ key }) => byVehicle.has(key));
      await trust.prepare(new Set(heard.map(({ key }) => key)));
      for (const record of heard) {
        const told = messageOf(record);
        if (told === undefined) continue;
        const text = JSON.stringify(told.message);
        for (const feed of byVehicle.get(record.key) ?? []) {
          if (!feed.rights.get(record.key)?.has(record.headers.keyId ?? '')) continue;
          if (!isFor(told.personId, feed.principal)) continue;
          deps.countSent(sendText(feed, text, told.message.type === 'forecast'));
        }
      }
    },
    async refresh(personId) {
      for (const feed of [...feeds]) {
        if (personId !== undefined && feed.principal.personId !== personId) continue;
        if (await stillValid(state, feed.principal)) await loadRights(feed);
        else feed.socket.close(UNAUTHORISED_CLOSE, 'not-authenticated');
      }
    },
    ping() {
      for (const feed of feeds) {
        if (!feed.isAlive) feed.socket.terminate();
        feed.isAlive = false;
        if (feed.socket.readyState === feed.socket.OPEN) feed.socket.ping();
      }
    },
    closeAll() {
      for (const feed of feeds) feed.socket.close(GOING_AWAY_CLOSE, 'the server stops');
    },
    cutAll() {
      for (const feed of feeds) feed.socket.terminate();
    },
  };
}

interface Told {
  readonly message: LiveMessage;
  /** Whom it was for; null when for everybody who may see the vehicle. */
  readonly personId: string | null;
}

/** What was told to somebody else stays with them. */
const isFor = (personId: string | null, principal: Principal): boolean =>
  personId === null || personId === principal.personId;

/** Vehicles the person owns now and wants to be shown, with the keys of that ownership. */
async function rightsOf(
  { state, trust, eventClock }: { readonly state: State; readonly trust: Trust; readonly eventClock: Clock },
  principal: Principal,
): Promise<Feed['rights']> {
  const nowMs = eventClock.nowMs();
  const vehicleIds = (await state.vehicles.listOf(principal.personId, nowMs)).map((one) => one.vehicleId);
  await trust.prepare(vehicleIds);
  const rights = new Map<string, Set<string>>();
  for (const owned of await state.vehicles.ownerships(vehicleIds)) {
    if (owned.personId !== principal.personId || (owned.toMs !== null && owned.toMs <= nowMs)) continue;
    const { kind } = trust.decide({
      purpose: 'show_driver',
      vehicleId: owned.vehicleId,
      actor: { kind: 'person', personId: principal.personId, role: principal.role },
      aboutFromMs: owned.fromMs,
      aboutToMs: Math.max(owned.fromMs, nowMs),
    });
    if (kind !== 'allow') continue;
    rights.set(owned.vehicleId, (rights.get(owned.vehicleId) ?? new Set()).add(owned.keyId));
  }
  return rights;
}
