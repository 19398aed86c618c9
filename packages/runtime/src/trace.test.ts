import { describe, expect, test } from 'vitest';
import { continueTrace, readTraceparent, traceField, traceHeader } from './trace.ts';

const ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const good = `00-${ID}-${PARENT}-01`;

test.for([
  { name: 'sampled', header: good, isSampled: true },
  { name: 'not sampled', header: `00-${ID}-${PARENT}-00`, isSampled: false },
  { name: 'a flag of a later level beside it', header: `00-${ID}-${PARENT}-03`, isSampled: true },
  { name: 'a flag of a later level alone', header: `00-${ID}-${PARENT}-02`, isSampled: false },
  { name: 'a later version', header: `01-${ID}-${PARENT}-01`, isSampled: true },
  {
    name: 'a later version with more to say',
    header: `cc-${ID}-${PARENT}-01-what-the-future-says`,
    isSampled: true,
  },
])('$name is a trace', ({ header, isSampled }) => {
  expect(readTraceparent(header)).toEqual({ traceId: ID, isSampled });
});

const bad = [
  { name: 'nothing', header: undefined },
  { name: 'an empty text', header: '' },
  { name: 'version ff', header: `ff-${ID}-${PARENT}-01` },
  { name: 'a trace id of zeros', header: `00-${'0'.repeat(32)}-${PARENT}-01` },
  { name: 'a parent id of zeros', header: `00-${ID}-${'0'.repeat(16)}-01` },
  { name: 'capital letters', header: `00-${ID.toUpperCase()}-${PARENT}-01` },
  { name: 'more behind version 00', header: `${good}-more` },
  { name: 'a later version with more and no dash', header: `01-${ID}-${PARENT}-01.more` },
  { name: 'a trace id too short', header: `00-${ID.slice(1)}-${PARENT}-01` },
  { name: 'a parent id too long', header: `00-${ID}-${PARENT}0-01` },
  { name: 'no flags', header: `00-${ID}-${PARENT}` },
  { name: 'a space before', header: ` ${good}` },
  { name: 'a line end behind', header: `${good}\n` },
  { name: 'two headers that were joined', header: `${good}, ${good}` },
  { name: 'one digit that is none', header: `00-${ID.replace('4', 'g')}-${PARENT}-01` },
];

describe.for(bad)('$name', ({ header }) => {
  test('is no trace, and a new one begins', () => {
    expect(readTraceparent(header)).toBeUndefined();
    const begun = readTraceparent(continueTrace(header));
    expect(begun).toMatchObject({ isSampled: false });
    expect(begun?.traceId).not.toBe(ID);
    expect([traceHeader(header), traceField(header)]).toEqual([{}, {}]);
  });
});

test('what goes on keeps the trace and its flag, and has a parent of its own, in version 00', () => {
  const next = continueTrace(`01-${ID}-${PARENT}-03-more`);
  expect(next).toMatch(new RegExp(`^00-${ID}-[0-9a-f]{16}-01$`));
  expect(next).not.toContain(PARENT);
});

test('every trace that begins is another one', () => {
  expect(new Set(Array.from({ length: 100 }, () => readTraceparent(continueTrace())?.traceId)).size).toBe(
    100,
  );
});

test('what follows from a record has its header and names it in the log', () => {
  expect([traceHeader(good), traceField(good)]).toEqual([{ traceparent: good }, { traceId: ID }]);
});
