import { encodeRecord, TOPICS } from '@outrider/bus';
import type { Alert } from '@outrider/domain';
import type { AlertRow, OutboxRow, VehicleBlob } from '@outrider/state';
import type { Trust } from '@outrider/trust';
import { type Resident, WORLD_SUFFIX } from './residents.ts';

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

/** The id is the alert's step, so that a step is published once. */
export function outboxRow(alert: Alert, nowMs: number, trust: Trust): OutboxRow {
  const record = encodeRecord(TOPICS.alerts, alert.vehicleId, alert, nowMs, trust);
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
