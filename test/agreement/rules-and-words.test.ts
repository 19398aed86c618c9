import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readFiles } from '../repository/files.ts';

// What a rule names and another service must know: nothing in between the two would notice a spelling mistake.

interface Named {
  readonly id: string;
  readonly message: string;
}

/** Rules whose message has no words, and words no rule uses. `other` stands in for what is unknown. */
function disagreements(rules: readonly Named[], messages: readonly string[]): readonly string[] {
  const used = rules.map(({ message }) => message);
  return [
    ...rules
      .filter(({ message }) => !messages.includes(message))
      .map(({ id, message }) => `rule ${id}: no words for ${message}`),
    ...messages
      .filter((message) => message !== 'other' && !used.includes(message))
      .map((message) => `no rule says ${message}`),
  ];
}

const files = readFiles('services');
const rules = files
  .filter(
    ({ path }) =>
      /^services\/predictor\/rules\/[^.]+\.yaml$/.test(path) && !path.endsWith('/thresholds.yaml'),
  )
  .map(({ text }) => parse(text) as Named);
const languages = files.filter(({ path }) => /^services\/notifier\/src\/wording\/\w+\.yaml$/.test(path));
const inhibit = files.find(({ path }) => path === 'services/notifier/src/stages/inhibit.ts');

describe('rules and the words for them', () => {
  test('there are rules and at least one language', () => {
    expect(rules.length).toBeGreaterThan(0);
    expect(languages.length).toBeGreaterThan(0);
  });
  for (const { path, text } of languages)
    test(`${path} has words for every rule, and none besides`, () => {
      const { messages } = parse(text) as { readonly messages: object };
      expect(disagreements(rules, Object.keys(messages))).toEqual([]);
    });
  test('rules that mute others exist, and so do the muted', () => {
    const named = [...(inhibit?.text.matchAll(/'([a-z]+(?:-[a-z]+){2,})'/g) ?? [])].map(([, id]) => id);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((id) => !rules.some((rule) => rule.id === id))).toEqual([]);
  });
});

test('planted violations are found', () => {
  const planted = [
    { id: 'a', message: 'a' },
    { id: 'b', message: 'bee' },
  ];
  expect(disagreements(planted, ['a', 'b', 'other'])).toEqual(['rule b: no words for bee', 'no rule says b']);
});
