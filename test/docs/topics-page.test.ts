import { readFileSync } from 'node:fs';
import { TOPICS, topicList } from '@outrider/bus';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { tableRows } from './markdown.ts';
import { topicsPage } from './topics-page.ts';
import { currentPage, PAGE } from './topics-page-files.ts';

test('the page of the topics is as `npx node test/docs/write-topics-page.ts` writes it', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(currentPage());
});

/** Fields of the page's tables that say nothing in their last column. */
const silentFields = (page: string): readonly (string | undefined)[] =>
  tableRows(page)
    .filter(([, , , meaning]) => meaning === '')
    .map(([field]) => field);

describe('the page', () => {
  test('has each topic of the list, and every field of its record', () => {
    for (const { name, schema } of topicList) {
      expect(currentPage()).toContain(`\n## ${name}\n`);
      const part = currentPage().split(`\n## ${name}\n`)[1]?.split('\n## ')[0] ?? '';
      const shape = (schema as { readonly shape?: object } | undefined)?.shape ?? {};
      for (const field of Object.keys(shape)) expect(part, name).toContain(`| \`${field}\` |`);
    }
  });

  test('says of every field what it means', () => {
    for (const topic of topicList)
      expect(silentFields(topicsPage([topic], new Map())), topic.name).toEqual([]);
  });

  test('a field without a meaning is found, on every level', () => {
    const inner = z.strictObject({ b: z.string(), c: z.string().describe('It.') });
    const schema = z.strictObject({ a: z.array(inner).describe('All.'), d: z.boolean() });
    const page = topicsPage([{ ...TOPICS.commands, schema }], new Map());
    expect(silentFields(page)).toEqual(['`a[].b`', '`d`']);
  });

  const planted = (schema: z.ZodType) =>
    tableRows(topicsPage([{ ...TOPICS.commands, schema }], new Map())).filter(([name]) =>
      name?.startsWith('`'),
    );

  test('follows a schema: type, unit, meaning, what may be absent, what is within', () => {
    const schema = z.strictObject({
      speedMps: z.number().describe('How fast.'),
      word: z.enum(['a', 'b']).optional(),
      stops: z.array(z.strictObject({ atMs: z.int(), socPct: z.strictObject({ p10: z.number() }) })),
      ageS: z.number().nullable(),
      by: z.record(z.string(), z.union([z.string(), z.boolean()])),
    });
    expect(planted(schema)).toEqual([
      ['`speedMps`', 'number', 'm/s', 'How fast.'],
      ['`word`', '`a` or `b`, may be absent', '', ''],
      ['`stops`', 'list of object', '', ''],
      ['`stops[].atMs`', 'whole number', 'ms since 1970', ''],
      ['`stops[].socPct`', 'object', '%', ''],
      ['`stops[].socPct.p10`', 'number', '%', ''],
      ['`ageS`', 'number or null', 's', ''],
      ['`by`', 'map to string or boolean', '', ''],
    ]);
  });

  test('tells the fields of each kind apart', () => {
    const a = z.strictObject({ kind: z.literal('a'), far: z.boolean() });
    const b = z.strictObject({ kind: z.literal('b') });
    const schema = z.strictObject({ one: z.discriminatedUnion('kind', [a, b]) });
    expect(planted(schema).map(([name, type]) => `${name} ${type}`)).toEqual([
      '`one` object by kind',
      '`one<a>.kind` `a`',
      '`one<a>.far` boolean',
      '`one<b>.kind` `b`',
    ]);
  });
});
