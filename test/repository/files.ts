import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A text file of the repository; the path is relative to its root, with `/`. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

export const ROOT = join(import.meta.dirname, '../..');

/** What git ignores. Hidden folders are tools' own, but for the one that holds the checks before a merge. */
const isSkipped = (name: string): boolean =>
  ['node_modules', 'data', 'out', 'dist'].includes(name) || (name.startsWith('.') && name !== '.ci');
const TEXT =
  /\.(tsx?|mjs|json|ya?ml|md|csv|geojson|html|css|sql|ndjson|sh|flux)$|^\.(gitignore|dockerignore|npmrc)$|^(run|Dockerfile)$/;

/** Every text file below `folder`, in a stable order. */
export function readFiles(folder = ''): readonly TextFile[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return isSkipped(entry.name) ? [] : readFiles(path);
      return TEXT.test(entry.name) ? [{ path, text: readFileSync(join(ROOT, path), 'utf8') }] : [];
    });
}

export const isTypeScript = ({ path }: { readonly path: string }): boolean => /\.tsx?$/.test(path);

/** Run by tests, by the people who measure or by what builds, never by the product. */
export const isTestCode = (path: string): boolean =>
  path.startsWith('test/') ||
  path.startsWith('infra/') ||
  /\.(test|contract|fixture|child|engine|config)\.ts$|\/contract\//.test(path);
