import { type ASTNode, Environment, type ParseResult, serialize } from '@marcbachmann/cel-js';
import { nearestName } from './nearest-name.ts';
import type { Fact, FactDefinition, Facts, FactValue, Truth } from './rule.ts';

// The only file that knows the CEL library. It narrows the language to what a rule needs and makes it
// three-valued: an expression that lacks an input is unknown, never false.

/** Longer expressions are facts in disguise. */
const MAX_NODES = 200;

/** Everything else, `matches` first of all (a regular expression can block for seconds), is refused. */
const FUNCTIONS = new Set(['startsWith', 'endsWith', 'contains']);
const COMPREHENSIONS = new Set(['exists', 'all', 'exists_one']);

const CEL_TYPE = { number: 'double', boolean: 'bool', string: 'string' } as const;

export interface Mistake {
  /** Character in the expression's text. */
  readonly offset: number;
  readonly text: string;
}

export interface Expression {
  readonly text: string;
  /** Facts it reads, sorted. */
  readonly reads: readonly string[];
  /** Thresholds it reads, sorted. */
  readonly thresholds: readonly string[];
  /** Where each number stands that decides something: what a test must notice when it moves. */
  readonly numbers: readonly { readonly start: number; readonly end: number }[];
  readonly program: Program;
}

export type Compiled =
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'refused'; readonly mistakes: readonly Mistake[] };

export interface Language {
  readonly facts: readonly FactDefinition[];
  readonly thresholds: Readonly<Record<string, number>>;
  readonly environment: Environment;
}

/** Values of the known facts only. */
type Values = Record<string, FactValue>;
type Program = (values: Values) => Truth;

/** The language of one scope: its facts as variables, the thresholds as constants, all numbers double. */
export function createLanguage(
  facts: readonly FactDefinition[],
  thresholds: Readonly<Record<string, number>> = {},
): Language {
  const environment = new Environment({ limits: { maxAstNodes: MAX_NODES, maxDepth: 50 } });
  for (const fact of facts) environment.registerVariable(fact.name, CEL_TYPE[fact.type]);
  for (const [name, value] of Object.entries(thresholds)) environment.registerConstant(name, 'double', value);
  // CEL does not mix its number types; people who write `socPct * 2` do not know that there are two.
  for (const [left, right] of [
    ['double', 'int'],
    ['int', 'double'],
  ]) {
    const register = (operator: string, compute: (a: number, b: number) => number) =>
      environment.registerOperator(`${left} ${operator} ${right}: double`, (a, b) =>
        compute(Number(a), Number(b)),
      );
    register('+', (a, b) => a + b);
    register('-', (a, b) => a - b);
    register('*', (a, b) => a * b);
    register('/', (a, b) => a / b);
  }
  environment.registerOperator('double == int: bool', (a, b) => Number(a) === Number(b));
  return { facts, thresholds, environment };
}

/** Parses, narrows and type-checks. All mistakes that can be told apart, not just the first. */
export function compile(language: Language, text: string): Compiled {
  let parsed: ParseResult;
  try {
    parsed = language.environment.parse(text);
  } catch (error) {
    return { kind: 'refused', mistakes: [mistakeFrom(error)] };
  }
  const walk: Walk = { language, mistakes: [], reads: new Set(), thresholds: new Set(), numbers: [] };
  inspect(parsed.ast, walk, []);
  if (walk.mistakes.length === 0) {
    const checked = parsed.check();
    if (!checked.valid) walk.mistakes.push(mistakeFrom(checked.error));
    else if (checked.type !== 'bool') {
      walk.mistakes.push({ offset: 0, text: `must be true or false, but is a ${checked.type}` });
    }
  }
  if (walk.mistakes.length > 0) return { kind: 'refused', mistakes: walk.mistakes };
  const expression: Expression = {
    text,
    reads: [...walk.reads].toSorted(),
    thresholds: [...walk.thresholds].toSorted(),
    numbers: walk.numbers,
    program: programOf(parsed.ast, language),
  };
  return { kind: 'expression', expression };
}

/** Unknown when an input is missing or the engine fails, except where the rest decides (`unknown || true`). */
export const evaluate = (expression: Expression, facts: Facts): Truth =>
  expression.program(knownValues(facts, expression.reads));

/** Runs several expressions on the same facts: reads them once. */
export const knownValues = (facts: Facts, names: readonly string[]): Values => {
  const values: Values = {};
  for (const name of names) {
    const value = knownValue(facts[name]);
    if (value !== undefined) values[name] = value;
  }
  return values;
};

/** NaN and infinity compare as false in CEL, so they must not get there. */
function knownValue(fact: Fact | undefined): FactValue | undefined {
  if (fact === undefined || fact.kind === 'unknown') return undefined;
  return typeof fact.value === 'number' && !Number.isFinite(fact.value) ? undefined : fact.value;
}

interface Walk {
  readonly language: Language;
  readonly mistakes: Mistake[];
  readonly reads: Set<string>;
  readonly thresholds: Set<string>;
  readonly numbers: { start: number; end: number }[];
}

/** Collects what the expression uses and what it must not. `bound` are iteration variables. */
function inspect(node: ASTNode, walk: Walk, bound: readonly string[]): void {
  const refuse = (text: string) => walk.mistakes.push({ offset: node.start, text });
  switch (node.op) {
    case 'value':
      if (typeof node.args === 'bigint' || typeof node.args === 'number') {
        walk.numbers.push({ start: node.start, end: node.end });
      }
      return;
    case 'id':
      if (bound.includes(node.args)) return;
      if (walk.language.facts.some((fact) => fact.name === node.args)) walk.reads.add(node.args);
      else if (Object.hasOwn(walk.language.thresholds, node.args)) walk.thresholds.add(node.args);
      else refuse(unknownName(node.args, walk.language));
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

function children(node: ASTNode): ASTNode[] {
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

/**
 * The logic of `&&`, `||`, `!` and `?:` runs here, on three values, exactly as CEL absorbs errors; the engine
 * sees only the comparisons between, and only with all their inputs. Throwing for each missing fact would cost
 * some 8 µs each time, and a silent car has many.
 */
function programOf(node: ASTNode, language: Language): Program {
  switch (node.op) {
    case '&&':
    case '||': {
      const left = programOf(node.args[0], language);
      const right = programOf(node.args[1], language);
      const decides: Truth = node.op === '&&' ? 'false' : 'true';
      return (values) => {
        const first = left(values);
        if (first === decides) return first;
        const second = right(values);
        return second === decides || first !== 'unknown' ? second : 'unknown';
      };
    }
    case '!_': {
      const inner = programOf(node.args, language);
      return (values) => negated(inner(values));
    }
    case '?:': {
      const [condition, yes, no] = node.args.map((part) => programOf(part, language));
      if (condition === undefined || yes === undefined || no === undefined) break;
      return (values) => {
        const decided = condition(values);
        if (decided === 'unknown') return 'unknown';
        return decided === 'true' ? yes(values) : no(values);
      };
    }
  }
  return leafOf(node, language);
}

export const negated = (truth: Truth): Truth => {
  if (truth === 'unknown') return 'unknown';
  return truth === 'true' ? 'false' : 'true';
};

function leafOf(node: ASTNode, language: Language): Program {
  if (node.op === 'value') {
    const constant: Truth = node.args === true ? 'true' : 'false';
    return () => constant;
  }
  const walk: Walk = { language, mistakes: [], reads: new Set(), thresholds: new Set(), numbers: [] };
  inspect(node, walk, []);
  const reads = [...walk.reads];
  const run = language.environment.parse(serialize(node));
  // Resolves the operators once instead of at each evaluation.
  run.check();
  const needsAll = isStrict(node);
  return (values) => {
    if (needsAll) for (const name of reads) if (values[name] === undefined) return 'unknown';
    try {
      const answer: unknown = run(values);
      if (answer === true) return 'true';
      return answer === false ? 'false' : 'unknown';
    } catch {
      return 'unknown';
    }
  };
}

/** Fails whenever one input is missing: nothing in it can absorb an error. */
const isStrict = (node: ASTNode): boolean =>
  !['&&', '||', '?:', 'rcall'].includes(node.op) && children(node).every(isStrict);

function mistakeFrom(error: unknown): Mistake {
  const { summary, range } = error as { summary?: unknown; range?: { start?: unknown } };
  return {
    offset: typeof range?.start === 'number' ? range.start : 0,
    text: typeof summary === 'string' ? summary : String(error),
  };
}

function unknownName(name: string, { facts, thresholds }: Language): string {
  const nearest = nearestName(name, [...facts.map((fact) => fact.name), ...Object.keys(thresholds)]);
  return `no fact \`${name}\` in this scope${nearest === undefined ? '' : `; did you mean \`${nearest}\`?`}`;
}
