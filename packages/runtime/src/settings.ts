/** One setting, declared once: name in the environment, meaning, parser, default. */
export interface Setting<T> {
  readonly env: string;
  readonly about: string;
  readonly parse: (text: string) => T;
  /** As a user would write it; absent means the setting must be given. */
  readonly default?: string;
  /** Never printed. */
  readonly secret?: boolean;
}

export type SettingsSchema = Readonly<Record<string, Setting<unknown>>>;
export type SettingsOf<S extends SettingsSchema> = { readonly [K in keyof S]: ReturnType<S[K]['parse']> };

export class SettingsError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`Settings are wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'SettingsError';
    this.problems = problems;
  }
}

/**
 * Reads every setting of `schema` from `environment`.
 * @throws SettingsError naming all wrong settings at once, so that one start shows them all.
 */
export function readSettings<S extends SettingsSchema>(
  schema: S,
  environment: Readonly<Record<string, string | undefined>>,
): SettingsOf<S> {
  const problems: string[] = [];
  const settings: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(schema)) {
    const text = environment[setting.env] ?? setting.default;
    if (text === undefined) {
      problems.push(`${setting.env} is missing: ${setting.about}`);
      continue;
    }
    try {
      settings[name] = setting.parse(text);
    } catch (error) {
      const shown = setting.secret ? 'its value' : JSON.stringify(text);
      problems.push(`${setting.env}: ${shown} ${(error as Error).message}. ${setting.about}`);
    }
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return Object.freeze(settings) as SettingsOf<S>;
}

// Parsers. Each throws an Error whose message continues the sentence "X …".

export const text = (value: string): string => value;

export function nonEmpty(value: string): string {
  if (value.trim() === '') throw new Error('must not be empty');
  return value;
}

export function number(min: number, max: number): (value: string) => number {
  return (value) => {
    const parsed = Number(value);
    if (value.trim() === '' || !Number.isFinite(parsed)) throw new Error('is not a number');
    if (parsed < min || parsed > max) throw new Error(`is not between ${min} and ${max}`);
    return parsed;
  };
}

export function integer(min: number, max: number): (value: string) => number {
  const parse = number(min, max);
  return (value) => {
    const parsed = parse(value);
    if (!Number.isInteger(parsed)) throw new Error('is not a whole number');
    return parsed;
  };
}

export const port = integer(0, 65_535);

export function oneOf<const T extends string>(...choices: readonly T[]): (value: string) => T {
  return (value) => {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw new Error(`is none of ${choices.join(', ')}`);
    return found;
  };
}

export function flag(value: string): boolean {
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0' || value === '') return false;
  throw new Error('is neither true nor false');
}

export function url(...schemes: readonly string[]): (value: string) => string {
  return (value) => {
    const scheme = /^([a-z][a-z0-9+.-]*):/.exec(value)?.[1];
    if (scheme === undefined || !schemes.includes(scheme))
      throw new Error(`does not begin with ${schemes.map((name) => `${name}:`).join(' or ')}`);
    return value;
  };
}

/** Empty means "not set". */
export function optional<T>(parse: (value: string) => T): (value: string) => T | undefined {
  return (value) => (value === '' ? undefined : parse(value));
}
