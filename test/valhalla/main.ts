// Proof against a real Valhalla on a map of our own: its wire, its heights, its detours, and a drive they decide.
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { IN_PROCESS_URL, openValhallaTiles, type ValhallaTiles } from '@outrider/providers';
import { systemClock, systemRandom } from '@outrider/runtime';
import { type ActorServer, openActorServer } from './actor-server.ts';
import { buildTiles } from './build-tiles.ts';
import { type Bench, CHECKS } from './checks.ts';
import { installOsmium, installValhalla } from './install.ts';

const HELP = `node test/valhalla/main.ts [--help]

Builds a small country of our own – a town, a hill road and a flat road, an island – into the tiles of a real
Valhalla, and lets the production adapters ask it, once in process and once over HTTP on loopback. Then cars drive:
on the flat road in calm air nobody is warned; up the hill against the wind the driver is.

Installs once, if missing: the npm package of Valhalla into ~/.cache/outrider (292 MB), and osmium-tool through
apt-get when run as root. Exit code: 0 when all holds, 1 when something does not, 2 when it cannot be tried.
`;

const EXIT = { holds: 0, fails: 1, cannot: 2 } as const;

async function main(): Promise<number> {
  const wanted = readCommand();
  if (wanted !== 'run') {
    (wanted === 'help' ? process.stdout : process.stderr).write(wanted === 'help' ? HELP : `${wanted}\n`);
    return wanted === 'help' ? EXIT.holds : EXIT.cannot;
  }
  const folder = await mkdtemp(join(tmpdir(), 'outrider-valhalla-'));
  let server: ActorServer | undefined;
  let tiles: ValhallaTiles | undefined;
  try {
    const valhalla = await timed('installed', async () => {
      installOsmium();
      return installValhalla();
    });
    const config = await timed('tiles built', async () => buildTiles(valhalla.tools, folder));
    // Where who runs Outrider installs the package: beside the tiles.
    await symlink(join(valhalla.folder, 'node_modules'), join(folder, 'node_modules'));
    tiles = openValhallaTiles(config, systemClock);
    server = await openActorServer(tiles);
    const failed = [
      await runChecks(benchOf('in process', IN_PROCESS_URL, tiles.fetch)),
      await runChecks(benchOf('over HTTP', server.url, fetch)),
    ];
    return failed.every((count) => count === 0) ? EXIT.holds : EXIT.fails;
  } catch (error) {
    process.stderr.write(`valhalla: not possible here: ${(error as Error).message}\n`);
    return EXIT.cannot;
  } finally {
    await server?.close();
    await tiles?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** `help`, `run`, or what is wrong with the command line. */
function readCommand(): string {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h', default: false } } });
    return values.help ? 'help' : 'run';
  } catch (error) {
    return (error as Error).message;
  }
}

function benchOf(name: string, baseUrl: string, ask: typeof fetch): Bench {
  const asked = new Map<string, number>();
  const counting: typeof fetch = (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    asked.set(pathname, (asked.get(pathname) ?? 0) + 1);
    return ask(input, init);
  };
  return { name, baseUrl, asked, deps: { clock: systemClock, random: systemRandom, fetch: counting } };
}

/** How many do not hold. */
async function runChecks(bench: Bench): Promise<number> {
  let failed = 0;
  for (const { name, check } of CHECKS) {
    const startMs = systemClock.nowMs();
    try {
      const said = await check(bench);
      const tookMs = Math.round(systemClock.nowMs() - startMs);
      process.stdout.write(
        `ok      ${bench.name}, ${name}${said === undefined ? '' : `: ${said}`} (${tookMs} ms)\n`,
      );
    } catch (error) {
      failed += 1;
      process.stdout.write(
        `not ok  ${bench.name}, ${name}: ${(error as Error).message.split('\n').slice(0, 6).join(' ')}\n`,
      );
    }
  }
  process.stdout.write(`${bench.name}: ${CHECKS.length - failed} of ${CHECKS.length} hold\n`);
  return failed;
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startMs = systemClock.nowMs();
  const result = await work();
  process.stdout.write(`${what} in ${((systemClock.nowMs() - startMs) / 1000).toFixed(1)} s\n`);
  return result;
}

process.exitCode = await main();
