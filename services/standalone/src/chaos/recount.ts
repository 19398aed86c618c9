import { join } from 'node:path';
import { SIGNAL } from '@outrider/domain';
import { silentLog } from '@outrider/runtime';
import { type AlertRow, type NotificationRow, openState } from '@outrider/state';
import { openTelemetry } from '@outrider/telemetry';

/** What the files of a drive hold when every service has ended. */
export interface Found {
  /** When the frames in the series were observed, one entry per row. */
  readonly storedAtMs: readonly number[];
  readonly alerts: readonly AlertRow[];
  readonly notifications: readonly NotificationRow[];
}

const PAGE = 5_000;
const ALERTS_MAX = 10_000;

/** Reads a data folder that nobody uses any more. */
export async function recount(folder: string, vehicleId: string): Promise<Found> {
  const url = (name: string): string => `sqlite:${join(folder, `${name}.db`)}`;
  const telemetry = await openTelemetry(url('telemetry'), { log: silentLog });
  const state = await openState(url('state'), { log: silentLog });
  try {
    const storedAtMs: number[] = [];
    for (let after: string | undefined, isFirst = true; isFirst || after !== undefined; isFirst = false) {
      const page = await telemetry.readSignals({
        ...{ vehicleId, paths: [SIGNAL.soc], fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, limit: PAGE },
        ...(after === undefined ? {} : { after }),
      });
      storedAtMs.push(...page.rows.map(({ observedAtMs }) => observedAtMs));
      after = page.next;
    }
    const alerts = await state.alerts.listOf(vehicleId, { limit: ALERTS_MAX });
    const notifications: NotificationRow[] = [];
    for (const { alertId } of alerts) notifications.push(...(await state.notifications.listOfAlert(alertId)));
    return { storedAtMs, alerts, notifications };
  } finally {
    await telemetry.close();
    await state.close();
  }
}
