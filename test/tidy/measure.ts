import { isTestCode, type TextFile } from '../repository/files.ts';
import { childrenOf, lineOf, type SyntaxNode, syntaxOf, wordOf } from '../repository/syntax.ts';
import { LIMITS, type Limit } from './limits.ts';

export interface Measured {
  readonly limit: Limit;
  /** `path` of a file, `path#name` of a function. */
  readonly what: string;
  readonly lines: number;
}

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

const linesOf = (text: string, node: SyntaxNode): number =>
  lineOf(text, node.end) - lineOf(text, node.start) + 1;

/** The nearest name above a function: its own, or that of what it is assigned or handed to. */
function nameOf(node: SyntaxNode, parent: SyntaxNode, inherited: string): string {
  const given = [node.id, parent.id, parent.key].map(wordOf).find((name) => name !== undefined);
  if (given !== undefined) return given;
  const title =
    parent.type === 'CallExpression' && Array.isArray(parent.arguments)
      ? wordOf(parent.arguments[0])
      : undefined;
  return title ?? inherited;
}

function functionsOf(file: TextFile): readonly Measured[] {
  const found: Measured[] = [];
  /** @returns lines of the functions directly inside, less the line each shares with its surroundings. */
  const visit = (parent: SyntaxNode, inherited: string): number => {
    let insideLines = 0;
    for (const { node } of childrenOf(parent)) {
      if (!FUNCTIONS.has(node.type)) {
        insideLines += visit(node, inherited);
        continue;
      }
      const name = nameOf(node, parent, inherited);
      const lines = linesOf(file.text, node);
      const ownLines = lines - visit(node, name);
      insideLines += lines - 1;
      found.push({ limit: 'functionLines', what: `${file.path}#${name}`, lines: ownLines });
      if (!isTestCode(file.path)) found.push({ limit: 'closureLines', what: `${file.path}#${name}`, lines });
    }
    return insideLines;
  };
  visit(syntaxOf(file), '(top)');
  return found;
}

/** Every size there is a limit for. */
export const measure = (file: TextFile): readonly Measured[] => [
  { limit: 'fileLines', what: file.path, lines: file.text.trimEnd().split('\n').length },
  ...functionsOf(file),
];

type Sizes = Readonly<Record<string, number>>;

/** What is over its limit and not known, or known and grown. */
export function tooLarge(
  measured: readonly Measured[],
  known: Readonly<Record<Limit, Sizes>>,
): readonly string[] {
  return measured
    .filter(({ limit, what, lines }) => lines > Math.max(LIMITS[limit], known[limit][what] ?? 0))
    .map(
      ({ limit, what, lines }) =>
        `${what}: ${lines} lines, ${limit} is ${known[limit][what] ?? LIMITS[limit]}`,
    );
}

/** Known exceptions that are needed no more. */
export function outlived(
  measured: readonly Measured[],
  known: Readonly<Record<Limit, Sizes>>,
): readonly string[] {
  const isNeeded = (limit: Limit, what: string): boolean =>
    measured.some((one) => one.limit === limit && one.what === what && one.lines > LIMITS[limit]);
  return (Object.keys(known) as Limit[]).flatMap((limit) =>
    Object.keys(known[limit])
      .filter((what) => !isNeeded(limit, what))
      .map((what) => `${what} is within ${limit}: remove its exception`),
  );
}
