import type { Purpose } from '@outrider/domain';
import type { Role } from './trust.ts';

/**
 * What an actor may do for a purpose. Whatever a cell allows also needs the live consent of whoever owned
 * the vehicle at the time the data is about.
 * - `never`
 * - `own`: data about the time the person owned the vehicle
 * - `assigned`: of a vehicle the person has a part in by the end of the time it is about
 * - `any`: any vehicle
 * - `any-but-places`: any vehicle, but nothing that tells where it was
 */
export type Permission = 'never' | 'own' | 'assigned' | 'any' | 'any-but-places';

/** The whole policy. A purpose or role that is not a key here is denied. */
export const POLICY: Readonly<Record<Purpose, Readonly<Record<Role | 'service', Permission>>>> = {
  alert_driver: {
    service: 'any',
    driver: 'assigned',
    crew: 'any',
    operator: 'any',
    product: 'never',
    admin: 'never',
  },
  show_driver: {
    service: 'any',
    driver: 'own',
    crew: 'never',
    operator: 'never',
    product: 'never',
    admin: 'never',
  },
  guess_trips: {
    service: 'any',
    driver: 'never',
    crew: 'never',
    operator: 'never',
    product: 'never',
    admin: 'never',
  },
  warm_battery: {
    service: 'any',
    driver: 'own',
    crew: 'never',
    operator: 'never',
    product: 'never',
    admin: 'never',
  },
  safety_recall: {
    service: 'never',
    driver: 'never',
    crew: 'never',
    operator: 'never',
    product: 'never',
    admin: 'never',
  },
  service_quality_aggregate: {
    service: 'any-but-places',
    driver: 'never',
    crew: 'never',
    operator: 'never',
    product: 'any-but-places',
    admin: 'never',
  },
  support_case: {
    service: 'never',
    driver: 'never',
    crew: 'never',
    operator: 'never',
    product: 'never',
    admin: 'never',
  },
};

/** Asks the table for its own keys only, so that `constructor` is as unknown as `dispute`. */
export function permissionFor(purpose: string, role: string): Permission {
  if (!isPurpose(purpose)) return 'never';
  const row: Readonly<Record<string, Permission>> = POLICY[purpose];
  return (Object.hasOwn(row, role) ? row[role] : undefined) ?? 'never';
}

/** The closed list, at run time too. */
export const isPurpose = (word: string): word is Purpose => Object.hasOwn(POLICY, word);
