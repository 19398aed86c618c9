import { describe, expect, test } from 'vitest';
import { isTypeScript, readFiles, type TextFile } from '../repository/files.ts';
import { lineOf, syntaxOf, walk, wordOf } from '../repository/syntax.ts';

/** Folders and files that become whatever nobody could name. */
const NAMELESS = /(^|[/.-])(utils?|common|helpers?|misc|shared|managers?|stuff)([/.-]|$)/;
/** Verbs that say nothing about what happens, nor what it costs. */
const EMPTY_VERBS = /^(get|handle|process|manage|do|perform)[A-Z]/;
const TYPE_MARKS = /^I[A-Z][a-z]|(Dto|Impl|Manager|Helper|Util)s?$/;
const KEBAB = /^[a-z0-9]+([.-][a-z0-9]+)*$/;

const badPaths = (files: readonly TextFile[]): readonly string[] =>
  files
    .map(({ path }) => path)
    .filter((path) => NAMELESS.test(path) || !KEBAB.test(path.split('/').at(-1) ?? ''));

function badNames(file: TextFile): readonly string[] {
  return [...walk(syntaxOf(file))].flatMap((node) => {
    const name = wordOf(node.id);
    if (name === undefined) return [];
    const isFunction =
      node.type === 'FunctionDeclaration' ||
      (node.type === 'VariableDeclarator' &&
        /Function/.test((node.init as { readonly type?: string } | null)?.type ?? ''));
    const isType = /^(TSInterface|TSTypeAlias|Class)/.test(node.type);
    const isBad = (isFunction && EMPTY_VERBS.test(name)) || (isType && TYPE_MARKS.test(name));
    return isBad ? [`${file.path}:${lineOf(file.text, node.start)} ${name}`] : [];
  });
}

const files = readFiles().filter(isTypeScript);

describe('names', () => {
  test('files are in kebab-case, and none is called after what nobody could name', () => {
    expect(badPaths(files)).toEqual([]);
  });
  test('functions begin with a verb that says something, types are plain nouns', () => {
    expect(files.flatMap(badNames)).toEqual([]);
  });
});

describe('planted violations are found', () => {
  test('folders, files', () => {
    const paths = [
      'packages/x/src/utils/a.ts',
      'packages/x/src/date-helpers.ts',
      'packages/x/src/bigFile.ts',
    ];
    const fine = ['packages/x/src/road-view.test.ts', 'packages/x/src/0001-first.ts'];
    expect(badPaths([...paths, ...fine].map((path) => ({ path, text: '' })))).toEqual(paths);
  });
  test('functions and types', () => {
    const text = [
      'function getTrip() {}',
      'const handleFrame = () => 1;',
      'interface ITrip {}',
      'class BusManager {}',
      'function readTrip() {}',
      'interface Trip {}',
      'const processSettings = {};',
    ].join('\n');
    const found = badNames({ path: 'a.ts', text }).map((problem) => problem.split(' ').at(-1));
    expect(found).toEqual(['getTrip', 'handleFrame', 'ITrip', 'BusManager']);
  });
});
