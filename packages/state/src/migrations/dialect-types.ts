import type { ColumnBuilderCallback, ColumnDataType } from 'kysely';

/** What the dialects call differently. Everything else in a migration is common to them. */
export interface DialectTypes {
  readonly bytes: ColumnDataType;
  /** A primary key that grows with every insert. */
  readonly sequence: ColumnDataType;
  readonly sequenceKey: ColumnBuilderCallback;
}

export const postgresTypes: DialectTypes = {
  bytes: 'bytea',
  sequence: 'bigserial',
  sequenceKey: (column) => column.primaryKey(),
};

export const sqliteTypes: DialectTypes = {
  bytes: 'blob',
  sequence: 'integer',
  sequenceKey: (column) => column.primaryKey().autoIncrement(),
};
