import { type Batch, type CommandBook, TOPICS } from '@outrider/bus';
import type { Clock } from '@outrider/runtime';
import type { State } from '@outrider/state';
import type { Trust } from '@outrider/trust';
import { loadParts } from '../access.ts';
import { stillValid } from '../credentials.ts';
import { type CommandCards, createCommandCards } from './command-cards.ts';
import { type Feed, type Sent, sendText } from './feed.ts';
import { type LiveMessage, textOf, writeCursor } from './messages.ts';
import { loadRights } from './rights.ts';
import { isFor, loadMissed, toldOf } from './told.ts';

/** All open feeds of this process, and what they are told. */
export interface Hub {
  readonly size: number;
  /** Asks for rights, says hello, tells what the car is asked to do and what was missed, then what comes. */
  join(feed: Feed, afterMs: number | undefined): Promise<void>;
  leave(feed: Feed): void;
  /** A batch of notifications, forecasts, alerts or commands. */
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

const UNAUTHORISED_CLOSE = 4401;
const GOING_AWAY_CLOSE = 1001;

interface HubDeps {
  readonly state: State;
  readonly trust: Trust;
  readonly eventClock: Clock;
  readonly realClock: Clock;
  readonly commands: CommandBook;
  readonly countSent: (result: Sent) => void;
}

export function createHub(deps: HubDeps): Hub {
  const { state, trust, eventClock } = deps;
  const feeds = new Set<Feed>();
  const byVehicle = new Map<string, Set<Feed>>();
  const cards: CommandCards = createCommandCards(deps);
  let cursorMs = eventClock.nowMs();

  const refreshRights = async (feed: Feed): Promise<void> => {
    const rights = await loadRights(deps, feed.principal);
    const parts = await loadParts(deps, feed.principal);
    unlist(byVehicle, feed);
    feed.rights = rights;
    feed.parts = parts;
    if (!feeds.has(feed)) return;
    for (const vehicleId of vehiclesOf(feed)) {
      const readers = byVehicle.get(vehicleId) ?? new Set();
      byVehicle.set(vehicleId, readers.add(feed));
    }
  };

  const send = (feed: Feed, message: LiveMessage): void =>
    deps.countSent(sendText(feed, textOf(message, eventClock.nowMs()), false));

  return {
    get size() {
      return feeds.size;
    },
    async join(feed, afterMs) {
      feeds.add(feed);
      await refreshRights(feed);
      cursorMs = Math.max(cursorMs, eventClock.nowMs());
      send(feed, { type: 'hello', cursor: writeCursor(cursorMs), vehicleIds: vehiclesOf(feed) });
      for (const card of await cards.open(feed.rights, afterMs, cursorMs)) send(feed, card);
      if (afterMs === undefined) return;
      for (const message of await loadMissed(deps, feed, afterMs)) send(feed, message);
    },
    leave(feed) {
      feeds.delete(feed);
      unlist(byVehicle, feed);
    },
    async tell(batch) {
      const heard = batch.records.filter(({ key }) => byVehicle.has(key));
      await trust.prepare(new Set(heard.map(({ key }) => key)));
      for (const record of heard) {
        if (record.topic === TOPICS.commands.name) {
          const card = await cards.read(record, cursorMs);
          for (const feed of byVehicle.get(record.key) ?? [])
            if (card !== undefined && feed.rights.get(record.key)?.has(card.keyId)) send(feed, card.message);
          continue;
        }
        const nowMs = eventClock.nowMs();
        const shown = toldOf(record, trust.reader('show_driver'), cursorMs, nowMs);
        // Who only has a part in the car is told by the owner's consent to be warned.
        const told = shown ?? toldOf(record, trust.reader('alert_driver'), cursorMs, nowMs);
        if (told === undefined) continue;
        cursorMs = told.cursorMs;
        const text = textOf(told.message, nowMs);
        for (const feed of byVehicle.get(record.key) ?? []) {
          const keyId = record.headers.keyId ?? '';
          const isOwners = shown !== undefined && feed.rights.get(record.key)?.has(keyId) === true;
          const isTheirs = told.personId !== null && feed.parts.get(record.key)?.has(keyId) === true;
          if (!(isOwners || isTheirs) || !isFor(told.personId, feed.principal)) continue;
          deps.countSent(sendText(feed, text, told.message.type === 'forecast'));
        }
      }
    },
    async refresh(personId) {
      for (const feed of [...feeds]) {
        if (personId !== undefined && feed.principal.personId !== personId) continue;
        if (await stillValid(state, feed.principal, deps.realClock.nowMs())) await refreshRights(feed);
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

const vehiclesOf = ({ rights, parts }: Feed): string[] => [...new Set([...rights.keys(), ...parts.keys()])];

function unlist(byVehicle: Map<string, Set<Feed>>, feed: Feed): void {
  for (const vehicleId of vehiclesOf(feed)) {
    const readers = byVehicle.get(vehicleId);
    readers?.delete(feed);
    if (readers?.size === 0) byVehicle.delete(vehicleId);
  }
}
