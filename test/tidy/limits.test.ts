import { describe, expect, test } from 'vitest';
import { isTypeScript, readFiles } from '../repository/files.ts';
import { KNOWN, LIMITS } from './limits.ts';
import { measure, outlived, tooLarge } from './measure.ts';

const measured = readFiles().filter(isTypeScript).flatMap(measure);

describe('sizes', () => {
  test('no file and no function is larger than its limit, and no known exception grew', () => {
    expect(tooLarge(measured, KNOWN)).toEqual([]);
  });
  test('every known exception is still needed', () => {
    expect(outlived(measured, KNOWN)).toEqual([]);
  });
});

describe('planted violations are found', () => {
  const none = { fileLines: {}, functionLines: {}, closureLines: {} };
  const lines = (count: number): string => '  a();\n'.repeat(count);
  const named = (body: string): string => `export function big(): void {\n${body}}\n`;
  const sized = (text: string, path = 'packages/x/src/a.ts') => measure({ path, text });

  test('a file one line over, and not one at the limit', () => {
    expect(tooLarge(sized('a();\n'.repeat(LIMITS.fileLines)), none)).toEqual([]);
    expect(tooLarge(sized('a();\n'.repeat(LIMITS.fileLines + 1)), none)).toEqual([
      'packages/x/src/a.ts: 301 lines, fileLines is 300',
    ]);
  });

  test('a function one line over, and not one at the limit', () => {
    expect(tooLarge(sized(named(lines(LIMITS.functionLines - 2))), none)).toEqual([]);
    expect(tooLarge(sized(named(lines(LIMITS.functionLines - 1))), none)).toEqual([
      'packages/x/src/a.ts#big: 46 lines, functionLines is 45',
    ]);
  });

  test('a function inside another counts for itself, and for the closure they share', () => {
    const inner = (name: string): string =>
      `  const ${name} = () => {\n${lines(LIMITS.functionLines - 2)}  };\n`;
    const text = named(inner('a') + inner('b') + inner('c'));
    expect(tooLarge(sized(text), none)).toEqual(['packages/x/src/a.ts#big: 137 lines, closureLines is 100']);
    expect(tooLarge(sized(text, 'packages/x/src/a.test.ts'), none)).toEqual([]);
  });

  test('a known exception that grew, and one that is needed no more', () => {
    const known = { ...none, fileLines: { 'packages/x/src/a.ts': 310 } };
    expect(tooLarge(sized('a();\n'.repeat(310)), known)).toEqual([]);
    expect(tooLarge(sized('a();\n'.repeat(311)), known)).toEqual([
      'packages/x/src/a.ts: 311 lines, fileLines is 310',
    ]);
    expect(outlived(sized('a();\n'.repeat(301)), known)).toEqual([]);
    expect(outlived(sized('a();\n'.repeat(300)), known)).toHaveLength(1);
  });
});
