import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SENDING_STAGES, STAGES } from './pipeline.ts';
import { notifierSettings, processSettings } from './settings.ts';

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

test('the README has every setting with its default and meaning, and no other', () => {
  const rows = [...readme.matchAll(/^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\| (.*) \|$/gm)].map(
    ([, env, byDefault = '', about]) => `${env} = ${byDefault}: ${about}`,
  );
  const settings = Object.values({ ...notifierSettings, ...processSettings });
  expect(rows).toEqual(settings.map((one) => `${one.env} = ${one.default}: ${one.about}`));
});

test('the README names the stages in their order', () => {
  for (const stages of [STAGES, SENDING_STAGES])
    expect(readme).toContain(stages.map((stage) => stage.name).join(' → '));
});
