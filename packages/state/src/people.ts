import { createContacts } from './contacts.ts';
import type { Session } from './session.ts';
import type { People, Person } from './state.ts';

export function createPeople(session: Session): People {
  const contacts = createContacts(session);
  return {
    async insert(person) {
      await session
        .db()
        .insertInto('people')
        .values({ ...person, channels: JSON.stringify(person.channels) })
        .execute();
    },
    async update(personId, { channels, ...change }) {
      const set = { ...change, ...(channels && { channels: JSON.stringify(channels) }), personId };
      const result = await session
        .db()
        .updateTable('people')
        .set(set)
        .where('personId', '=', personId)
        .executeTakeFirst();
      return result.numUpdatedRows > 0n;
    },
    async idsOfEmail(email) {
      const rows = await session
        .db()
        .selectFrom('people')
        .select('personId')
        .where((where) => where(where.fn<string>('lower', ['email']), '=', email.toLowerCase()))
        .orderBy('createdAtMs')
        .orderBy('personId')
        .execute();
      return rows.map(({ personId }) => personId);
    },
    async find(personId) {
      const row = await session
        .db()
        .selectFrom('people')
        .selectAll()
        .where('personId', '=', personId)
        .$if(session.locksRows(), (query) => query.forNoKeyUpdate())
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const known = await contacts.listOf(personId);
      return {
        ...row,
        channels: JSON.parse(row.channels) as Person['channels'],
        ...(known.length > 0 && { contacts: known }),
      };
    },
  };
}
