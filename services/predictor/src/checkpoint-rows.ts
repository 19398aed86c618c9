import { encodeRecord, TOPICS, withTrace } from '@outrider/bus';
import type { Alert } from '@outrider/domain';
import { WORLD_SUFFIX } from '@outrider/energy';
import { type Log, traceField } from '@outrider/runtime';
import type { AlertRow, OutboxRow, VehicleBlob } from '@outrider/state';
import type { Trust } from '@outrider/trust';
import type { Resident, Residents } from './residents.ts';

// What a checkpoint writes, sealed with the key of whoever owns the car now.

const jsonBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));

/** The car, and what the world said of it: each only if it changed. */
export function blobsOf(vehicleId: string, resident: Resident, nowMs: number, trust: Trust): VehicleBlob[] {
  const blobs: VehicleBlob[] = [];
  const { car, world } = resident.live;
  if (resident.isCarDirty)
    blobs.push({ vehicleId, version: car.version, ...trust.seal(vehicleId, nowMs, jsonBytes(car)) });
  if (resident.isWorldDirty)
    blobs.push({
      vehicleId: `${vehicleId}${WORLD_SUFFIX}`,
      version: car.version,
      ...trust.seal(vehicleId, nowMs, jsonBytes(world)),
    });
  return blobs;
}

export function alertRow(alert: Alert, nowMs: number, trust: Trust): AlertRow {
  const { keyId, box } = trust.seal(alert.vehicleId, nowMs, jsonBytes(alert));
  const {
    alertId,
    vehicleId,
    revision,
    ruleId,
    subject,
    state,
    severity,
    startedAtMs,
    changedAtMs,
    expiresAtMs,
  } = alert;
  return {
    alertId,
    vehicleId,
    revision,
    ruleId,
    subject,
    state,
    severity,
    startedAtMs,
    changedAtMs,
    expiresAtMs,
    keyId,
    box: Buffer.from(box).toString('base64url'),
  };
}

export interface OutboxTools {
  readonly trust: Trust;
  readonly log: Log;
}

/** What is said of alerts that are no trial, each with the trace of what its car said last. */
export function outboxRows(
  alerts: readonly { readonly alert: Alert; readonly isShadow: boolean }[],
  cars: Pick<Residents, 'get'>,
  nowMs: number,
  { trust, log }: OutboxTools,
): OutboxRow[] {
  return alerts.flatMap(({ alert, isShadow }) => {
    if (isShadow) return [];
    const { vehicleId, alertId, revision, state } = alert;
    const cause = cars.get(vehicleId)?.traceparent;
    log.info({ vehicleId, alertId, revision, state, ...traceField(cause) }, 'an alert is on its way');
    return [outboxRow(alert, nowMs, trust, cause)];
  });
}

/** The id is the alert's step, so that a step is published once. */
function outboxRow(alert: Alert, nowMs: number, trust: Trust, cause: string | undefined): OutboxRow {
  const record = withTrace(encodeRecord(TOPICS.alerts, alert.vehicleId, alert, nowMs, trust), cause);
  return {
    outboxId: `${alert.alertId}/${alert.revision}`,
    writer: 'predictor',
    topic: record.topic,
    key: record.key,
    value: record.value,
    headers: record.headers ?? {},
    createdAtMs: nowMs,
  };
}
