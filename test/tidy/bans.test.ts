import { describe, expect, test } from 'vitest';
import { readFiles, type TextFile } from '../repository/files.ts';
import { lineOf, syntaxOf, walk } from '../repository/syntax.ts';
import { type Ban, CODE_BANS, TEXT_BANS } from './bans.ts';

/** The bans themselves, and the tests that plant violations, spell out what is banned. */
const PLANTS = /^test\/(tidy|architecture|docs)\//;

const isCode = ({ path }: TextFile): boolean => /\.(ts|mjs)$/.test(path);
const isAny = (path: string, patterns: readonly RegExp[]): boolean => patterns.some((one) => one.test(path));

function findings(ban: Ban, files: readonly TextFile[]): readonly string[] {
  return files
    .filter(({ path }) => !isAny(path, ban.allowedIn))
    .flatMap(({ path, text }) =>
      text.split('\n').flatMap((line, index) => (ban.pattern.test(line) ? [`${path}:${index + 1}`] : [])),
    );
}

/** `any` switches the checker off for everything it touches. */
const anyTypes = (files: readonly TextFile[]): readonly string[] =>
  files.flatMap((file) =>
    [...walk(syntaxOf(file))]
      .filter(({ type }) => type === 'TSAnyKeyword')
      .map(({ start }) => `${file.path}:${lineOf(file.text, start)}`),
  );

const texts = readFiles().filter(({ path }) => !PLANTS.test(path));
const code = texts.filter(isCode);

describe('what must not be written', () => {
  for (const ban of CODE_BANS)
    test(`${ban.name}: use ${ban.use}`, () => {
      expect(findings(ban, code)).toEqual([]);
    });
  for (const ban of TEXT_BANS)
    test(`${ban.name}: use ${ban.use}`, () => {
      expect(findings(ban, texts)).toEqual([]);
    });
  test('the type any: use unknown, or the right type', () => {
    expect(anyTypes(code.filter(({ path }) => path.endsWith('.ts')))).toEqual([]);
  });
});

describe('planted violations are found', () => {
  for (const ban of [...CODE_BANS, ...TEXT_BANS])
    test(ban.name, () => {
      const planted = { path: 'packages/bus/src/a.ts', text: `const ok = 1;\n${ban.planted}\n` };
      expect(findings(ban, [planted])).toEqual(['packages/bus/src/a.ts:2']);
    });

  test('the type any', () => {
    const planted = { path: 'packages/bus/src/a.ts', text: 'const any = 1;\nexport const b = any as any;\n' };
    expect(anyTypes([planted])).toEqual(['packages/bus/src/a.ts:2']);
  });

  test('an allowed place is allowed, and its neighbour is not', () => {
    const clock = CODE_BANS.find(({ name }) => name === 'the clock');
    if (clock === undefined) throw new Error('the ban of clocks is gone');
    const text = 'const now = Date.now();\n';
    expect(findings(clock, [{ path: 'packages/runtime/src/clock.ts', text }])).toEqual([]);
    expect(findings(clock, [{ path: 'packages/runtime/src/clock2.ts', text }])).toHaveLength(1);
  });
});
