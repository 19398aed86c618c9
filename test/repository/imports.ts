import { posix } from 'node:path';
import type { TextFile } from './files.ts';
import { isNode, lineOf, type SyntaxNode, syntaxOf, walk, wordOf } from './syntax.ts';

export interface Import {
  readonly from: string;
  readonly specifier: string;
  /** Imported or re-exported names; `*` for everything. */
  readonly names: readonly string[];
  /** Types vanish before the code runs. */
  readonly isTypeOnly: boolean;
  readonly line: number;
}

const known = new WeakMap<TextFile, readonly Import[]>();

/** Every import, re-export and `import(…)` of one file. */
export function importsOf(file: TextFile): readonly Import[] {
  const imports = known.get(file) ?? readImports(file);
  known.set(file, imports);
  return imports;
}

function readImports(file: TextFile): readonly Import[] {
  const found: Import[] = [];
  for (const node of walk(syntaxOf(file))) {
    const specifier = wordOf(node.source);
    if (specifier === undefined || !/^(Import|Export)/.test(node.type)) continue;
    found.push({
      from: file.path,
      specifier,
      names: namesOf(node),
      isTypeOnly: isTypeOnly(node),
      line: lineOf(file.text, node.start),
    });
  }
  return found;
}

function specifiersOf(node: SyntaxNode): readonly SyntaxNode[] {
  const specifiers = node.specifiers;
  return Array.isArray(specifiers) ? specifiers.filter(isNode) : [];
}

function namesOf(node: SyntaxNode): readonly string[] {
  const specifiers = specifiersOf(node);
  if (specifiers.length === 0) return node.type === 'ImportDeclaration' ? [] : ['*'];
  return specifiers.map((specifier) => {
    if (specifier.type === 'ImportDefaultSpecifier') return 'default';
    return (
      wordOf(specifier.imported ?? (specifier.type === 'ExportSpecifier' ? specifier.local : undefined)) ??
      '*'
    );
  });
}

function isTypeOnly(node: SyntaxNode): boolean {
  if (node.importKind === 'type' || node.exportKind === 'type') return true;
  const specifiers = specifiersOf(node);
  return (
    specifiers.length > 0 && specifiers.every((one) => one.importKind === 'type' || one.exportKind === 'type')
  );
}

/** The repository path a relative import means; undefined for packages. */
export const targetOf = ({ from, specifier }: Import): string | undefined =>
  specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : undefined;

/** `@scope/name/deep/file.ts` → `@scope/name`; undefined for relative imports and Node's own modules. */
export function packageOf({ specifier }: Import): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  return /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[1];
}
