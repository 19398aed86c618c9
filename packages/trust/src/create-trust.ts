import { type Clock, systemClock } from '@outrider/runtime';
import { createTrustAdmin, type TrustAdmin } from './admin.ts';
import { decide } from './decide.ts';
import { isPurpose } from './policy.ts';
import type { TrustStores } from './ports.ts';
import { createQuarantine, type Quarantine } from './quarantine.ts';
import { openBox, sealBox } from './seal.ts';
import { createSubjects, type Subjects } from './subjects.ts';
import type { AccessRequest, Actor, Decision, Opened, Reader, Sealed, Trust } from './trust.ts';

/** No key to seal with: the vehicle is not registered at that time, not prepared, or its key was destroyed. */
export class UnknownSubject extends Error {
  override readonly name = 'UnknownSubject';
}

export interface TrustOptions extends TrustStores {
  readonly eventClock: Clock;
  /** How old what was read may get is real time. */
  readonly realClock?: Clock;
  /** A change made in another process holds here after at most this long. */
  readonly cacheMs?: number;
}

export interface FullTrust extends Trust, TrustAdmin, Quarantine {
  /** The vehicle's next `prepare` reads everything again. Changes made through this object do it by themselves. */
  forget(vehicleId: string): void;
}

const CACHE_MS = 60_000;

/** `createTrust({ ...state, eventClock })`: the state's stores fit as they are. */
export function createTrust(options: TrustOptions): FullTrust {
  const { eventClock, realClock = systemClock, cacheMs = CACHE_MS } = options;
  const subjects = createSubjects(options, realClock, cacheMs);
  const forget = (vehicleId: string): void => subjects.forget(vehicleId);
  return {
    ...createTrustAdmin(options, eventClock, forget),
    ...createQuarantine(options.quarantineKeys),
    forget,
    prepare: (vehicleIds) => subjects.prepare(vehicleIds),
    seal: (vehicleId, atMs, bytes) => seal(subjects, vehicleId, atMs, bytes),
    reader(purpose): Reader {
      if (!isPurpose(purpose)) throw new RangeError(`"${purpose}" is not a purpose data may be used for`);
      return { open: (vehicleId, keyId, box) => open(subjects, purpose, vehicleId, keyId, box) };
    },
    decide: (request) => decideFresh(subjects, request),
  };
}

function seal(subjects: Subjects, vehicleId: string, atMs: number, bytes: Uint8Array): Sealed {
  const subject = subjects.lastRead(vehicleId);
  const period = subject?.ownerships.findLast(
    ({ fromMs, toMs }) => fromMs <= atMs && (toMs === null || atMs < toMs),
  );
  const key = period && subject?.key(period.keyId);
  if (!key) {
    // Perhaps it was registered a moment ago: then the next `prepare` finds it.
    subjects.expire(vehicleId);
    throw new UnknownSubject(`${vehicleId} has no key for the instant ${atMs}`);
  }
  return { keyId: key.keyId, box: sealBox(key, bytes) };
}

const SERVICE: Actor = { kind: 'service', name: 'reader' };

function open(
  subjects: Subjects,
  purpose: AccessRequest['purpose'],
  vehicleId: string,
  keyId: string,
  box: Uint8Array,
): Opened {
  const subject = subjects.fresh(vehicleId);
  if (subject === undefined) return { kind: 'denied', reason: 'not-prepared' };
  if (subject.ownerships.length === 0) return { kind: 'denied', reason: 'unknown-vehicle' };
  const period = subject.ownerships.find((ownership) => ownership.keyId === keyId);
  if (period === undefined) {
    // Sealed for an owner registered a moment ago in another process, or by somebody else altogether.
    subjects.expire(vehicleId);
    return { kind: 'denied', reason: 'unreadable' };
  }
  const aboutFromMs = period.fromMs;
  const decision = decide(
    { purpose, vehicleId, actor: SERVICE, aboutFromMs, aboutToMs: period.toMs ?? aboutFromMs },
    { ...subject, ownerships: [period] },
  );
  if (decision.kind === 'deny') return { kind: 'denied', reason: decision.reason };
  const key = subject.key(keyId);
  if (!key) return { kind: 'denied', reason: 'key-destroyed' };
  const bytes = openBox(key, box);
  return bytes ? { kind: 'opened', bytes } : { kind: 'denied', reason: 'unreadable' };
}

function decideFresh(subjects: Subjects, request: AccessRequest): Decision {
  const subject = subjects.fresh(request.vehicleId);
  return subject ? decide(request, subject) : { kind: 'deny', reason: 'not-prepared' };
}
