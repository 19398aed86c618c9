import { randomBytes } from 'node:crypto';
import type { QuarantineKeyStore } from './ports.ts';
import { openBox, type SealingKey, sealBox, sealingKey } from './seal.ts';
import type { Opened, Sealed } from './trust.ts';

/** For records without a known subject: sealed with the key of their day, readable for seven days. */
export interface Quarantine {
  sealUnknown(bytes: Uint8Array, nowMs: number): Promise<Sealed>;
  openUnknown(keyId: string, box: Uint8Array, nowMs: number): Promise<Opened>;
  /** Deletes the keys whose time is over, and says how many. To be called daily; sealing does it too. */
  expireUnknown(nowMs: number): Promise<number>;
}

const DAY_MS = 86_400_000;
const KEPT_DAYS = 7;
/** Takes the vehicle's place in what a box is bound to. */
const NOBODY = 'unknown';

export function createQuarantine(keys: QuarantineKeyStore): Quarantine {
  let today: SealingKey | undefined;

  async function loadOrCreate(keyId: string, fromMs: number): Promise<SealingKey> {
    // Insert leaves another process's key alone, so that what is found is the key of all.
    await keys.insert({ keyId, secret: randomBytes(32), fromMs });
    const stored = await keys.find(keyId);
    if (stored === undefined) throw new Error('the quarantine key of today was deleted while it was made');
    return sealingKey(keyId, NOBODY, stored.secret);
  }

  const quarantine: Quarantine = {
    async sealUnknown(bytes, nowMs) {
      const fromMs = dayOf(nowMs);
      const keyId = `quarantine_${fromMs}`;
      if (today?.keyId !== keyId) {
        await quarantine.expireUnknown(nowMs);
        today = await loadOrCreate(keyId, fromMs);
      }
      return { keyId, box: sealBox(today, bytes) };
    },
    async openUnknown(keyId, box, nowMs) {
      const stored = await keys.find(keyId);
      if (stored === undefined || stored.fromMs < oldestKept(nowMs)) return denied('key-destroyed');
      const bytes = openBox(sealingKey(keyId, NOBODY, stored.secret), box);
      return bytes ? { kind: 'opened', bytes } : denied('unreadable');
    },
    expireUnknown: (nowMs) => keys.deleteBefore(oldestKept(nowMs)),
  };
  return quarantine;
}

const dayOf = (atMs: number): number => Math.floor(atMs / DAY_MS) * DAY_MS;
/** The last record of a key's day, too, is readable for seven days. */
const oldestKept = (nowMs: number): number => dayOf(nowMs) - KEPT_DAYS * DAY_MS;
const denied = (reason: 'key-destroyed' | 'unreadable'): Opened => ({ kind: 'denied', reason });
