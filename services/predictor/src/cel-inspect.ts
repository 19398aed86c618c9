import type { ASTNode } from '@marcbachmann/cel-js';
import { nearestName } from './nearest-name.ts';
import type { FactDefinition } from './rule.ts';

// What of CEL a rule may use. Only the shape of the library's tree is known here; the rest is in cel.ts.

/** Everything else, `matches` first of all (a regular expression can block for seconds), is refused. */
const FUNCTIONS = new Set(['startsWith', 'endsWith', 'contains']);
const COMPREHENSIONS = new Set(['exists', 'all', 'exists_one']);

export interface Mistake {
  /** Character in the expression's text. */
  readonly offset: number;
  readonly text: string;
}

/** Names an expression may use. */
export interface Vocabulary {
  readonly facts: readonly FactDefinition[];
  readonly thresholds: Readonly<Record<string, number>>;
}

export interface Walk {
  readonly vocabulary: Vocabulary;
  readonly mistakes: Mistake[];
  readonly reads: Set<string>;
  readonly thresholds: Set<string>;
  readonly numbers: { start: number; end: number }[];
}

export const walkOf = (vocabulary: Vocabulary): Walk => ({
  vocabulary,
  mistakes: [],
  reads: new Set(),
  thresholds: new Set(),
  numbers: [],
});

/** Collects what the expression uses and what it must not. `bound` are iteration variables. */
export function inspect(node: ASTNode, walk: Walk, bound: readonly string[]): void {
  const refuse = (text: string) => walk.mistakes.push({ offset: node.start, text });
  switch (node.op) {
    case 'value':
      if (typeof node.args === 'bigint' || typeof node.args === 'number') {
        walk.numbers.push({ start: node.start, end: node.end });
      }
      return;
    case 'id':
      if (bound.includes(node.args)) return;
      if (walk.vocabulary.facts.some((fact) => fact.name === node.args)) walk.reads.add(node.args);
      else if (Object.hasOwn(walk.vocabulary.thresholds, node.args)) walk.thresholds.add(node.args);
      else refuse(unknownName(node.args, walk.vocabulary));
      return;
    case 'call':
      refuse(`function \`${node.args[0]}\` is not for rules; anything clever is a fact`);
      return;
    case 'rcall':
      inspectMethod(node.args, node.start, walk, bound);
      return;
    case '/':
      inspectDivision(node.args, walk);
      break;
    case '.':
    case '.?':
    case '[]':
    case '[?]':
    case 'map':
      refuse('facts have no fields; combine facts only');
      return;
  }
  for (const child of children(node)) inspect(child, walk, bound);
}

function inspectMethod(
  [name, receiver, args]: [string, ASTNode, ASTNode[]],
  offset: number,
  walk: Walk,
  bound: readonly string[],
): void {
  inspect(receiver, walk, bound);
  if (FUNCTIONS.has(name)) {
    for (const argument of args) inspect(argument, walk, bound);
    return;
  }
  const [variable, ...rest] = args;
  if (!COMPREHENSIONS.has(name)) {
    walk.mistakes.push({ offset, text: `function \`${name}\` is not for rules; anything clever is a fact` });
  } else if (bound.length > 0) {
    walk.mistakes.push({
      offset,
      text: `\`${name}\` inside another one; one loop is the most a rule may have`,
    });
  } else {
    const inner = variable?.op === 'id' ? [...bound, variable.args] : bound;
    for (const argument of rest) inspect(argument, walk, inner);
  }
}

function inspectDivision([left, right]: [ASTNode, ASTNode], walk: Walk): void {
  // 0/0 is NaN, and NaN compares as false: silence where there is no answer.
  const divisor = right.op === 'value' ? right.args : undefined;
  if ((typeof divisor !== 'number' && typeof divisor !== 'bigint') || Number(divisor) === 0) {
    walk.mistakes.push({ offset: right.start, text: 'divide by a number other than 0 only' });
  }
  // CEL's 1/11 is 0: a threshold that is always reached.
  else if (isInteger(left) && isInteger(right)) {
    walk.mistakes.push({
      offset: left.start,
      text: 'whole numbers divide to a whole number; write 1.0 / 11.0',
    });
  }
}

function isInteger(node: ASTNode): boolean {
  if (node.op === 'value') return typeof node.args === 'bigint';
  const inner = children(node);
  return inner.length > 0 && inner.every(isInteger);
}

export function children(node: ASTNode): ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
    case 'map':
      return [];
    case '!_':
    case '-_':
      return [node.args];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case '.':
    case '.?':
      return [node.args[0]];
    default:
      return [...node.args];
  }
}

function unknownName(name: string, { facts, thresholds }: Vocabulary): string {
  const nearest = nearestName(name, [...facts.map((fact) => fact.name), ...Object.keys(thresholds)]);
  return `no fact \`${name}\` in this scope${nearest === undefined ? '' : `; did you mean \`${nearest}\`?`}`;
}
