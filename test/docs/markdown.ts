import { posix } from 'node:path';
import type { TextFile } from '../repository/files.ts';

/** The part of a document below a heading, up to the next heading of the same or a higher level. */
export function section({ path, text }: TextFile, heading: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '').trim() === heading);
  if (start < 0) throw new Error(`${path} has no heading "${heading}"`);
  const level = lines[start]?.indexOf(' ') ?? 1;
  const length = lines.slice(start + 1).findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level);
  return lines.slice(start + 1, length < 0 ? undefined : start + 1 + length).join('\n');
}

/** Rows of every table in a text, without heads and rules; cells are trimmed, backticks stay. */
export function tableRows(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .filter((line, index) => {
      const isRow = line.startsWith('|') && line.endsWith('|');
      return isRow && !isRule(line) && !isRule(lines[index + 1] ?? '');
    })
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll('\\|', '|')),
    );
}

const isRule = (line: string): boolean => /^\|[\s:|-]+\|$/.test(line);

/** `` `name` `` → name; undefined when the cell is not one word of code. */
export const codeOf = (cell: string | undefined): string | undefined => /^`([^`]+)`$/.exec(cell ?? '')?.[1];

const ROOTS = /(?<![\w./-])(?:packages|services|test|scripts|infra|\.ci)\/[\w.<>*/-]*[\w>*/]/g;
const LINK = /\]\(([^)\s]+)\)/g;
const RELATIVE = /`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|yaml|json|md|csv|geojson))`/g;
/** What a run makes, and a reader will not find in a fresh clone. */
const MADE = /^(\.\/)?(out|data|node_modules)\//;

/** Paths a document names, as written: from the root, in links, or relative in code. */
export function pathsNamed({ text }: TextFile): readonly string[] {
  const links = [...text.matchAll(LINK)].map(([, target]) => target?.replace(/#.*$/, '') ?? '');
  const found = [
    ...[...text.matchAll(ROOTS)].map(([path]) => path),
    ...links.filter((target) => target !== '' && !/^[a-z]+:/.test(target)),
    ...[...text.matchAll(RELATIVE)].map(([, path]) => path ?? ''),
  ];
  return [...new Set(found)].filter((path) => !MADE.test(path));
}

/** Does one of `paths` (or a folder above one) fit? `<name>` and `*` stand for any name. */
function exists(named: string, paths: readonly string[]): boolean {
  const pattern = named
    .replace(/\/$/, '')
    .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/<[^>]*>|\*/g, '[^/]+');
  const fits = new RegExp(`^${pattern}(/|$)`);
  return paths.some((path) => fits.test(path));
}

/** Paths a document names that are not there, from the root, from the document, or from the `src` beside it. */
export function missingPaths(document: TextFile, paths: readonly string[]): readonly string[] {
  const folder = posix.dirname(document.path);
  return pathsNamed(document)
    .filter(
      (named) =>
        ![named, posix.join(folder, named), posix.join(folder, 'src', named)].some((path) =>
          exists(path, paths),
        ),
    )
    .map((named) => `${document.path} names ${named}`);
}

/** npm scripts a document names that are not there. */
export function missingScripts({ path, text }: TextFile, scripts: readonly string[]): readonly string[] {
  const named = [...text.matchAll(/\bnpm (?:run (?:-s )?([\w:.-]+)|(test|start)\b)/g)].map(
    ([, run, short]) => run ?? short ?? '',
  );
  return [...new Set(named)]
    .filter((name) => !scripts.includes(name))
    .map((name) => `${path} names npm run ${name}`);
}
