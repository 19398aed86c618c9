import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT, readFiles } from '../repository/files.ts';
import { missingPaths, missingScripts } from './markdown.ts';

const PICTURES = 'services/dashboard/screenshots';

const files = readFiles();
/** Pictures are no text, and are there all the same. */
const pictures = readdirSync(join(ROOT, PICTURES)).map((name) => `${PICTURES}/${name}`);
const paths = [...files.map(({ path }) => path), 'LICENSE', ...pictures];
const documents = files.filter(({ path }) => path.endsWith('.md'));
const manifest = files.find(({ path }) => path === 'package.json');
const scripts = Object.keys((JSON.parse(manifest?.text ?? '{}') as { scripts?: object }).scripts ?? {});

describe('documents', () => {
  test('the four at the top are there', () => {
    const top = ['ARCHITECTURE.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'README.md'];
    expect(documents.map(({ path }) => path).filter((path) => !path.includes('/'))).toEqual(top);
  });
  for (const document of documents)
    test(`${document.path} names only paths and npm scripts that exist`, () => {
      expect([...missingPaths(document, paths), ...missingScripts(document, scripts)]).toEqual([]);
    });
});

describe('planted violations are found', () => {
  const readme = (text: string) => ({ path: 'services/x/README.md', text });
  const there = [
    'README.md',
    'services/x/README.md',
    'services/x/src/formats/a.ts',
    'services/x/rules/b.yaml',
  ];

  test('a path in prose, in code, in a link and with a placeholder', () => {
    const text =
      'See services/y/src/a.ts, `formats/gone.ts`, [this](../gone.md) and `services/<name>/gone/<file>.yaml`.';
    expect(missingPaths(readme(text), there)).toEqual([
      'services/x/README.md names services/y/src/a.ts',
      'services/x/README.md names services/<name>/gone/<file>.yaml',
      'services/x/README.md names ../gone.md',
      'services/x/README.md names formats/gone.ts',
    ]);
  });

  test('nothing where all exist, are made by a run, or are addresses', () => {
    const text =
      'See services/x/src, `formats/a.ts`, [top](../../README.md#try), `services/<name>/rules/<id>.yaml`, `out/demo.html`, [web](https://a.example/b.md), `POST /v1/frames`.';
    expect(missingPaths(readme(text), there)).toEqual([]);
  });

  test('an npm script', () => {
    const text = 'Run `npm test`, `npm run -s demo -- --json` and `npm run gone:too`.';
    expect(missingScripts(readme(text), ['test', 'demo'])).toEqual([
      'services/x/README.md names npm run gone:too',
    ]);
  });
});
