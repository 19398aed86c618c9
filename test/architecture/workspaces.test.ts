import { describe, expect, test } from 'vitest';
import { isTestCode, readFiles, type TextFile } from '../repository/files.ts';
import { type Import, importsOf, packageOf, targetOf } from '../repository/imports.ts';
import { rootToolsIn, type Workspace, workspacesIn } from '../repository/workspaces.ts';
import { MAY_IMPORT } from './may-import.ts';

const SCOPE = '@outrider/';
const shortName = (name: string): string => name.replace(SCOPE, '');
const where = ({ from, line }: Import): string => `${from}:${line}`;
const importsIn = ({ files }: Workspace): readonly Import[] => files.flatMap(importsOf);

/** Imports of workspaces that the table does not allow. */
function forbiddenImports(workspace: Workspace): readonly string[] {
  const own = shortName(workspace.name);
  const allowed = MAY_IMPORT[own] ?? [];
  return importsIn(workspace).flatMap((one) => {
    const name = packageOf(one);
    if (name === undefined || !name.startsWith(SCOPE)) return [];
    const to = shortName(name);
    if (allowed.includes(to) || (isTestCode(one.from) && to === own)) return [];
    return [`${where(one)}: ${own} may not import ${to}`];
  });
}

/** Imports past another workspace's public face: below its package name, or by a relative path. */
function deepImports(workspace: Workspace): readonly string[] {
  return importsIn(workspace).flatMap((one) => {
    const name = packageOf(one);
    if (name?.startsWith(SCOPE) && one.specifier !== name)
      return [`${where(one)}: ${one.specifier} goes past the index of ${name}`];
    const target = targetOf(one);
    // Servers for tests stand beside the dashboards and settings of the same servers, in no workspace.
    const isServer = workspace.folder === 'test' && target?.startsWith('infra/');
    return target === undefined || isServer || target.startsWith(`${workspace.folder}/`)
      ? []
      : [`${where(one)}: ${one.specifier} leaves ${workspace.folder}`];
  });
}

/** Packages imported but not declared, or declared but not imported. */
function undeclared(workspace: Workspace, tools: readonly string[]): readonly string[] {
  const forTests = [...tools, ...workspace.devDependencies];
  const imported = new Set<string>();
  const problems: string[] = [];
  for (const one of importsIn(workspace)) {
    const name = packageOf(one);
    if (name === undefined || name === workspace.name) continue;
    imported.add(name);
    const isTool = isTestCode(one.from) && forTests.includes(name);
    if (!workspace.dependencies.includes(name) && !isTool)
      problems.push(`${where(one)}: ${name} is not in ${workspace.folder}/package.json`);
  }
  for (const name of [...workspace.dependencies, ...workspace.devDependencies])
    if (!imported.has(name)) problems.push(`${workspace.folder}/package.json: nothing imports ${name}`);
  return problems;
}

/** Node resolves a bare `fs` to a package of that name, should one be installed. */
const bareNodeModules = (workspace: Workspace): readonly string[] =>
  importsIn(workspace)
    .filter(({ specifier }) =>
      /^(fs|path|os|net|http|https|crypto|stream|events|url|util)(\/|$)/.test(specifier),
    )
    .map((one) => `${where(one)}: write node:${one.specifier}`);

/** Product code that imports what only tests may use. */
const testCodeInProduct = (workspace: Workspace): readonly string[] =>
  importsIn(workspace)
    .filter(({ from }) => !isTestCode(from))
    .filter((one) => isTestCode(targetOf(one) ?? '') || one.specifier === 'vitest')
    .map((one) => `${where(one)}: product code imports ${one.specifier}`);

const files = readFiles();
const workspaces = workspacesIn(files);
const tools = rootToolsIn(files);

describe('imports between workspaces', () => {
  test('every workspace has a row in the table, and every row a workspace', () => {
    expect(Object.keys(MAY_IMPORT).toSorted()).toEqual(
      workspaces.map(({ name }) => shortName(name)).toSorted(),
    );
  });

  for (const workspace of workspaces) {
    test(`${workspace.folder} imports only what it may`, () => {
      expect(forbiddenImports(workspace)).toEqual([]);
    });
    test(`${workspace.folder} imports others by their public face`, () => {
      expect(deepImports(workspace)).toEqual([]);
    });
    test(`${workspace.folder} declares what it imports and nothing else`, () => {
      expect(undeclared(workspace, tools)).toEqual([]);
    });
    test(`${workspace.folder} keeps test code out of the product`, () => {
      expect([...testCodeInProduct(workspace), ...bareNodeModules(workspace)]).toEqual([]);
    });
  }

  test('no service may import a service, except standalone', () => {
    const services = workspaces.filter(({ folder }) => folder.startsWith('services/'));
    const names = services.map(({ name }) => shortName(name));
    for (const name of names.filter((one) => one !== 'standalone'))
      expect(MAY_IMPORT[name]?.filter((to) => names.includes(to))).toEqual([]);
  });
});

describe('planted violations are found', () => {
  const manifest = (name: string, dependencies: readonly string[]): string =>
    JSON.stringify({ name, dependencies: Object.fromEntries(dependencies.map((one) => [one, '0.0.0'])) });

  function planted(
    folder: string,
    source: string,
    dependencies: readonly string[],
    file = 'src/a.ts',
  ): Workspace {
    const made: readonly TextFile[] = [
      {
        path: `${folder}/package.json`,
        text: manifest(`@outrider/${folder.split('/').at(-1)}`, dependencies),
      },
      { path: `${folder}/${file}`, text: source },
    ];
    const [workspace] = workspacesIn(made);
    if (workspace === undefined) throw new Error('no workspace planted');
    return workspace;
  }

  test('a service that imports a service', () => {
    const gateway = planted('services/gateway', "\nimport { createApi } from '@outrider/api';", []);
    expect(forbiddenImports(gateway)).toEqual(['services/gateway/src/a.ts:2: gateway may not import api']);
  });

  test('a type counts as an import, and so do re-exports and import()', () => {
    const domain = planted(
      'packages/domain',
      "import type { Bus } from '@outrider/bus';\nexport * from '@outrider/state';\nawait import('@outrider/trust');",
      [],
    );
    expect(forbiddenImports(domain).map((problem) => problem.split(' ').at(-1))).toEqual([
      'bus',
      'state',
      'trust',
    ]);
  });

  test('a path below a package, and a relative path out of the workspace', () => {
    const source =
      "import { a } from '@outrider/bus/src/group.ts';\nimport { b } from '../../state/src/open.ts';\nimport { c } from './b.ts';";
    expect(deepImports(planted('services/api', source, []))).toEqual([
      'services/api/src/a.ts:1: @outrider/bus/src/group.ts goes past the index of @outrider/bus',
      'services/api/src/a.ts:2: ../../state/src/open.ts leaves services/api',
    ]);
  });

  test('the servers for tests, which tests may start and nobody else', () => {
    const toServer = (up: string) => `import { startInfluxdb } from '${up}infra/native/influxdb.ts';`;
    expect(deepImports(planted('test', toServer('../../'), [], 'engines/a.ts'))).toEqual([]);
    expect(deepImports(planted('services/api', toServer('../../../'), []))).toHaveLength(1);
  });

  test('a package that is not declared, and one that nothing imports', () => {
    const api = planted('services/api', "import ws from 'ws';\nimport { z } from 'zod/mini';", [
      'zod',
      'yaml',
    ]);
    expect(undeclared(api, [])).toEqual([
      'services/api/src/a.ts:1: ws is not in services/api/package.json',
      'services/api/package.json: nothing imports yaml',
    ]);
  });

  test("the root's tools are for tests only", () => {
    const source = "import { test } from 'vitest';";
    expect(undeclared(planted('services/api', source, []), ['vitest'])).toHaveLength(1);
    expect(undeclared(planted('services/api', source, [], 'src/a.test.ts'), ['vitest'])).toEqual([]);
  });

  test("a workspace's own tools are for its tests only", () => {
    const text = JSON.stringify({ name: '@outrider/api', devDependencies: { 'smtp-server': '1.0.0' } });
    const [api] = workspacesIn([
      { path: 'services/api/package.json', text },
      { path: 'services/api/src/a.test.ts', text: "import 'smtp-server';" },
      { path: 'services/api/src/a.ts', text: "import 'smtp-server';" },
    ]);
    expect(api && undeclared(api, [])).toEqual([
      'services/api/src/a.ts:1: smtp-server is not in services/api/package.json',
    ]);
  });

  test('product code that imports a fixture, or a module of Node without its prefix', () => {
    const api = planted(
      'services/api',
      "import { a } from './api.fixture.ts';\nimport fs from 'fs/promises';",
      [],
    );
    expect(testCodeInProduct(api)).toHaveLength(1);
    expect(bareNodeModules(api)).toEqual(['services/api/src/a.ts:2: write node:fs/promises']);
  });
});
