import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SettingsSchema } from '@outrider/runtime';
import { parse } from 'yaml';
import { ROOT } from '../repository/files.ts';

/** What is looked at of a service in docker-compose.yml. */
export interface ComposeService {
  readonly image: string;
  readonly build?: object;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly env_file?: readonly { readonly path: string; readonly required?: boolean }[];
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly restart?: string;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly privileged?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
}

export interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly networks: Readonly<Record<string, unknown>>;
}

/** Every setting that a service reads when it runs alone. */
export async function schemaOf(service: string): Promise<SettingsSchema> {
  const module: Record<string, SettingsSchema> = await import(
    join(ROOT, `services/${service}/src/settings.ts`)
  );
  return { ...module[`${service}Settings`], ...module.aloneSettings };
}

export const readText = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Reads the file as docker does, `<<` merged. @throws for YAML that is none, and for a key that stands twice */
export const readYaml = <T>(path: string): T => parse(readText(path), { merge: true }) as T;

/** `${NAME:?why}`, `${NAME:-usual}`; `$$` is a dollar sign. */
const VARIABLE = /(?<!\$)\$\{(\w+)(?::([?-])([^}]*))?\}/g;

export interface Variable {
  readonly name: string;
  /** Absent: nothing is said about one that is missing, which then silently is empty. */
  readonly kind: 'required' | 'usual' | undefined;
  readonly usual: string;
}

/** Variables of the shell or .env that a text asks for. */
export const variablesIn = (text: string): readonly Variable[] =>
  [...text.matchAll(VARIABLE)].map(([, name = '', mark, rest = '']) => ({
    name,
    kind: mark === '?' ? 'required' : mark === '-' ? 'usual' : undefined,
    usual: mark === '-' ? rest : '',
  }));

/** The text with what is required filled in and everything else as usual. */
export const fillIn = (text: string, required: Readonly<Record<string, string>>): string =>
  text.replace(VARIABLE, (_, name: string, mark, rest: string | undefined) =>
    mark === '-' ? (rest ?? '') : (required[name] ?? ''),
  );

/** An image without a tag that names one release: "latest", a major or minor version that moves on, none at all. */
export function isExactImage(image: string): boolean {
  // PostgreSQL's releases have two numbers, all others three.
  return /^(postgres:\d+\.\d+|[\w./-]+:v?\d+\.\d+\.\d+)(-[a-z][\w.]*)*$/.test(image);
}

/** Names of settings that hold, or may hold, something secret; and addresses with a login in them. */
const SECRET_NAME = /PASSWORD|TOKEN|SECRET|_KEY$/;
const LOGIN = /\/\/[^/:@\s]*:([^/@\s]+)@/;

/** Values that hold a secret in clear, or take a usual one when none is given. */
export function literalSecrets(environment: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    const secret = LOGIN.exec(value.replace(VARIABLE, (whole) => whole.replace(/[/@\s]/g, '_')))?.[1];
    const isSecret = SECRET_NAME.test(name) && !name.endsWith('_URL');
    const held = secret ?? (isSecret ? value : undefined);
    if (held === undefined) return [];
    const [variable, ...more] = variablesIn(held);
    const isOnlyAVariable = more.length === 0 && /^\$\{[^}]*\}$/.test(held);
    const isFine = isOnlyAVariable && (variable?.kind === 'required' || variable?.usual === '');
    return isFine && variable?.kind !== undefined ? [] : [`${name} holds a secret in clear`];
  });
}

/** What a container of ours may not do, and may. */
export function hardeningProblems(name: string, service: ComposeService): readonly string[] {
  const wants: readonly (readonly [string, boolean])[] = [
    ['runs as a user that is not root', /^[1-9]\d*:[1-9]\d*$/.test(service.user ?? '')],
    ['has a root folder that is read only', service.read_only === true],
    ['drops all capabilities', service.cap_drop?.includes('ALL') === true],
  ];
  return [...wants, ...everybodyMust(service)].flatMap(([want, isSo]) => (isSo ? [] : [`${name}: ${want}`]));
}

const everybodyMust = (service: ComposeService): readonly (readonly [string, boolean])[] => [
  ['gets no new privileges', service.security_opt?.includes('no-new-privileges:true') === true],
  ['is not privileged', service.privileged !== true],
  ['publishes ports on loopback only', (service.ports ?? []).every((port) => port.startsWith('127.0.0.1:'))],
  ['has nothing of the docker daemon', !(service.volumes ?? []).some((one) => one.includes('docker.sock'))],
];

/** The same for an engine's container, which may need to write and to change its user. */
export const engineProblems = (name: string, service: ComposeService): readonly string[] =>
  everybodyMust(service).flatMap(([want, isSo]) => (isSo ? [] : [`${name}: ${want}`]));
