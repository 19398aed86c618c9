import { parseAst } from 'vitest/node';
import type { TextFile } from './files.ts';

/** A node of the ESTree, with positions in characters. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

const parsed = new WeakMap<TextFile, SyntaxNode>();

/** @throws SyntaxError when the file is not TypeScript. */
export function syntaxOf(file: TextFile): SyntaxNode {
  const syntax =
    parsed.get(file) ??
    (parseAst(file.text, { lang: file.path.endsWith('x') ? 'tsx' : 'ts' }) as unknown as SyntaxNode);
  parsed.set(file, syntax);
  return syntax;
}

export const isNode = (value: unknown): value is SyntaxNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** The nodes directly below `node`, with the field that holds each. */
export function childrenOf(
  node: SyntaxNode,
): readonly { readonly field: string; readonly node: SyntaxNode }[] {
  return Object.entries(node).flatMap(([field, value]) =>
    (Array.isArray(value) ? value : [value]).filter(isNode).map((child) => ({ field, node: child })),
  );
}

/** Every node, outermost first. */
export function* walk(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const child of childrenOf(node)) yield* walk(child.node);
}

/** Line of a position, from 1. */
export const lineOf = (text: string, position: number): number => text.slice(0, position).split('\n').length;

/** The text of an identifier or a string literal, whichever the node is. */
export function wordOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Identifier') return String(node.name);
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}
