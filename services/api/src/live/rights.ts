import type { Clock } from '@outrider/runtime';
import type { State } from '@outrider/state';
import type { Trust } from '@outrider/trust';
import type { Principal } from '../credentials.ts';
import type { Feed } from './feed.ts';

/** Vehicles the person owns now and wants to be shown, with the keys of that ownership. */
export async function loadRights(
  { state, trust, eventClock }: { readonly state: State; readonly trust: Trust; readonly eventClock: Clock },
  principal: Principal,
): Promise<Feed['rights']> {
  const nowMs = eventClock.nowMs();
  const vehicleIds = (await state.vehicles.listOf(principal.personId, nowMs)).map((one) => one.vehicleId);
  await trust.prepare(vehicleIds);
  const rights = new Map<string, Set<string>>();
  for (const owned of await state.vehicles.ownerships(vehicleIds)) {
    if (owned.personId !== principal.personId || (owned.toMs !== null && owned.toMs <= nowMs)) continue;
    const { kind } = trust.decide({
      purpose: 'show_driver',
      vehicleId: owned.vehicleId,
      actor: { kind: 'person', personId: principal.personId, role: principal.role },
      aboutFromMs: owned.fromMs,
      aboutToMs: Math.max(owned.fromMs, nowMs),
    });
    if (kind !== 'allow') continue;
    rights.set(owned.vehicleId, (rights.get(owned.vehicleId) ?? new Set()).add(owned.keyId));
  }
  return rights;
}
