import { encodeRecord, TOPICS } from '@outrider/bus';
import { type Alert, GEAR, SIGNAL } from '@outrider/domain';
import { alertOf, DRIVER, MINUTE_MS, type Rig, START_MS } from './notifier.fixture.ts';

// Many cars of one owner, all of them parked.

/** Registers cars with the driver as their owner, each saying that it stands; returns their ids. */
export async function addCars(rig: Rig, count: number, ownerId = DRIVER): Promise<readonly string[]> {
  const ids = Array.from({ length: count }, (_, at) => `veh_van${String(at + 1).padStart(8, '0')}`);
  for (const [at, vehicleId] of ids.entries()) {
    await rig.state.vehicles.insert({
      ...{ vehicleId, label: `Van ${at + 1}`, modelId: 'generic', vin: null, homeSealed: null },
      ...{ reserveSocPct: 10, createdAtMs: 0 },
    });
    await rig.trust.registerOwnership({
      ...{ vehicleId, personId: ownerId, actor: 'test', fromMs: 0, textVersion: '1' },
      consents: { alert_driver: true, show_driver: true },
    });
  }
  await rig.trust.prepare(ids);
  const nowMs = rig.runtime.eventClock.nowMs();
  await rig.bus.publish(
    ids.map((vehicleId) =>
      encodeRecord(
        TOPICS.signals,
        vehicleId,
        {
          ...{ recordId: `stands-${vehicleId}`, vehicleId, observedAtMs: nowMs, receivedAtMs: nowMs },
          source: 'vss-json',
          values: { [SIGNAL.speed]: 0, [SIGNAL.gear]: GEAR.park },
        },
        nowMs,
        rig.trust,
      ),
    ),
  );
  await rig.passEventTime(0);
  return ids;
}

/** A car that will not be ready: a warning of a kind that is told together with others. */
export const unready = (vehicleId: string, change: Partial<Alert> = {}): Alert =>
  alertOf({
    ...{ alertId: `unready-${vehicleId}`, vehicleId, subject: 'stop-1', stopName: 'Depot' },
    ...{ ruleId: 'will-not-be-ready', message: 'will-not-be-ready', digestForS: 300 },
    ...{ deadlineAtMs: START_MS + 300 * MINUTE_MS, expiresAtMs: START_MS + 400 * MINUTE_MS },
    ...change,
  });

/** One batch per partition, as the predictor writes it. */
export async function publish(rig: Rig, alerts: readonly Alert[]): Promise<void> {
  await rig.trust.prepare(alerts.map(({ vehicleId }) => vehicleId));
  await rig.bus.publish(
    alerts.map((one) => encodeRecord(TOPICS.alerts, one.vehicleId, one, one.changedAtMs, rig.trust)),
  );
  await rig.passEventTime(0);
}
