import { type Bus, type OutgoingRecord, type RecordPosition, TOPICS } from '@outrider/bus';
import { systemClock } from '@outrider/runtime';
import type { State } from '@outrider/state';
import type { TelemetryStore } from '@outrider/telemetry';

// Engines that break a promise on purpose, so that a proof can show that it notices.

/** How long a cheating engine keeps what it has promised in memory only. */
const HELD_MS = 40;

const busWith = (bus: Bus, publish: Bus['publish']): Bus => ({
  publish,
  subscribe: (options) => bus.subscribe(options),
  broadcast: (options) => bus.broadcast(options),
  commit: (group, offsets) => bus.commit(group, offsets),
  lag: (group) => bus.lag(group),
  get partitions() {
    return bus.partitions;
  },
  maintain: () => bus.maintain(),
  ping: () => bus.ping(),
  close: () => bus.close(),
});

/** Nobody looks at the positions of a publish whose records are not there yet. */
const positionsOf = (records: readonly OutgoingRecord[]): readonly RecordPosition[] =>
  records.map(({ topic }) => ({ topic, partition: 0, offset: 0 }));

/** Says that frames are in the log before it has them. */
export const ackingEarly = (bus: Bus): Bus =>
  busWith(bus, async (records) => {
    if (!records.every(({ topic }) => topic === TOPICS.raw.name)) return bus.publish(records);
    void systemClock.sleep(HELD_MS).then(() => bus.publish(records));
    return positionsOf(records);
  });

/** One alert in three never reaches the log. */
export function losingAlerts(bus: Bus): Bus {
  let seen = 0;
  return busWith(bus, async (records) => {
    const kept = records.filter(({ topic }) => topic !== TOPICS.alerts.name || ++seen % 3 !== 0);
    await bus.publish(kept);
    return positionsOf(records);
  });
}

/** Reads commands from now on only: what was asked before a restart is forgotten. */
export const forgettingCommands = (bus: Bus): Bus => ({
  ...busWith(bus, (records) => bus.publish(records)),
  broadcast: (options) =>
    bus.broadcast(options.topics.includes(TOPICS.commands.name) ? { ...options, start: 'latest' } : options),
});

/** Says that rows are in the series before it has them. */
export const writingLate = (telemetry: TelemetryStore): TelemetryStore => ({
  writeSignals: async (rows) => {
    void systemClock.sleep(HELD_MS).then(() => telemetry.writeSignals(rows));
  },
  writeForecasts: (rows) => telemetry.writeForecasts(rows),
  readSignals: (query) => telemetry.readSignals(query),
  downsample: (query) => telemetry.downsample(query),
  readForecasts: (query) => telemetry.readForecasts(query),
  prune: (beforeMs) => telemetry.prune(beforeMs),
  ping: () => telemetry.ping(),
  close: () => telemetry.close(),
});

/** Ids differ from run to run of the process, and after a restart every alert is decided again. */
export function forgetting(state: State): State {
  const salt = String(process.pid);
  const notifications: State['notifications'] = {
    ...state.notifications,
    insert: (rows) =>
      state.notifications.insert(
        rows.map((row) => ({ ...row, notificationId: `${row.notificationId}.${salt}` })),
      ),
    listOfAlert: async (alertId) =>
      (await state.notifications.listOfAlert(alertId)).filter((row) =>
        row.notificationId.endsWith(`.${salt}`),
      ),
    readOffsets: async (partition) =>
      new Map([...(await state.notifications.readOffsets(partition)).keys()].map((topic) => [topic, 0])),
  };
  const wrap = (inner: State): State => ({
    ...inner,
    notifications,
    transaction: (work) => inner.transaction((inside) => work(wrap(inside))),
  });
  return wrap(state);
}
