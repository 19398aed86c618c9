import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SENDING_STAGES, STAGES } from './pipeline.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

test('the README names the stages in their order', () => {
  for (const stages of [STAGES, SENDING_STAGES])
    expect(readme).toContain(stages.map((stage) => stage.name).join(' → '));
});
