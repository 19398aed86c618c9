import { type BatchContext, type Bus, withTrace } from '@outrider/bus';
import { type Clock, type Runtime, traceField } from '@outrider/runtime';
import { UnknownSubject } from '@outrider/trust';
import { forgetCar, type Memory } from './fold-records.ts';
import { type LookDeps, lookFor } from './look.ts';
import type { SnapshotReason } from './needs-snapshot.ts';

export interface LookAtAllDeps extends Omit<LookDeps, 'chargers'> {
  readonly bus: Pick<Bus, 'publish'>;
  readonly eventClock: Clock;
  readonly runtime: Pick<Runtime, 'log'>;
  /** Its index is another one after each change. */
  readonly chargers: { readonly index: LookDeps['chargers'] };
  readonly counters: {
    readonly snapshots: { inc(labels: { readonly reason: SnapshotReason }): void };
    readonly ownerless: { inc(): void };
  };
}

/** Cars looked at at once, so that one whose providers hang does not delay the others much. */
const LOOKS_AT_ONCE = 16;

/**
 * Looks at the world for every car that was touched, where that is worth it, and publishes what it sees. A car that
 * fails stays touched and does not keep the others waiting.
 * @throws what the first one said that failed
 */
export async function lookAtAll(memory: Memory, deps: LookAtAllDeps, context: BatchContext): Promise<void> {
  // Some were touched minutes ago, while a backlog was read: consents are asked for anew.
  await deps.trust.prepare(memory.touched);
  const waiting = memory.touched.values();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (const vehicleId of waiting)
      try {
        await lookOnce(memory, vehicleId, deps, context);
        memory.touched.delete(vehicleId);
      } catch (error) {
        failures.push(error);
      }
  };
  await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, lane));
  if (failures.length > 0) throw failures[0];
}

async function lookOnce(
  memory: Memory,
  vehicleId: string,
  deps: LookAtAllDeps,
  context: BatchContext,
): Promise<void> {
  if (!context.isCurrent() || !mayLook(vehicleId, deps)) return;
  // What changes from here on is news again.
  const isOutdated = memory.outdated.delete(vehicleId);
  let isTold = false;
  try {
    isTold = await lookAndTell(memory, vehicleId, isOutdated, deps, context);
  } catch (error) {
    if (!(error instanceof UnknownSubject)) throw error;
    // Sold, erased: whoever drives it now is somebody else, and the others' cars do not wait.
    forgetCar(memory, vehicleId);
    deps.counters.ownerless.inc();
  } finally {
    if (isOutdated && !isTold && memory.vehicles.has(vehicleId)) memory.outdated.add(vehicleId);
  }
}

/** False when there is nothing to tell, or nobody to tell it any more. */
async function lookAndTell(
  memory: Memory,
  vehicleId: string,
  isOutdated: boolean,
  deps: LookAtAllDeps,
  context: BatchContext,
): Promise<boolean> {
  const vehicle = memory.vehicles.get(vehicleId);
  if (vehicle === undefined) return false;
  const nowMs = deps.eventClock.nowMs();
  const seen = await lookFor(vehicle, { ...deps, chargers: deps.chargers.index }, nowMs, isOutdated);
  // Whoever has the partition now looks for itself.
  if (seen === undefined || !context.isCurrent()) return false;
  if (seen.record.headers?.keyId !== memory.owners.get(vehicleId)) throw new UnknownSubject(vehicleId);
  memory.looked.add(vehicleId);
  const cause = memory.traces.get(vehicleId);
  await deps.bus.publish([withTrace(seen.record, cause)]);
  deps.runtime.log.debug({ vehicleId, reason: seen.reason, ...traceField(cause) }, 'the world was looked at');
  memory.vehicles.set(vehicleId, seen.vehicle);
  memory.toldOf.set(vehicleId, seen.places);
  deps.counters.snapshots.inc({ reason: seen.reason });
  return true;
}

/** Without the owner's word no provider hears of the car, whatever is remembered of its plan. */
function mayLook(vehicleId: string, { trust, eventClock }: LookAtAllDeps): boolean {
  const nowMs = eventClock.nowMs();
  const request = { purpose: 'alert_driver', vehicleId, aboutFromMs: nowMs, aboutToMs: nowMs } as const;
  return trust.decide({ ...request, actor: { kind: 'service', name: 'world' } }).kind === 'allow';
}
