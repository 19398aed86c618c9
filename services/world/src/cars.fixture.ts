import type { Position } from '@outrider/domain';
import type { State } from '@outrider/state';
import type { FullTrust } from '@outrider/trust';

// Who owns what. For tests only.

export const PERSON = 'per_driver0001';
const DAY_MS = 86_400_000;

/** A person and a car of theirs, which has a home if one is given. */
export async function register(
  state: State,
  trust: FullTrust,
  vehicleId: string,
  nowMs: number,
  home?: Position,
): Promise<void> {
  await state.people.insert({
    personId: PERSON,
    name: 'The driver',
    email: null,
    phone: null,
    webhookUrl: null,
    webhookSecret: null,
    language: 'en',
    units: 'metric',
    timeZone: 'UTC',
    quietFromMinute: null,
    quietToMinute: null,
    channels: [],
    createdAtMs: 0,
  });
  await addCar(state, trust, vehicleId, nowMs);
  if (home === undefined) return;
  const { keyId, box } = trust.seal(vehicleId, nowMs, Buffer.from(JSON.stringify(home)));
  await state.vehicles.update(vehicleId, {
    homeSealed: { keyId, box: Buffer.from(box).toString('base64url') },
  });
}

/** A car that has been the driver's since yesterday. */
export async function addCar(
  state: State,
  trust: FullTrust,
  vehicleId: string,
  nowMs: number,
): Promise<void> {
  await state.vehicles.insert({
    vehicleId,
    label: 'Car',
    modelId: 'tesla-model-s-85-2012',
    vin: null,
    homeSealed: null,
    reserveSocPct: 5,
    createdAtMs: 0,
  });
  await own(trust, vehicleId, nowMs - DAY_MS);
}

/** From then on the car is the driver's, who wants to be warned; what was before was another's. */
export async function own(trust: FullTrust, vehicleId: string, fromMs: number): Promise<void> {
  await trust.registerOwnership({
    vehicleId,
    personId: PERSON,
    actor: 'test',
    fromMs,
    consents: { alert_driver: true },
    textVersion: '1',
  });
  await trust.prepare([vehicleId]);
}

/** The car is nobody's from now on. */
export const disown = (trust: FullTrust, vehicleId: string, toMs: number): Promise<boolean> =>
  trust.endOwnership({ vehicleId, personId: PERSON, actor: 'test', toMs });
