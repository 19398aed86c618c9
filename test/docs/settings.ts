import type { TextFile } from '../repository/files.ts';
import { isNode, type SyntaxNode, syntaxOf, walk, wordOf } from '../repository/syntax.ts';
import { codeOf, tableRows } from './markdown.ts';

export interface DeclaredSetting {
  readonly env: string;
  readonly about: string;
  readonly default: string | undefined;
  /** The exported list it stands in, e.g. `gatewaySettings`. */
  readonly list: string;
}

/** Every setting a settings.ts declares: the objects with an `env`. */
export function settingsIn(file: TextFile): readonly DeclaredSetting[] {
  const found: DeclaredSetting[] = [];
  for (const declaration of walk(syntaxOf(file))) {
    const list = declaration.type === 'VariableDeclarator' ? wordOf(declaration.id) : undefined;
    if (list === undefined) continue;
    for (const node of walk(declaration)) {
      const fields = fieldsOf(node);
      const env = fields.get('env');
      if (env !== undefined)
        found.push({ env, about: fields.get('about') ?? '', default: fields.get('default'), list });
    }
  }
  return found;
}

function fieldsOf(node: SyntaxNode): ReadonlyMap<string, string> {
  const properties =
    node.type === 'ObjectExpression' && Array.isArray(node.properties) ? node.properties : [];
  return new Map(
    properties.filter(isNode).flatMap((property) => {
      const [key, value] = [wordOf(property.key), wordOf(property.value)];
      return key === undefined || value === undefined ? [] : [[key, value] as const];
    }),
  );
}

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
