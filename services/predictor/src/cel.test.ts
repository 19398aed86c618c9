import { Environment } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile, createLanguage, evaluate } from './cel.ts';
import type { FactDefinition, Facts, FactValue } from './rule.ts';

const facts: FactDefinition[] = [
  { name: 'socPct', type: 'number', about: 'charge' },
  { name: 'limitPct', type: 'number', about: 'limit' },
  { name: 'isDriving', type: 'boolean', about: 'drives' },
  { name: 'isPlugged', type: 'boolean', about: 'cable' },
  { name: 'gear', type: 'string', about: 'gear' },
];
const language = createLanguage(facts, { cardProbability: 0.25, card: 15 });

const known = (values: Record<string, FactValue>): Facts =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { kind: 'known', value }]));

function ask(text: string, values: Record<string, FactValue>) {
  const compiled = compile(language, text);
  if (compiled.kind === 'refused') throw new Error(compiled.mistakes.map((mistake) => mistake.text).join());
  return evaluate(compiled.expression, known(values));
}

function refusal(text: string) {
  const compiled = compile(language, text);
  return compiled.kind === 'refused' ? compiled.mistakes : [];
}

describe('an expression answers', () => {
  test.each([
    ['socPct < 20', { socPct: 19.9 }, 'true'],
    ['socPct < 20', { socPct: 20 }, 'false'],
    ['socPct < 20.0', { socPct: 19.9 }, 'true'],
    ['socPct * 2 > limitPct + 1', { socPct: 10, limitPct: 18.9 }, 'true'],
    ['2 * socPct - 1 > limitPct / 2', { socPct: 10, limitPct: 38 }, 'false'],
    ['socPct == 20', { socPct: 20 }, 'true'],
    ['socPct == 20', { socPct: 20.1 }, 'false'],
    ['socPct != 20', { socPct: 20.1 }, 'true'],
    ['20 == socPct', { socPct: 20 }, 'true'],
    ['socPct >= cardProbability / 2.0', { socPct: 0.125 }, 'true'],
    ['!isDriving && gear == "P"', { isDriving: false, gear: 'P' }, 'true'],
    ['gear.startsWith("D")', { gear: 'D2' }, 'true'],
    ['[10.0, 20.0].exists(limit, socPct < limit)', { socPct: 15 }, 'true'],
    ['gear in ["P", "N"]', { gear: 'R' }, 'false'],
    ['isDriving ? socPct < 20.0 : socPct < 10.0', { isDriving: false, socPct: 15 }, 'false'],
    ['(isDriving ? socPct : limitPct) < 10.0', { isDriving: true, socPct: 5 }, 'true'],
  ] as const)('%s with %o is %s', (text, values, answer) => {
    expect(ask(text, values)).toBe(answer);
  });
});

describe('a missing input is unknown, never false', () => {
  test.each([
    ['socPct < 20.0', {}, 'unknown'],
    ['!(socPct < 20.0)', {}, 'unknown'],
    ['socPct < 20.0 || isDriving', { isDriving: true }, 'true'],
    ['isDriving || socPct < 20.0', { isDriving: true }, 'true'],
    ['socPct < 20.0 || isDriving', { isDriving: false }, 'unknown'],
    ['socPct < 20.0 && isDriving', { isDriving: false }, 'false'],
    ['socPct < 20.0 && isDriving', { isDriving: true }, 'unknown'],
    ['isDriving ? socPct < 20.0 : true', { socPct: 5 }, 'unknown'],
    ['socPct < 20.0', { socPct: Number.NaN }, 'unknown'],
    ['socPct > 20.0', { socPct: Number.POSITIVE_INFINITY }, 'unknown'],
    ['socPct < 20.0', { socPct: '15' }, 'unknown'],
    ['socPct < 20.0', { socPct: true }, 'unknown'],
    ['isDriving', { isDriving: 1 }, 'unknown'],
  ] as const)('%s with %o is %s', (text, values, answer) => {
    expect(ask(text, values)).toBe(answer);
  });

  test('a fact that says it is unknown counts as missing', () => {
    const compiled = compile(language, 'socPct < 20.0');
    if (compiled.kind === 'refused') throw new Error('refused');
    expect(evaluate(compiled.expression, { socPct: { kind: 'unknown', reason: 'old' } })).toBe('unknown');
  });
});

describe('what is no rule is refused', () => {
  const deep = (depth: number) => `${'('.repeat(depth)}isDriving${')'.repeat(depth)}`;
  const wide = (count: number) => Array.from({ length: count }, () => 'isDriving').join(' || ');
  test.each([
    ['a regular expression', 'gear.matches("^(a+)+$")', /matches/],
    ['a function that is not listed', 'size(gear) > 2', /size/],
    ['a method that is not listed', 'gear.size() > 2', /size/],
    ['loops in loops', '[1.0].exists(a, [2.0].exists(b, a < b))', /inside another/],
    ['loops in a looped list', '[[1.0]].exists(a, a.exists(b, b > 0.0))', /inside another/],
    ['more than 200 parts', wide(101), /node/i],
    ['deep nesting', deep(300), /depth/i],
    ['fields', 'gear.constructor == "x"', /no fields/],
    ['an index', 'gear["__proto__"] == "x"', /no fields/],
    ['a prototype key', '__proto__ == "x"', /no fact|reserved|identifier/i],
    ['a number as the answer', 'socPct + 1.0', /true or false/],
    ['numbers against text', 'socPct < gear', /overload/],
    ['a division that could be by 0', 'socPct / limitPct > 2.0', /divide/],
    ['a division by 0', 'socPct / 0 > 2.0', /divide/],
    ['whole numbers that divide to 0', 'socPct >= 1 / 11', /whole numbers/],
    ['half an expression', 'socPct >', /./],
    ['a typo', 'socPtc < 20.0', /did you mean `socPct`/],
    ['a threshold with a typo', 'socPct < cardProbabilty', /did you mean `cardProbability`/],
    ['something far from any fact', 'moonPhase < 20.0', /no fact `moonPhase` in this scope$/],
  ])('%s', (_, text, why) => {
    const mistakes = refusal(text);
    expect(mistakes).not.toEqual([]);
    expect(mistakes[0]?.text).toMatch(why);
  });

  test('exactly 100 parts with 99 operators are not too many', () => {
    expect(refusal(wide(100))).toEqual([]);
  });

  test('every wrong name is told at once, with its place', () => {
    expect(refusal('socPtc < 20.0 || isDrivin').map((mistake) => mistake.offset)).toEqual([0, 17]);
  });
});

describe('three values as CEL itself has them', () => {
  const leaf = fc.constantFrom(
    'isDriving',
    'isPlugged',
    'socPct < 20.0',
    'limitPct >= socPct',
    'socPct >= 30',
    'limitPct > 10.0 / 2.0',
    'socPct <= card * 2.0',
    '4.0 < socPct',
    'isPlugged == isDriving',
    'true',
    'gear == "P"',
    '[5.0, 10.0].exists(x, socPct < x || isPlugged)',
    '(isPlugged ? socPct : limitPct) > 10.0',
    '((isDriving && isPlugged) == isPlugged)',
  );
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => `(${a} && ${b})`),
      fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => `(${a} || ${b})`),
      tie('tree').map((inner) => `!(${inner})`),
      fc.tuple(tie('tree'), tie('tree'), tie('tree')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    ),
  }));
  const some = fc.record(
    {
      socPct: fc.constantFrom(4, 15, 30),
      limitPct: fc.constantFrom(5, 25),
      isDriving: fc.boolean(),
      isPlugged: fc.boolean(),
      gear: fc.constantFrom('P', 'D'),
    },
    { requiredKeys: [] },
  );
  const engine = new Environment();
  for (const name of ['socPct', 'limitPct']) engine.registerVariable(name, 'double');
  for (const name of ['isDriving', 'isPlugged']) engine.registerVariable(name, 'bool');
  engine.registerVariable('gear', 'string');
  engine.registerConstant('card', 'double', 15);

  test('any expression on any facts answers what the engine answers, with its errors as unknown', () => {
    fc.assert(
      fc.property(tree, some, (text, values) => {
        fc.pre(refusal(text).length === 0);
        let expected: string;
        try {
          expected = String(engine.evaluate(text, values));
        } catch {
          expected = 'unknown';
        }
        expect(ask(text, Object.fromEntries(Object.entries(values)))).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });
});
