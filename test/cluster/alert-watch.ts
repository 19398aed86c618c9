import { type Bus, decodeRecord, TOPICS } from '@outrider/bus';
import type { Alert } from '@outrider/domain';
import { silentLog, systemClock } from '@outrider/runtime';
import type { State } from '@outrider/state';
import { createTrust } from '@outrider/trust';

/** What alerts.v1 says of each car, as it says it. */
export interface AlertWatch {
  /** The newest step of each of its alerts. */
  alertsOf(vehicleId: string): readonly Alert[];
  stop(): Promise<void>;
}

export async function watchAlerts(bus: Bus, state: State): Promise<AlertWatch> {
  const trust = createTrust({ ...state, eventClock: systemClock });
  const reader = trust.reader('alert_driver');
  const byVehicle = new Map<string, Map<string, Alert>>();
  const subscription = await bus.broadcast({
    topics: [TOPICS.alerts.name],
    start: 'earliest',
    async handle({ records }) {
      // Of what cannot be opened now the batch comes again: the state store may be away.
      await trust.prepare(new Set(records.map(({ key }) => key)));
      for (const record of records) {
        const decoded = decodeRecord(TOPICS.alerts, record, reader);
        if (decoded.kind !== 'record') throw new Error('an alert is unreadable');
        const { vehicleId, alertId, revision } = decoded.record;
        const own = byVehicle.get(vehicleId) ?? new Map<string, Alert>();
        byVehicle.set(vehicleId, own);
        if ((own.get(alertId)?.revision ?? 0) < revision) own.set(alertId, decoded.record);
      }
    },
    onError: (error) => silentLog.warn({ err: error }, 'alerts come again'),
  });
  return {
    alertsOf: (vehicleId) => [...(byVehicle.get(vehicleId)?.values() ?? [])],
    stop: () => subscription.stop(),
  };
}
