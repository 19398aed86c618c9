import { TOPICS, topicList } from '@outrider/bus';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { MAY_IMPORT } from '../architecture/may-import.ts';
import { isTestCode, readFiles, type TextFile } from '../repository/files.ts';
import { isNode, syntaxOf, walk, wordOf } from '../repository/syntax.ts';
import { codeOf, section, tableRows } from './markdown.ts';

const files = readFiles();
const fileAt = (path: string): TextFile => {
  const file = files.find((one) => one.path === path);
  if (file === undefined) throw new Error(`${path} is missing`);
  return file;
};
const architecture = fileAt('ARCHITECTURE.md');
const codes = (cell: string | undefined): readonly string[] =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '');

type Row = readonly string[];

/** Names that stand in one place and not in the other. */
function differences(there: readonly string[], documented: readonly string[]): readonly string[] {
  return [
    ...there.filter((name) => !documented.includes(name)).map((name) => `${name} is not in its table`),
    ...documented
      .filter((name) => !there.includes(name))
      .map((name) => `${name} is in the table and nowhere else`),
    ...documented
      .filter((name, index) => documented.indexOf(name) !== index)
      .map((name) => `${name} stands there twice`),
  ];
}

/** First column of the tables below a heading. */
const firstColumn = (document: TextFile, heading: string): readonly string[] =>
  tableRows(section(document, heading)).map(([cell]) => codeOf(cell) ?? cell ?? '');

const DAY_MS = 86_400_000;

const keptOf = (cleanup: (typeof topicList)[number]['cleanup']): string => {
  if (cleanup.kind === 'delete') return `${cleanup.retentionMs / DAY_MS} days`;
  const { historyMs } = cleanup;
  return historyMs === undefined ? 'newest per key' : `newest per key, all for ${historyMs / DAY_MS} days`;
};

const topicRow = (topic: (typeof topicList)[number]): Row => [
  `\`${topic.name}\``,
  topic.key,
  topic.writer,
  topic.sealing,
  keptOf(topic.cleanup),
];

/** Rows of ARCHITECTURE's table that differ from topics.ts: name, key, writer, sealing, kept. */
const topicRows = (document: TextFile): readonly Row[] =>
  tableRows(section(document, 'Topics')).map(([name, key, writer, , sealing, kept]) =>
    [name, key, writer, sealing, kept].map((cell) => cell ?? ''),
  );

/** `quiet-hours.ts` beside its list → quiet-hours. */
const filesIn = (folder: string, but: readonly string[] = []): readonly string[] =>
  files
    .map(({ path }) => path)
    .filter((path) => path.startsWith(`${folder}/`) && path.endsWith('.ts') && !isTestCode(path))
    .map((path) => path.slice(folder.length + 1, -3))
    .filter((name) => !name.includes('/') && !['index', ...but].includes(name));

const rules = files
  .filter(
    ({ path }) =>
      /^services\/predictor\/rules\/[^.]+\.yaml$/.test(path) && !path.endsWith('/thresholds.yaml'),
  )
  .map(({ text }) => parse(text) as { readonly id: string; readonly scope: string; readonly about: string });

/** Stages in the order of the list in pipeline.ts, then those asked only when sending. */
function stageOrder(): readonly string[] {
  const lists = [...walk(syntaxOf(fileAt('services/notifier/src/pipeline.ts')))].filter(
    ({ type }) => type === 'ArrayExpression',
  );
  const names = lists.flatMap(({ elements }) =>
    Array.isArray(elements) ? elements.filter(isNode).map(wordOf) : [],
  );
  const kebab = names.map((name) =>
    (name ?? '').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  );
  return [...new Set(kebab)];
}

/** Every vendor and source; ports and what a folder shares are none. */
const PROVIDERS = [
  ...filesIn('packages/providers/src/weather', [
    'weather-provider',
    'place-forecast',
    'forecast-cache',
    'weather-probe',
  ]),
  ...filesIn('packages/providers/src/routing', [
    'route-provider',
    'route-promises',
    'ask-valhalla',
    'decode-shape',
  ]),
  ...filesIn('packages/providers/src/elevation', ['elevation-provider', 'profile']),
  ...filesIn('packages/providers/src/geocoding', ['geocoder', 'typed-coordinates']),
  ...filesIn('packages/providers/src/vehicles', ['vin-decoder']),
  ...filesIn('packages/providers/src/trips', ['trip-source', 'roads', 'local-time', 'repeat']),
  ...filesIn('packages/providers/src/charging', [
    'charger-provider',
    'charger-index',
    'list-url',
    'raw-location',
    'twins',
    'works-probability',
  ]),
];

describe('ARCHITECTURE.md', () => {
  test('its topics are those of topics.ts, with key, writer, sealing and how long they are kept', () => {
    expect(topicRows(architecture)).toEqual(topicList.map(topicRow));
  });

  test('its picture names every topic', () => {
    const picture = section(architecture, 'The flow');
    const short = topicList.map(({ name }) => name.replace(/\.v\d+$/, ''));
    expect(short.filter((name) => !picture.includes(name))).toEqual([]);
  });

  test('its import table is the one that is checked', () => {
    const rows = tableRows(section(architecture, 'Who may import whom'));
    const shown = Object.fromEntries(
      rows.map(([name, allowed]) => [codeOf(name), codes(allowed).toSorted()]),
    );
    const checked = Object.entries(MAY_IMPORT).map(([name, allowed]) => [name, allowed.toSorted()]);
    expect(shown).toEqual(Object.fromEntries(checked));
  });

  test('its rules are those of the folder, in the words of their files', () => {
    const shown = tableRows(section(architecture, 'Rules')).map(([id, scope, about]) => [
      codeOf(id),
      codeOf(scope),
      about,
    ]);
    expect(shown).toEqual(rules.map(({ id, scope, about }) => [id, scope, about]));
  });

  const inventories = [
    { heading: 'Facts', names: filesIn('services/predictor/src/facts', ['catalogue']) },
    { heading: 'Remedies', names: filesIn('services/predictor/src/remedies') },
    { heading: 'Stages', names: filesIn('services/notifier/src/stages') },
    { heading: 'Channels', names: filesIn('services/notifier/src/channels') },
    { heading: 'Wire formats', names: filesIn('services/ingest/src/formats') },
    { heading: 'Providers', names: PROVIDERS },
  ];
  for (const { heading, names } of inventories)
    test(`its ${heading.toLowerCase()} are those that have a file`, () => {
      expect(names.length).toBeGreaterThan(0);
      expect(differences(names, firstColumn(architecture, heading))).toEqual([]);
    });

  test('its stages stand in the order they run in', () => {
    expect(firstColumn(architecture, 'Stages')).toEqual(stageOrder());
  });
});

describe('README.md', () => {
  test('its picture names every service, and the topics it shows exist', () => {
    const picture = section(fileAt('README.md'), 'How it works');
    for (const name of ['gateway', 'ingest', 'world', 'predictor', 'notifier', 'api'])
      expect(picture).toContain(name);
    const named = codes(picture).filter((code) => /\.v\d+$/.test(code));
    expect(named.filter((code) => !topicList.some(({ name }) => name === code))).toEqual([]);
  });
});

describe('planted violations are found', () => {
  const document = (text: string): TextFile => ({ path: 'ARCHITECTURE.md', text });
  const head = '## Topics\n\n| topic | key | writer | holds | sealed | kept |\n|---|---|---|---|---|---|\n';

  test('a topic with another writer', () => {
    const right = `${head}| \`telemetry.raw.v1\` | vehicleId | gateway | frames | whole | 30 days |\n## Next\n| a |`;
    expect(topicRows(document(right))).toEqual([topicRow(TOPICS.raw)]);
    expect(topicRows(document(right.replace('gateway', 'ingest')))).not.toEqual([topicRow(TOPICS.raw)]);
  });

  test('something without a row, a row without something, and a row twice', () => {
    const text = '## Channels\n\n| channel | what |\n|---|---|\n| `feed` | |\n| `fax` | |\n| `feed` | |\n';
    expect(differences(['feed', 'email'], firstColumn(document(text), 'Channels'))).toEqual([
      'email is not in its table',
      'fax is in the table and nowhere else',
      'feed stands there twice',
    ]);
  });

  test('a heading that is gone', () => {
    expect(() => section(document('# A\n'), 'Topics')).toThrow('no heading "Topics"');
  });
});
