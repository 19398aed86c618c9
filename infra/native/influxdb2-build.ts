// Builds InfluxDB 2.7.12 from its Go module, once, and keeps it in the user's cache folder:
// `npx node infra/native/influxdb2-build.ts`. Five minutes to a quarter of an hour of two cores, politely; 3 GB of
// caches of Go and Cargo, which may be removed afterwards. The web pages are not part of the module: the server has
// its API alone.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { CARGO_SCRIPT, INFLUXDB2_VERSION, influxdb2Program, MODULE_FOLDER } from './influxdb2-program.ts';

const SERVER = 'github.com/influxdata/influxdb/v2/cmd/influxd';
const HELPER = 'github.com/influxdata/pkg-config';
const TAGS = 'sqlite_foreign_keys,sqlite_json';
const BUILD_MS = 3_600_000;
const TELL_EVERY_MS = 30_000;
const SAID_CHARS = 4_000;

interface Tool {
  readonly command: string;
  readonly args: readonly string[];
  /** Major and minor, from which it works. */
  readonly from?: readonly [number, number];
  readonly comesWith: string;
}
const TOOLS: readonly Tool[] = [
  { command: 'go', args: ['version'], from: [1, 24], comesWith: "the system's package of Go" },
  { command: 'cargo', args: ['--version'], from: [1, 72], comesWith: 'a stable Rust' },
  { command: 'gcc', args: ['--version'], comesWith: 'sudo apt-get install gcc' },
  { command: 'pkg-config', args: ['--version'], comesWith: 'sudo apt-get install pkg-config' },
];

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const isAtLeast = (
  major: number,
  minor: number,
  [leastMajor, leastMinor]: readonly [number, number],
): boolean => major > leastMajor || (major === leastMajor && minor >= leastMinor);

/** @throws naming every tool that is missing or too old, and where it comes from */
function needTools(): void {
  const problems = TOOLS.flatMap(({ command, args, from, comesWith }) => {
    const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 30_000 });
    const [, major, minor] = /(\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
    const isNew = from === undefined || isAtLeast(Number(major), Number(minor), from);
    if (status === 0 && isNew) return [];
    return [
      `${command}${from === undefined ? '' : ` ${from.join('.')} or later`}, which comes with ${comesWith}`,
    ];
  });
  if (problems.length > 0)
    throw new Error(`InfluxDB ${INFLUXDB2_VERSION} cannot be built here. It needs ${problems.join('; ')}.`);
}

let running: ChildProcess | undefined;
/** The whole group: a compiler has children of its own. */
const endRunning = (): void => {
  if (running?.pid !== undefined && running.exitCode === null) process.kill(-running.pid, 'SIGKILL');
};

/**
 * Runs a step to its end and tells how far it is.
 * @throws with the last of what it said
 */
async function runStep(
  name: string,
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<void> {
  const startMs = performance.now();
  const child = spawn(command, [...args], { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  running = child;
  let [said, lines] = ['', 0];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-SAID_CHARS);
      lines += text.split('\n').length - 1;
    });
  const minutes = (): string => ((performance.now() - startMs) / 60_000).toFixed(1);
  const telling = setInterval(() => say(`${name}: ${minutes()} min, ${lines} parts`), TELL_EVERY_MS);
  const late = setTimeout(endRunning, BUILD_MS);
  const [code] = await once(child, 'close').finally(() => {
    clearInterval(telling);
    clearTimeout(late);
  });
  if (code !== 0) throw new Error(`${name} failed with ${code ?? 'no end in an hour'}: ${said}`);
  say(`${name}: done in ${minutes()} min`);
}

async function build(program: string): Promise<void> {
  needTools();
  setPriority(19);
  mkdirSync(dirname(program), { recursive: true });
  // Beside its place and moved there whole: a build that was interrupted is no cache.
  const cwd = mkdtempSync(`${program}-`);
  process.once('exit', () => {
    endRunning();
    rmSync(cwd, { recursive: true, force: true });
  });
  for (const file of ['go.mod', 'go.sum']) cpSync(join(MODULE_FOLDER, file), join(cwd, file));
  writeFileSync(join(cwd, 'cargo-flux'), CARGO_SCRIPT, { mode: 0o755 });
  const env = { ...process.env, GOFLAGS: '-mod=readonly', GOWORK: 'off' };
  // Takes the place of pkg-config for one library, which it makes when it is asked where that is.
  const helper = join(cwd, 'pkg-config');
  await runStep('building pkg-config', 'go', ['build', '-v', '-o', helper, HELPER], { cwd, env });
  await runStep(
    'building InfluxDB',
    'go',
    // -v tells of each package that is fetched or compiled.
    [
      ...['build', '-v', '-tags', TAGS, '-o', 'influxd'],
      ...['-ldflags', `-s -w -X main.version=v${INFLUXDB2_VERSION}`, SERVER],
    ],
    // Flux wants an older compiler by name, and takes a newer one.
    { cwd, env: { ...env, PKG_CONFIG: helper, CARGO: join(cwd, 'cargo-flux'), RUSTUP_TOOLCHAIN: 'stable' } },
  );
  renameSync(join(cwd, 'influxd'), program);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
try {
  const program = influxdb2Program();
  if (existsSync(program)) say(`${program} is there already`);
  else {
    await build(program);
    say(`${program} is built`);
  }
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
