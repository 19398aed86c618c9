import { fromFlag, inChunks, toFlag } from './columns.ts';
import type { Session } from './session.ts';
import type { Ownership, Vehicle, Vehicles } from './state.ts';
import type { Tables } from './tables.ts';

/** Somebody else, or the same person, owns the vehicle during part of the period. */
export class OwnershipOverlap extends Error {
  override readonly name = 'OwnershipOverlap';
}

export const createVehicles = (session: Session): Vehicles => ({
  ...vehicleRows(session),
  ...ownershipRows(session),
});

type OwnershipRows = Pick<Vehicles, 'insertOwnership' | 'endOwnership' | 'ownerships' | 'countOwned'>;

function vehicleRows(session: Session): Omit<Vehicles, keyof OwnershipRows> {
  return {
    async insert({ homeSealed, fleet = null, isSynthetic, isCanary, ...vehicle }) {
      await session
        .db()
        .insertInto('vehicles')
        .values({
          ...{ ...vehicle, fleet, ...toHome(homeSealed) },
          ...{ isSynthetic: toFlag(isSynthetic === true), isCanary: toFlag(isCanary === true) },
        })
        .execute();
    },
    async update(vehicleId, { homeSealed, ...change }) {
      const set = { ...change, ...(homeSealed !== undefined && toHome(homeSealed)), vehicleId };
      const result = await session
        .db()
        .updateTable('vehicles')
        .set(set)
        .where('vehicleId', '=', vehicleId)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },
    async find(vehicleId) {
      const row = await session
        .db()
        .selectFrom('vehicles')
        .selectAll()
        .where('vehicleId', '=', vehicleId)
        .$if(session.locksRows(), (query) => query.forNoKeyUpdate())
        .executeTakeFirst();
      return row && toVehicle(row);
    },
    async fleets() {
      const rows = await session
        .db()
        .selectFrom('vehicles')
        .select(['vehicleId', 'fleet'])
        .where('fleet', 'is not', null)
        .execute();
      return new Map(rows.flatMap(({ vehicleId, fleet }) => (fleet === null ? [] : [[vehicleId, fleet]])));
    },
    async list(afterId, limit) {
      const rows = await session
        .db()
        .selectFrom('vehicles')
        .selectAll()
        .where('vehicleId', '>', afterId)
        .orderBy('vehicleId')
        .limit(limit)
        .execute();
      return rows.map(toVehicle);
    },
    async listOf(personId, atMs) {
      const owned = session
        .db()
        .selectFrom('ownerships')
        .select('vehicleId')
        .where('personId', '=', personId)
        .where('fromMs', '<=', atMs)
        .where((where) => where.or([where('toMs', 'is', null), where('toMs', '>', atMs)]));
      const rows = await session
        .db()
        .selectFrom('vehicles')
        .selectAll()
        .where('vehicleId', 'in', owned)
        .orderBy('vehicleId')
        .execute();
      return rows.map(toVehicle);
    },
  };
}

function ownershipRows(session: Session): OwnershipRows {
  return {
    insertOwnership: (ownership) => session.transaction(() => insertOwnership(session, ownership)),
    async endOwnership(vehicleId, personId, toMs) {
      const result = await session
        .db()
        .updateTable('ownerships')
        .set({ toMs })
        .where('vehicleId', '=', vehicleId)
        .where('personId', '=', personId)
        .where('toMs', 'is', null)
        .where('fromMs', '<=', toMs)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },
    async countOwned(atMs) {
      const { cars } = await session
        .db()
        .selectFrom('ownerships')
        .innerJoin('vehicles', 'vehicles.vehicleId', 'ownerships.vehicleId')
        .select(({ fn }) => fn.count<number | string>('ownerships.vehicleId').distinct().as('cars'))
        .where('isSynthetic', '=', toFlag(false))
        .where('fromMs', '<=', atMs)
        .where((where) => where.or([where('toMs', 'is', null), where('toMs', '>', atMs)]))
        .executeTakeFirstOrThrow();
      return Number(cars);
    },
    async ownerships(vehicleIds) {
      const all: Ownership[] = [];
      for (const chunk of inChunks(vehicleIds)) {
        const query = session.db().selectFrom('ownerships').selectAll().where('vehicleId', 'in', chunk);
        all.push(...(await query.orderBy('vehicleId').orderBy('fromMs').execute()));
      }
      return all;
    },
  };
}

async function insertOwnership(session: Session, ownership: Ownership): Promise<void> {
  const { vehicleId, fromMs, toMs } = ownership;
  if (toMs !== null && toMs < fromMs) throw new RangeError('an ownership ends before it begins');
  // Two periods that begin at the same time see no row of each other.
  await session.enter(`ownerships/${vehicleId}`);
  const overlapping = await session
    .db()
    .selectFrom('ownerships')
    .select('fromMs')
    .where('vehicleId', '=', vehicleId)
    .where((where) => where.or([where('toMs', 'is', null), where('toMs', '>', fromMs)]))
    .$if(toMs !== null, (query) => query.where('fromMs', '<', toMs))
    .executeTakeFirst();
  if (overlapping) throw new OwnershipOverlap(`${vehicleId} is already owned during that period`);
  await session.db().insertInto('ownerships').values(ownership).execute();
}

const toHome = (homeSealed: Vehicle['homeSealed']) => ({
  homeKeyId: homeSealed?.keyId ?? null,
  homeBox: homeSealed?.box ?? null,
});

const toVehicle = (columns: Tables['vehicles']): Vehicle => {
  const { homeKeyId, homeBox, fleet, isSynthetic, isCanary, ...row } = columns;
  return {
    ...row,
    ...(fleet !== null && { fleet }),
    ...(fromFlag(isSynthetic) && { isSynthetic: true }),
    ...(fromFlag(isCanary) && { isCanary: true }),
    homeSealed: homeKeyId !== null && homeBox !== null ? { keyId: homeKeyId, box: homeBox } : null,
  };
};
