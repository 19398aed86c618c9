import { join } from 'node:path';
import { processSettings } from '@outrider/runtime';
import { describe, expect, test } from 'vitest';
import { ROOT, readFiles, type TextFile } from '../repository/files.ts';
import { settingsIn, settingsProblems } from './settings.ts';

const files = readFiles('services');
const fileAt = (path: string): TextFile => {
  const file = files.find((one) => one.path === path);
  if (file === undefined) throw new Error(`${path} is missing`);
  return file;
};
const services = [...new Set(files.map(({ path }) => path.split('/')[1] ?? ''))];
/** Read by a service that runs alone; standalone has its own. */
const ALONE = 'aloneSettings';

describe('every service says what it is', () => {
  for (const service of services)
    test(`services/${service}/README.md says what it consumes, produces and keeps, and how to run it`, () => {
      const { text } = fileAt(`services/${service}/README.md`);
      const said = ['Consumes', 'Produces', 'Keeps', 'Run it alone'].filter((word) =>
        text.includes(`**${word}`),
      );
      expect(said).toEqual(['Consumes', 'Produces', 'Keeps', 'Run it alone']);
    });
});

describe('settings', () => {
  // What is served by another has none.
  const isSet = (service: string) => files.some(({ path }) => path === `services/${service}/src/settings.ts`);
  const own = services.filter((service) => service !== 'standalone' && isSet(service));
  const settingsOf = async (service: string) =>
    settingsIn(await import(join(ROOT, `services/${service}/src/settings.ts`)));
  for (const service of own)
    test(`services/${service}/README.md lists each of its settings, and no other`, async () => {
      const settings = await settingsOf(service);
      expect(settings.length).toBeGreaterThan(0);
      expect(settingsProblems(fileAt(`services/${service}/README.md`), settings)).toEqual([]);
    });

  test('services/standalone/README.md lists the settings of all services', async () => {
    const others = (await Promise.all(own.map(settingsOf))).flat().filter(({ list }) => list !== ALONE);
    const all = [...settingsIn({ processSettings }), ...others];
    expect(settingsProblems(fileAt('services/standalone/README.md'), all)).toEqual([]);
  });
});

describe('planted violations are found', () => {
  const module = {
    xSettings: {
      a: { env: 'A_S', about: 'Why.', parse: String, default: '5' },
      b: { env: 'B_URL', about: 'So.', parse: String, default: '' },
      c: { env: 'C_URL', about: 'Must.', parse: String },
    },
    createX: () => undefined,
  };
  const table = (...rows: readonly string[]): TextFile => ({
    path: 'README.md',
    text: ['| setting | meaning | default |', '|---|---|---|', ...rows].join('\n'),
  });
  const settings = settingsIn(module);

  test('settings are read from the code', () => {
    expect(settings.map(({ env, list }) => `${list}.${env}`)).toEqual([
      'xSettings.A_S',
      'xSettings.B_URL',
      'xSettings.C_URL',
    ]);
  });
  test('a complete table passes', () => {
    const rows = ['| `A_S` | Why. | `5` |', '| `B_URL` | So. | none |', '| `C_URL` | Must. | required |'];
    expect(settingsProblems(table(...rows), settings)).toEqual([]);
  });
  test('a missing row, another meaning, another default, a setting that is gone', () => {
    const rows = ['| `A_S` | Because. | `6` |', '| `B_URL` | So. | none |', '| `GONE` | Was. | `1` |'];
    expect(settingsProblems(table(...rows), settings)).toEqual([
      'README.md: the row of A_S does not say: Why.',
      'README.md: the row of A_S does not say: `5`',
      'README.md: C_URL is not in the table',
      'README.md: GONE is no setting',
    ]);
  });
});
