import { type ASTNode, Environment, type ParseResult, serialize } from '@marcbachmann/cel-js';
import { children, inspect, type Mistake, type Vocabulary, walkOf } from './cel-inspect.ts';
import type { Fact, FactDefinition, Facts, FactValue, Truth } from './rule.ts';

// The adapter on the CEL library. It narrows the language to what a rule needs (cel-inspect.ts) and makes it
// three-valued: an expression that lacks an input is unknown, never false.

/** Longer expressions are facts in disguise. */
const MAX_NODES = 200;

const CEL_TYPE = { number: 'double', boolean: 'bool', string: 'string' } as const;

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

export interface Language extends Vocabulary {
  readonly environment: Environment;
}

/** Values of the known facts only. */
type Values = Record<string, FactValue>;
type Program = (facts: Facts) => Truth;

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
  const walk = walkOf(language);
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
export const evaluate = (expression: Expression, facts: Facts): Truth => expression.program(facts);

/** What the engine is given; whatever is asked directly needs no copy. */
const knownValues = (facts: Facts, names: readonly string[]): Values => {
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
      return (facts) => {
        const first = left(facts);
        if (first === decides) return first;
        const second = right(facts);
        return second === decides || first !== 'unknown' ? second : 'unknown';
      };
    }
    case '!_': {
      const inner = programOf(node.args, language);
      return (facts) => negated(inner(facts));
    }
    case '?:': {
      const [condition, yes, no] = node.args.map((part) => programOf(part, language));
      if (condition === undefined || yes === undefined || no === undefined) break;
      return (facts) => {
        const decided = condition(facts);
        if (decided === 'unknown') return 'unknown';
        return decided === 'true' ? yes(facts) : no(facts);
      };
    }
  }
  return leafOf(node, language);
}

const negated = (truth: Truth): Truth => {
  if (truth === 'unknown') return 'unknown';
  return truth === 'true' ? 'false' : 'true';
};

function leafOf(node: ASTNode, language: Language): Program {
  if (node.op === 'value') {
    const constant: Truth = node.args === true ? 'true' : 'false';
    return () => constant;
  }
  return plainLeafOf(node, language) ?? engineLeafOf(node, language);
}

const COMPARE: Readonly<Partial<Record<ASTNode['op'], (a: number, b: number) => boolean>>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** A flag, or a number against a constant: nearly all a rule asks, and not worth a trip through the engine. */
function plainLeafOf(node: ASTNode, language: Language): Program | undefined {
  if (node.op === 'id' && typeOf(node.args, language) === 'boolean') {
    const name = node.args;
    return (facts) => truthOf(knownValue(facts[name]));
  }
  const compare = COMPARE[node.op];
  if (compare === undefined) return undefined;
  const [left, right] = children(node);
  if (left?.op !== 'id' || right === undefined || typeOf(left.args, language) !== 'number') return undefined;
  const limit = constantOf(right, language);
  if (limit === undefined) return undefined;
  const name = left.args;
  return (facts) => {
    const value = knownValue(facts[name]);
    if (typeof value !== 'number') return 'unknown';
    return compare(value, limit) ? 'true' : 'false';
  };
}

const typeOf = (name: string, { facts }: Language) => facts.find((fact) => fact.name === name)?.type;

/** The number an expression without facts stands for. */
function constantOf(node: ASTNode, language: Language): number | undefined {
  const walk = walkOf(language);
  inspect(node, walk, []);
  if (walk.reads.size > 0 || walk.mistakes.length > 0) return undefined;
  try {
    const value: unknown = language.environment.evaluate(serialize(node));
    const limit = typeof value === 'bigint' ? Number(value) : value;
    return typeof limit === 'number' && Number.isFinite(limit) ? limit : undefined;
  } catch {
    return undefined;
  }
}

function engineLeafOf(node: ASTNode, language: Language): Program {
  const walk = walkOf(language);
  inspect(node, walk, []);
  const reads = [...walk.reads];
  const run = language.environment.parse(serialize(node));
  // Resolves the operators once instead of at each evaluation.
  run.check();
  const needsAll = isStrict(node);
  return (facts) => {
    const values = knownValues(facts, reads);
    if (needsAll) for (const name of reads) if (values[name] === undefined) return 'unknown';
    try {
      return truthOf(run(values));
    } catch {
      return 'unknown';
    }
  };
}

function truthOf(value: unknown): Truth {
  if (value === true) return 'true';
  return value === false ? 'false' : 'unknown';
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
