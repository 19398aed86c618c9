// `npm run service -- <name>`: one service as this process, as its main.ts starts it.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Setting, SettingsSchema } from '@outrider/runtime';

const SERVICES = join(import.meta.dirname, '../services');
const EXIT_MISUSED = 2;
/** Runs the others in one process, and has its own command. What has no main.ts is served by another. */
const ALL_IN_ONE = 'standalone';

const names = readdirSync(SERVICES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== ALL_IN_ONE)
  .filter(({ name }) => existsSync(join(SERVICES, name, 'src/main.ts')))
  .map(({ name }) => name)
  .toSorted();

const HELP = `Usage: npm run service -- <name>

Runs one service alone. It ends at SIGINT or SIGTERM, once it finished what it took; a second signal ends it at once.
Services that run side by side need engines that serve many: BUS_URL, TELEMETRY_URL and STATE_URL name them.
Settings come from the environment; what is usual stands beside each. After a name, --help says what each means.
`;

async function settingsOf(name: string): Promise<readonly Setting<unknown>[]> {
  const lists: Readonly<Record<string, SettingsSchema>> = await import(
    join(SERVICES, name, 'src/settings.ts')
  );
  return Object.values({ ...lists.aloneSettings, ...lists[`${name}Settings`] });
}

const lineOf = ({ env, default: usual }: Setting<unknown>): string =>
  `  ${env.padEnd(34)} ${usual ?? '(must be given)'}`.trimEnd();

async function helpOf(name: string, isLong: boolean): Promise<string> {
  const settings = await settingsOf(name);
  const lines = settings.flatMap((one) => (isLong ? [lineOf(one), `      ${one.about}`] : [lineOf(one)]));
  return `\n${name}\n${lines.join('\n')}\n`;
}

function problemOf(name: string | undefined, more: readonly string[]): string | undefined {
  if (name === undefined) return 'the name of a service is missing';
  if (!names.includes(name)) return `there is no service ${JSON.stringify(name)}`;
  return more.length > 0 ? `${name} takes no arguments, only settings from the environment` : undefined;
}

const [name, ...more] = process.argv.slice(2);
const problem = problemOf(name, more);
if ([name, ...more].some((word) => word === '--help' || word === '-h')) {
  const asked = names.filter((one) => one === name);
  const tables = (asked.length > 0 ? asked : names).map((one) => helpOf(one, asked.length > 0));
  process.stdout.write(HELP + (await Promise.all(tables)).join(''));
} else if (problem === undefined) await import(join(SERVICES, name ?? '', 'src/main.ts'));
else {
  process.stderr.write(`outrider: ${problem}. There are ${names.join(', ')}; --help says more.\n`);
  process.exitCode = EXIT_MISUSED;
}
