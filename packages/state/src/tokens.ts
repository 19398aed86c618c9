import type { Session } from './session.ts';
import type { Token, Tokens } from './state.ts';
import type { Tables } from './tables.ts';

export function createTokens(session: Session): Tokens {
  return {
    async insert(token) {
      const unused = { vehicleId: null, personId: null, role: null };
      await session
        .db()
        .insertInto('tokens')
        .values({ ...unused, ...token })
        .execute();
    },
    async findByHash(tokenHash) {
      const row = await session
        .db()
        .selectFrom('tokens')
        .selectAll()
        .where('tokenHash', '=', tokenHash)
        .executeTakeFirst();
      return row && toToken(row);
    },
    async revoke(tokenHash, atMs) {
      const result = await session
        .db()
        .updateTable('tokens')
        .set({ revokedAtMs: atMs })
        .where('tokenHash', '=', tokenHash)
        .where('revokedAtMs', 'is', null)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },
    async listOfVehicle(vehicleId) {
      const rows = await session
        .db()
        .selectFrom('tokens')
        .selectAll()
        .where('vehicleId', '=', vehicleId)
        .orderBy('createdAtMs')
        .orderBy('tokenHash')
        .execute();
      return rows.map(toToken);
    },
    async rolesOf(personId) {
      const rows = await session
        .db()
        .selectFrom('tokens')
        .select('role')
        .distinct()
        .where('personId', '=', personId)
        .where('kind', '=', 'person')
        .where('revokedAtMs', 'is', null)
        .orderBy('role')
        .execute();
      return rows.flatMap(({ role }) => role ?? []);
    },
    async holdersOf(roles) {
      const rows = await session
        .db()
        .selectFrom('tokens')
        .select(['personId', 'role'])
        .distinct()
        .where('kind', '=', 'person')
        .where('role', 'in', roles)
        .where('revokedAtMs', 'is', null)
        .orderBy('personId')
        .orderBy('role')
        .execute();
      return rows.flatMap(({ personId, role }) =>
        personId === null || role === null ? [] : [{ personId, role }],
      );
    },
    async countAdmins() {
      // Of two processes that find none at their first start one makes it.
      await session.enter('admins');
      const row = await session
        .db()
        .selectFrom('tokens')
        .select(({ fn }) => fn.countAll().as('count'))
        .where('kind', '=', 'person')
        .where('role', '=', 'admin')
        .where('revokedAtMs', 'is', null)
        .executeTakeFirstOrThrow();
      return Number(row.count);
    },
    async prune(personId, kind, createdBeforeMs) {
      await session
        .db()
        .deleteFrom('tokens')
        .where('personId', '=', personId)
        .where('kind', '=', kind)
        .where('createdAtMs', '<', createdBeforeMs)
        .execute();
    },
  };
}

function toToken({ tokenHash, kind, vehicleId, personId, role, ...times }: Tables['tokens']): Token {
  if (kind === 'device' && vehicleId !== null) return { kind, tokenHash, vehicleId, ...times };
  if (kind !== 'device' && personId !== null && role !== null)
    return { kind, tokenHash, personId, role, ...times };
  throw new Error('a stored token belongs to nobody');
}
