// Proof against a real Valhalla on a map of our own: its wire, its heights, its detours, and a drive they decide.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { systemClock, systemRandom } from '@outrider/runtime';
import { type ActorServer, openActorServer } from './actor-server.ts';
import { buildTiles } from './build-tiles.ts';
import { CHECKS } from './checks.ts';
import { installOsmium, installValhalla } from './install.ts';

const HELP = `node test/valhalla/main.ts [--help]

Builds a small country of our own – a town, a hill road and a flat road, an island – into the tiles of a real
Valhalla, puts its HTTP wire in front of it on loopback, and lets the production adapters ask it. Then cars drive:
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
  try {
    const valhalla = await timed('installed', async () => {
      installOsmium();
      return installValhalla();
    });
    const config = await timed('tiles built', async () => buildTiles(valhalla.tools, folder));
    server = await openActorServer(valhalla.folder, config);
    return await runChecks(server);
  } catch (error) {
    process.stderr.write(`valhalla: not possible here: ${(error as Error).message}\n`);
    return EXIT.cannot;
  } finally {
    await server?.close();
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

async function runChecks(server: ActorServer): Promise<number> {
  const deps = { clock: systemClock, random: systemRandom, fetch };
  let failed = 0;
  for (const { name, check } of CHECKS) {
    const startMs = systemClock.nowMs();
    try {
      const said = await check({ server, deps });
      const tookMs = Math.round(systemClock.nowMs() - startMs);
      process.stdout.write(`ok      ${name}${said === undefined ? '' : `: ${said}`} (${tookMs} ms)\n`);
    } catch (error) {
      failed += 1;
      process.stdout.write(
        `not ok  ${name}: ${(error as Error).message.split('\n').slice(0, 6).join(' ')}\n`,
      );
    }
  }
  process.stdout.write(`${CHECKS.length - failed} of ${CHECKS.length} hold\n`);
  return failed === 0 ? EXIT.holds : EXIT.fails;
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startMs = systemClock.nowMs();
  const result = await work();
  process.stdout.write(`${what} in ${((systemClock.nowMs() - startMs) / 1000).toFixed(1)} s\n`);
  return result;
}

process.exitCode = await main();
