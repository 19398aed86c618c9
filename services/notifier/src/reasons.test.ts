import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAILURE_REASONS, SUPPRESS_REASONS } from '@outrider/domain';
import { expect, test } from 'vitest';
import { SENDING_STAGES, STAGES } from './pipeline.ts';
import { REASONS, reasonOf } from './reasons.ts';

const folder = join(import.meta.dirname, 'stages');
const names = [...STAGES, ...SENDING_STAGES].map(({ name }) => name);

test('every reason has a stage of the pipeline or the outbox, and a sentence', () => {
  for (const reason of [...SUPPRESS_REASONS, ...FAILURE_REASONS]) {
    expect([...names, 'outbox']).toContain(REASONS[reason].stage);
    expect(REASONS[reason].because.length).toBeGreaterThan(10);
  }
});

test('a stage gives only reasons that name it', () => {
  const given = readdirSync(folder)
    .filter((file) => !/\.(test|fixture)\.ts$/.test(file))
    .flatMap((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      const stage = /\bname: '([a-z-]+)'/.exec(text)?.[1];
      return [...text.matchAll(/\b(?:suppress|silent|hold)\('([a-z-]+)'/g)].map(([, reason]) => ({
        stage,
        reason,
      }));
    });
  expect(given.length).toBeGreaterThan(8);
  for (const { stage, reason } of given)
    expect({ reason, stage: reasonOf(reason ?? '').stage }).toEqual({ reason, stage });
});

test('a reason of a newer version is said to be one', () => {
  expect(reasonOf('phase-of-the-moon')).toMatchObject({ stage: 'unknown' });
  expect(reasonOf('toString')).toMatchObject({ stage: 'unknown' });
});
