import { expect, test } from 'vitest';
import { type OpinionCount, summariseOpinions } from './rule-opinion.ts';

const said = (because: OpinionCount['because'], count: number, ruleId = 'some'): OpinionCount => ({
  ...{ ruleId, because, count },
});

test('the reason given most is named, of five reasons or more', () => {
  expect(summariseOpinions([])).toEqual([]);
  expect(summariseOpinions([said('too-late', 2), said('false-alarm', 3), said(null, 4)])).toEqual([
    { ruleId: 'some', notUseful: 9, mostly: { because: 'false-alarm', count: 3 } },
  ]);
  expect(summariseOpinions([said('too-late', 2), said('false-alarm', 2), said(null, 9)])).toEqual([
    { ruleId: 'some', notUseful: 13, mostly: null },
  ]);
});

test('of two given as often always the same is named, and the rule with more complaints comes first', () => {
  const one = [said('too-late', 3), said('flapping', 3)];
  for (const counts of [one, one.toReversed()])
    expect(summariseOpinions(counts)[0]?.mostly?.because).toBe('flapping');
  expect(summariseOpinions([said(null, 1, 'a'), said(null, 2, 'b')]).map(({ ruleId }) => ruleId)).toEqual([
    'b',
    'a',
  ]);
});
