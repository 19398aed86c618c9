import { decodeRecord, openBus, TOPICS } from '@outrider/bus';
import { SIGNAL } from '@outrider/domain';
import { type Clock, silentLog } from '@outrider/runtime';
import { type NotificationRow, openState } from '@outrider/state';
import { openTelemetry, type TelemetryStore } from '@outrider/telemetry';
import { createTrust } from '@outrider/trust';

/** What the engines hold, read through the same ports the services use. */
export interface Found {
  /** Vehicle → numbers of the stored frames, one per row. */
  readonly storedNumbers: ReadonlyMap<string, readonly number[]>;
  readonly alerts: readonly FoundAlert[];
  /** Every record of `alerts.v1`. */
  readonly published: readonly { readonly alertId: string; readonly revision: number }[];
  readonly notifications: readonly NotificationRow[];
  readonly unreadableAlerts: number;
}

export interface FoundAlert {
  readonly alertId: string;
  readonly vehicleId: string;
  readonly ruleId: string;
  /** The stop it is about. */
  readonly subject: string;
  readonly revision: number;
  readonly startedAtMs: number;
}

/** As BUS_URL, TELEMETRY_URL and STATE_URL have them. */
export interface EngineUrls {
  readonly bus: string;
  readonly telemetry: string;
  readonly state: string;
}

const PAGE = 5_000;
const ALERTS_MAX = 10_000;

export interface ExamineOptions {
  readonly urls: EngineUrls;
  readonly vehicleIds: readonly string[];
  readonly clock: Clock;
}

export async function examine(options: ExamineOptions): Promise<Found> {
  const storedNumbers = await examineSeries(options.urls.telemetry, options.vehicleIds);
  return { storedNumbers, ...(await examineAlerts(options)) };
}

/** What became of alerts; the series is left alone. */
export async function examineAlerts(options: ExamineOptions): Promise<Omit<Found, 'storedNumbers'>> {
  const { urls, vehicleIds, clock } = options;
  const state = await openState(urls.state, { log: silentLog });
  const bus = await openBus(urls.bus, { clock, log: silentLog });
  try {
    const alerts: FoundAlert[] = [];
    const notifications: NotificationRow[] = [];
    for (const vehicleId of vehicleIds) {
      const rows = await state.alerts.listOf(vehicleId, { limit: ALERTS_MAX });
      alerts.push(...rows);
      for (const { alertId } of rows) notifications.push(...(await state.notifications.listOfAlert(alertId)));
    }
    const trust = createTrust({ ...state, eventClock: clock, realClock: clock });
    const reader = trust.reader('alert_driver');
    const published: { alertId: string; revision: number }[] = [];
    let unreadableAlerts = 0;
    const subscription = await bus.broadcast({
      topics: [TOPICS.alerts.name],
      start: 'earliest',
      handle: async ({ records }) => {
        await trust.prepare(vehicleIds);
        for (const record of records) {
          const decoded = decodeRecord(TOPICS.alerts, record, reader);
          if (decoded.kind === 'record') {
            const { alertId, revision } = decoded.record;
            published.push({ alertId, revision });
          } else unreadableAlerts += 1;
        }
      },
    });
    await subscription.caughtUp;
    return { alerts, published, notifications, unreadableAlerts };
  } finally {
    await bus.close();
    await state.close();
  }
}

/** @throws when the file cannot be read, which after a power cut means that all of it is lost */
export async function examineSeries(
  telemetryUrl: string,
  vehicleIds: readonly string[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  const telemetry = await openTelemetry(telemetryUrl, { log: silentLog, queryDeadlineMs: 60_000 });
  try {
    const found = new Map<string, readonly number[]>();
    for (const vehicleId of vehicleIds) found.set(vehicleId, await numbersOf(telemetry, vehicleId));
    return found;
  } finally {
    await telemetry.close();
  }
}

async function numbersOf(telemetry: TelemetryStore, vehicleId: string): Promise<readonly number[]> {
  const numbers: number[] = [];
  let after: string | undefined;
  do {
    const page = await telemetry.readSignals({
      vehicleId,
      paths: [SIGNAL.odometer],
      fromMs: 0,
      toMs: Number.MAX_SAFE_INTEGER,
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    for (const { values } of page.rows) numbers.push(Number(values[SIGNAL.odometer]));
    after = page.next;
  } while (after !== undefined);
  return numbers;
}
