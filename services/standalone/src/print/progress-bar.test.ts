import { expect, test } from 'vitest';
import { progressBar } from './progress-bar.ts';

test('a bar grows, is written only when it changed, and leaves its line at the end', () => {
  const written: string[] = [];
  const show = progressBar((text) => written.push(text), 'the replay');
  for (const done of [0, 5, 5.0001, 10]) show(done, 10);
  expect(written).toEqual([
    `\rthe replay [${'-'.repeat(30)}] 0 %\u001b[K`,
    `\rthe replay [${'#'.repeat(15)}${'-'.repeat(15)}] 50 %\u001b[K`,
    '\r\u001b[K',
  ]);
});

test('nothing to do is done', () => {
  const written: string[] = [];
  progressBar((text) => written.push(text), 'x')(0, 0);
  expect(written).toEqual(['\r\u001b[K']);
});
