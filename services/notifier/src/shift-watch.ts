import { type Alert, alert } from '@outrider/domain';
import type { NotificationRow } from '@outrider/state';
import { takeAlert } from './alert-intake.ts';
import { isUnknownSubject } from './decided.ts';
import { countDecision, type Parts } from './notifier-deps.ts';

/** Tells firing alerts to whoever takes over a car while they fire; alerts that change come by themselves. */
export interface ShiftWatch {
  /** Time passed; returns at once. */
  poke(): void;
  isIdle(): boolean;
  /** Why the last look failed, while it does. */
  problem(): string | undefined;
  /** Finishes the look under way. */
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 10_000;
/** Looked back this far each time: who changed a shift has another clock than who looks. Repeats change nothing. */
const OVERLAP_MS = 60_000;
/** What changed while nobody looked. Alerts live no longer. */
const FIRST_LOOK_BACK_MS = 24 * 3_600_000;
/** Alerts of one car that can fire at once. */
const ALERTS_MAX = 100;

export function createShiftWatch(parts: Parts, onDecided: () => void): ShiftWatch {
  const { eventClock, log } = parts.runtime;
  let lookedUpToMs: number | undefined;
  let looking: Promise<void> | undefined;
  let problem: string | undefined;
  let isStopped = false;

  const look = async (nowMs: number): Promise<void> => {
    const afterMs = lookedUpToMs === undefined ? nowMs - FIRST_LOOK_BACK_MS : lookedUpToMs - OVERLAP_MS;
    for (const vehicleId of await parts.state.assignments.vehiclesChanging(afterMs, nowMs))
      if (!isStopped && (await tellAnew(parts, vehicleId, nowMs))) onDecided();
    lookedUpToMs = nowMs;
  };
  return {
    poke() {
      const nowMs = eventClock.nowMs();
      if (isStopped || looking !== undefined) return;
      if (lookedUpToMs !== undefined && nowMs - lookedUpToMs < LOOK_EVERY_MS) return;
      looking = look(nowMs)
        .then(() => {
          problem = undefined;
        })
        .catch((error: unknown) => {
          problem = `shifts cannot be read: ${String(error)}`;
          log.warn(
            { err: String(error) },
            'shifts cannot be looked at; it is tried again with the next tick',
          );
        })
        .finally(() => {
          looking = undefined;
        });
    },
    isIdle: () => looking === undefined && problem === undefined,
    problem: () => problem,
    async stop() {
      isStopped = true;
      await looking;
    },
  };
}

/** True when something was decided. */
async function tellAnew(parts: Parts, vehicleId: string, nowMs: number): Promise<boolean> {
  await parts.trust.prepare([vehicleId]);
  const firing = await parts.state.alerts.listOf(vehicleId, { limit: ALERTS_MAX, onlyFiring: true });
  let isDecided = false;
  for (const row of firing) {
    const record = openAlert(parts, row);
    if (record === undefined || record.expiresAtMs <= nowMs || record.changedAtMs > nowMs) continue;
    const written = await parts.state
      .transaction((state) => takeAlert(parts, state, record, undefined))
      .catch(unlessUnknown);
    for (const one of written) if (one.state !== 'waiting') countDecision(parts, one);
    isDecided ||= written.length > 0;
  }
  return isDecided;
}

/** As the predictor keeps it; undefined when it may not or cannot be read any more. */
function openAlert(
  { trust }: Parts,
  { vehicleId, keyId, box }: { readonly vehicleId: string; readonly keyId: string; readonly box: string },
): Alert | undefined {
  const opened = trust.reader('alert_driver').open(vehicleId, keyId, Buffer.from(box, 'base64url'));
  if (opened.kind === 'denied') return undefined;
  return alert.safeParse(JSON.parse(new TextDecoder().decode(opened.bytes))).data;
}

function unlessUnknown(error: unknown): readonly NotificationRow[] {
  if (isUnknownSubject(error)) return [];
  throw error;
}
