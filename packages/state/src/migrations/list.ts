import type { Migration } from 'kysely/migration';
import { firstTables } from './0001-first-tables.ts';
import { tripSources } from './0002-trip-sources.ts';
import { contacts } from './0003-expand-contacts.ts';
import { quality } from './0004-expand-quality.ts';
import { restraints } from './0005-expand-restraints.ts';
import { assignments } from './0006-expand-assignments.ts';
import { synthetic } from './0007-expand-synthetic.ts';
import { ruleFirings } from './0008-expand-rule-firings.ts';
import { ruleOpinions } from './0009-expand-rule-opinions.ts';
import { words } from './0010-expand-words.ts';
import { watchLines } from './0011-expand-watch-lines.ts';
import { canary } from './0012-expand-canary.ts';
import { providerIds } from './0013-expand-provider-ids.ts';
import { answers } from './0014-expand-answers.ts';
import { doubts } from './0015-expand-doubts.ts';
import { fleets } from './0016-expand-fleets.ts';
import { ruleLoads } from './0017-expand-rule-loads.ts';
import { passkeys } from './0018-expand-passkeys.ts';
import type { DialectTypes } from './dialect-types.ts';

/**
 * Every migration, oldest first, named after its file. One that was released is never edited or removed:
 * databases out there have run it. Add the next number, and `expand` or `contract`: an older version works on beside
 * one that expands (0009-expand-colours), and is refused after one that contracts.
 */
export const migrations = (types: DialectTypes): Readonly<Record<string, Migration>> => ({
  '0001-first-tables': firstTables(types),
  '0002-trip-sources': tripSources,
  '0003-expand-contacts': contacts,
  '0004-expand-quality': quality,
  '0005-expand-restraints': restraints(types),
  '0006-expand-assignments': assignments,
  '0007-expand-synthetic': synthetic,
  '0008-expand-rule-firings': ruleFirings,
  '0009-expand-rule-opinions': ruleOpinions,
  '0010-expand-words': words,
  '0011-expand-watch-lines': watchLines,
  '0012-expand-canary': canary,
  '0013-expand-provider-ids': providerIds,
  '0014-expand-answers': answers,
  '0015-expand-doubts': doubts,
  '0016-expand-fleets': fleets,
  '0017-expand-rule-loads': ruleLoads,
  '0018-expand-passkeys': passkeys,
});
