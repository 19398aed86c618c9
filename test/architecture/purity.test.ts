import { describe, expect, test } from 'vitest';
import { isTestCode, isTypeScript, readFiles, type TextFile } from '../repository/files.ts';
import { importsOf, targetOf } from '../repository/imports.ts';
import { childrenOf, lineOf, type SyntaxNode, syntaxOf, wordOf } from '../repository/syntax.ts';

/**
 * Code that decides and never acts: the same arguments give the same answer. Folders end with `/`. What these
 * files import is held to the same rule, file by file.
 */
const PURE: readonly string[] = [
  'packages/domain/src/',
  'packages/energy/src/',
  'packages/fleet/src/',
  'services/ingest/src/formats/',
  'services/ingest/src/fleet-telemetry/',
  'services/predictor/src/facts/',
  'services/predictor/src/remedies/',
  'services/predictor/src/alert-lifecycle.ts',
  'services/predictor/src/judge.ts',
  'services/predictor/src/car.ts',
  'services/notifier/src/stages/',
  'services/notifier/src/pipeline.ts',
];

/** Packages that keep the same promise, and single functions of packages that as a whole do not. */
const PURE_PACKAGES: Readonly<Record<string, readonly string[] | 'all'>> = {
  '@outrider/domain': 'all',
  '@outrider/energy': 'all',
  '@outrider/runtime': ['contentId'],
  '@marcbachmann/cel-js': 'all',
  zod: 'all',
};

/** Globals that read a clock, draw at random, wait, or reach out of the function. */
const IMPURE_GLOBALS = new Set([
  ...['performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
  ...['process', 'crypto', 'fetch', 'WebSocket', 'XMLHttpRequest', 'console', 'globalThis', 'navigator'],
]);

/** Names that a member access or an object's key gives, and no variable. */
const isOnlyAName = (parent: SyntaxNode, field: string): boolean =>
  parent.computed !== true &&
  ((parent.type === 'MemberExpression' && field === 'property') ||
    (parent.type.endsWith('Property') && field === 'key' && parent.shorthand !== true) ||
    (parent.type === 'PropertyDefinition' && field === 'key') ||
    (parent.type === 'MethodDefinition' && field === 'key') ||
    parent.type.startsWith('TS') ||
    parent.type.startsWith('Import'));

/** What makes this node impure, as a reader would say it. */
function impurityOf(node: SyntaxNode, parent: SyntaxNode, field: string): string | undefined {
  if (node.type === 'MemberExpression') {
    const name = `${wordOf(node.object)}.${wordOf(node.property)}`;
    if (name === 'Date.now' || name === 'Math.random') return name;
  }
  const args = node.arguments;
  if (
    wordOf(node.callee) === 'Date' &&
    (node.type === 'CallExpression' || (Array.isArray(args) && args.length === 0))
  )
    return 'Date of now';
  const name = node.type === 'Identifier' ? wordOf(node) : undefined;
  return name !== undefined && IMPURE_GLOBALS.has(name) && !isOnlyAName(parent, field) ? name : undefined;
}

function impureCode(file: TextFile): readonly string[] {
  const problems: string[] = [];
  const visit = (parent: SyntaxNode): void => {
    for (const { field, node } of childrenOf(parent)) {
      const found = impurityOf(node, parent, field);
      if (found !== undefined) problems.push(`${file.path}:${lineOf(file.text, node.start)} uses ${found}`);
      visit(node);
    }
  };
  visit(syntaxOf(file));
  return problems;
}

function impureImports(file: TextFile): readonly string[] {
  return importsOf(file).flatMap((one) => {
    if (one.isTypeOnly || one.specifier.startsWith('.')) return [];
    const allowed = PURE_PACKAGES[one.specifier] ?? [];
    const bad = allowed === 'all' ? [] : one.names.filter((name) => !allowed.includes(name));
    return bad.length === 0 && allowed.length > 0
      ? []
      : [`${one.from}:${one.line} imports ${bad.join(', ')} of ${one.specifier}`];
  });
}

/** The pure files and everything they run, reached through relative imports. */
function pureFiles(files: readonly TextFile[]): readonly TextFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const isRoot = ({ path }: TextFile): boolean =>
    !isTestCode(path) && PURE.some((pure) => (pure.endsWith('/') ? path.startsWith(pure) : path === pure));
  const reached = new Set(files.filter(isRoot));
  for (const file of reached)
    for (const one of importsOf(file)) {
      const target = one.isTypeOnly ? undefined : byPath.get(targetOf(one) ?? '');
      if (target !== undefined) reached.add(target);
    }
  return [...reached];
}

const impurities = (files: readonly TextFile[]): readonly string[] =>
  pureFiles(files).flatMap((file) => [...impureImports(file), ...impureCode(file)]);

const files = readFiles().filter(isTypeScript);

describe('pure code', () => {
  test('every folder and file named as pure exists', () => {
    const isThere = (pure: string): boolean => files.some(({ path }) => path.startsWith(pure));
    expect(PURE.filter((pure) => !isThere(pure))).toEqual([]);
  });

  test('has no clock, randomness, timers, network, files or process, nor has what it runs', () => {
    expect(impurities(files)).toEqual([]);
  });
});

describe('planted violations are found', () => {
  const pure = (text: string, path = 'packages/energy/src/a.ts'): TextFile => ({ path, text });
  const cases = [
    { name: 'the clock', text: 'const a = Date.now();', found: 'uses Date.now' },
    { name: 'a Date of now', text: 'const a = new Date();', found: 'uses Date of now' },
    { name: 'Date as a function', text: 'const a = Date();', found: 'uses Date of now' },
    { name: 'chance', text: 'const a = [1].map(Math.random);', found: 'uses Math.random' },
    { name: 'a timer', text: 'setTimeout(() => {}, 1);', found: 'uses setTimeout' },
    { name: 'the environment', text: "const a = process.env['A'];", found: 'uses process' },
    { name: 'the network', text: "await fetch('http://a');", found: 'uses fetch' },
    {
      name: 'a file',
      text: "import { readFileSync } from 'node:fs';",
      found: 'imports readFileSync of node:fs',
    },
    {
      name: 'a clock by import',
      text: "import { systemClock } from '@outrider/runtime';",
      found: 'imports systemClock of @outrider/runtime',
    },
    { name: 'a package nobody vouched for', text: "import ws from 'ws';", found: 'imports default of ws' },
  ];
  for (const { name, text, found } of cases)
    test(name, () => {
      expect(impurities([pure(text)])).toEqual([`packages/energy/src/a.ts:1 ${found}`]);
    });

  test('impurity one import further', () => {
    const planted = [
      pure("import { helper } from '../b.ts';", 'services/ingest/src/formats/a.ts'),
      pure('export const helper = () => Date.now();', 'services/ingest/src/b.ts'),
    ];
    expect(impurities(planted)).toEqual(['services/ingest/src/b.ts:1 uses Date.now']);
  });

  test('nothing in a moment that was given, a type, or a field that has such a name', () => {
    const text = [
      "import type { Clock } from '@outrider/runtime';",
      'const a = new Date(0).getTime();',
      'const b = { process: 1, fetch: () => 2 };',
      'export const c = b.process + b.fetch() + a;',
      'interface D { readonly console: string }',
    ].join('\n');
    expect(impurities([pure(text)])).toEqual([]);
  });
});
