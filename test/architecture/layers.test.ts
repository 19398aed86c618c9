import { describe, expect, test } from 'vitest';
import { isTestCode, isTypeScript, readFiles, type TextFile } from '../repository/files.ts';
import { importsOf, targetOf } from '../repository/imports.ts';

/**
 * Folders of extensions: one file per rule's scope, remedy, format, stage, channel, provider. Each imports its
 * contract and never a neighbour; only `listedIn` imports them all. `shared` files of the folder are no extensions.
 */
const EXTENSIONS: readonly {
  readonly folder: string;
  readonly listedIn: string;
  readonly shared: readonly string[];
}[] = [
  { folder: 'services/predictor/src/facts', listedIn: 'index.ts', shared: ['catalogue.ts'] },
  { folder: 'services/predictor/src/remedies', listedIn: 'index.ts', shared: [] },
  { folder: 'services/ingest/src/formats', listedIn: 'index.ts', shared: [] },
  { folder: 'services/notifier/src/stages', listedIn: '../pipeline.ts', shared: [] },
  { folder: 'services/notifier/src/channels', listedIn: 'index.ts', shared: [] },
  {
    folder: 'packages/providers/src/weather',
    listedIn: 'index.ts',
    shared: ['weather-provider.ts', 'place-forecast.ts', 'forecast-cache.ts', 'weather-probe.ts'],
  },
  {
    folder: 'packages/providers/src/routing',
    listedIn: 'index.ts',
    shared: ['route-provider.ts', 'route-promises.ts', 'ask-valhalla.ts', 'decode-shape.ts'],
  },
  {
    folder: 'packages/providers/src/elevation',
    listedIn: 'index.ts',
    shared: ['elevation-provider.ts', 'profile.ts'],
  },
  { folder: 'packages/providers/src/geocoding', listedIn: 'index.ts', shared: ['geocoder.ts'] },
  { folder: 'packages/providers/src/vehicles', listedIn: 'index.ts', shared: ['vin-decoder.ts'] },
  {
    folder: 'packages/providers/src/trips',
    listedIn: 'index.ts',
    shared: ['trip-source.ts', 'roads.ts', 'local-time.ts', 'repeat.ts'],
  },
  {
    folder: 'packages/providers/src/charging',
    listedIn: 'index.ts',
    shared: [
      'charger-provider.ts',
      'charger-index.ts',
      'list-url.ts',
      'raw-location.ts',
      'twins.ts',
      'works-probability.ts',
    ],
  },
];

type Extension = (typeof EXTENSIONS)[number];

const listOf = ({ folder, listedIn }: Extension): string =>
  new URL(listedIn, `file:///${folder}/`).pathname.slice(1);

function extensionFiles(extension: Extension, files: readonly TextFile[]): readonly TextFile[] {
  const { folder, shared } = extension;
  const others = [...shared, 'index.ts'].map((name) => `${folder}/${name}`);
  return files.filter(
    ({ path }) =>
      path.startsWith(`${folder}/`) &&
      !path.slice(folder.length + 1).includes('/') &&
      !isTestCode(path) &&
      !others.includes(path),
  );
}

/** Extension files that import a neighbour or the list itself. */
function neighbours(extension: Extension, files: readonly TextFile[]): readonly string[] {
  const own = extensionFiles(extension, files);
  const others = new Set([...own.map(({ path }) => path), listOf(extension), `${extension.folder}/index.ts`]);
  return own.flatMap((file) =>
    importsOf(file)
      .filter((one) => others.has(targetOf(one) ?? ''))
      .map(({ from, line, specifier }) => `${from}:${line} imports its neighbour ${specifier}`),
  );
}

/** Extension files that the list does not name. */
function unlisted(extension: Extension, files: readonly TextFile[]): readonly string[] {
  const list = files.find(({ path }) => path === listOf(extension));
  const listed = new Set(list === undefined ? [] : importsOf(list).map(targetOf));
  return extensionFiles(extension, files)
    .filter(({ path }) => !listed.has(path))
    .map(({ path }) => `${path} is not in ${listOf(extension)}`);
}

/** Extension files that no test beside them covers: their own, or one that loops over the whole folder. */
function untested(extension: Extension, files: readonly TextFile[]): readonly string[] {
  const name = extension.folder.split('/').at(-1);
  const tests = new Set(files.map(({ path }) => path).filter((path) => path.endsWith('.test.ts')));
  if (tests.has(`${extension.folder}/${name}.test.ts`)) return [];
  return extensionFiles(extension, files)
    .map(({ path }) => path)
    .filter((path) => !tests.has(path.replace(/\.ts$/, '.test.ts')))
    .map((path) => `${path} has no test beside it`);
}

/** `main.ts` opens the process and is imported by nobody; `app.ts` wires, and its parts do not know it. */
function upwards(files: readonly TextFile[]): readonly string[] {
  return files.flatMap((file) =>
    importsOf(file).flatMap((one) => {
      const target = targetOf(one) ?? '';
      const isMain = /\/src\/main\.ts$/.test(target);
      const isApp = /^services\/[^/]+\/src\/app\.ts$/.test(target);
      const mayKnowApp = isTestCode(one.from) || one.from.endsWith('/src/main.ts');
      if (isMain) return [`${one.from}:${one.line} imports main.ts`];
      return isApp && !mayKnowApp ? [`${one.from}:${one.line} imports app.ts`] : [];
    }),
  );
}

const files = readFiles().filter(isTypeScript);

describe('inside a service: main → app → contract ← extension files', () => {
  for (const extension of EXTENSIONS) {
    test(`${extension.folder} has extension files`, () => {
      expect(extensionFiles(extension, files).length).toBeGreaterThan(0);
    });
    test(`${extension.folder}: no file imports a neighbour`, () => {
      expect(neighbours(extension, files)).toEqual([]);
    });
    test(`${extension.folder}: every file is listed in ${extension.listedIn}`, () => {
      expect(unlisted(extension, files)).toEqual([]);
    });
    test(`${extension.folder}: every file is tested beside it`, () => {
      expect(untested(extension, files)).toEqual([]);
    });
  }

  test('nobody imports a main.ts, and only main.ts and tests import an app.ts', () => {
    expect(upwards(files)).toEqual([]);
  });
});

describe('planted violations are found', () => {
  const stages: Extension = {
    folder: 'services/x/src/stages',
    listedIn: '../pipeline.ts',
    shared: ['words.ts'],
  };
  const file = (path: string, text: string): TextFile => ({ path: `services/x/src/${path}`, text });

  test('an extension that imports a neighbour, or the list', () => {
    const planted = [
      file('stages/a.ts', "import { b } from './b.ts';\nimport { list } from '../pipeline.ts';"),
      file('stages/b.ts', "import { words } from './words.ts';\nimport type { Stage } from '../stage.ts';"),
      file('stages/words.ts', ''),
    ];
    expect(neighbours(stages, planted)).toEqual([
      'services/x/src/stages/a.ts:1 imports its neighbour ./b.ts',
      'services/x/src/stages/a.ts:2 imports its neighbour ../pipeline.ts',
    ]);
  });

  test('an extension nobody listed', () => {
    const planted = [
      file('pipeline.ts', "import { a } from './stages/a.ts';"),
      file('stages/a.ts', ''),
      file('stages/forgotten.ts', ''),
      file('stages/forgotten.test.ts', ''),
    ];
    expect(unlisted(stages, planted)).toEqual([
      'services/x/src/stages/forgotten.ts is not in services/x/src/pipeline.ts',
    ]);
  });

  test('an extension nobody tested, unless one test takes the whole folder', () => {
    const planted = [file('stages/a.ts', ''), file('stages/b.ts', ''), file('stages/b.test.ts', '')];
    expect(untested(stages, planted)).toEqual(['services/x/src/stages/a.ts has no test beside it']);
    expect(untested(stages, [...planted, file('stages/stages.test.ts', '')])).toEqual([]);
  });

  test('a part that knows its app, and anything that imports main.ts', () => {
    const planted = [
      file('part.ts', "import { createX } from './app.ts';"),
      file('app.ts', "import './main.ts';"),
      file('main.ts', "import { createX } from './app.ts';"),
      file('part.test.ts', "import { createX } from './app.ts';"),
    ];
    expect(upwards(planted)).toEqual([
      'services/x/src/part.ts:1 imports app.ts',
      'services/x/src/app.ts:1 imports main.ts',
    ]);
  });
});
