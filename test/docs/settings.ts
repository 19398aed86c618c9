import type { SettingsSchema } from '@outrider/runtime';
import type { TextFile } from '../repository/files.ts';
import { codeOf, tableRows } from './markdown.ts';

export interface DeclaredSetting {
  readonly env: string;
  readonly about: string;
  readonly default: string | undefined;
  /** The exported list it stands in, e.g. `gatewaySettings`. */
  readonly list: string;
}

/** Every setting a settings.ts exports, whether it stands there or comes from another file. */
export const settingsIn = (module: Readonly<Record<string, unknown>>): readonly DeclaredSetting[] =>
  Object.entries(module)
    .filter(([list, value]) => list.endsWith('Settings') && typeof value === 'object' && value !== null)
    .flatMap(([list, schema]) =>
      Object.values(schema as SettingsSchema).map(({ env, about, default: usual }) => ({
        env,
        about,
        default: usual,
        list,
      })),
    );

/** How a README may show a setting's default. */
const shownDefault = ({ default: value }: DeclaredSetting): readonly [string, ...string[]] =>
  value === undefined ? ['required'] : value === '' ? ['none', ''] : [`\`${value}\``];

/** Differences between declared settings and the rows of a README: name first, meaning and default after it. */
export function settingsProblems(readme: TextFile, settings: readonly DeclaredSetting[]): readonly string[] {
  const rows = new Map(
    tableRows(readme.text).flatMap(([name, ...cells]) => {
      const env = codeOf(name);
      return env !== undefined && /^[A-Z][A-Z0-9_]+$/.test(env) ? [[env, cells] as const] : [];
    }),
  );
  const declared = new Map(settings.map((setting) => [setting.env, setting]));
  const problems = [...declared.values()].flatMap((setting) => {
    const cells = rows.get(setting.env);
    if (cells === undefined) return [`${setting.env} is not in the table`];
    return [[setting.about] as const, shownDefault(setting)]
      .filter((spellings) => !spellings.some((spelling) => cells.includes(spelling)))
      .map(([expected]) => `the row of ${setting.env} does not say: ${expected}`);
  });
  const unknown = [...rows.keys()].filter((env) => !declared.has(env)).map((env) => `${env} is no setting`);
  return [...problems, ...unknown].map((problem) => `${readme.path}: ${problem}`);
}
