// Proof in a real browser: a driver sees the curve move, is warned, answers, and loses nothing without a network.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { loadScenario } from '@outrider/standalone';
import { type Expectations, expectations } from '../ci/expectations.ts';
import type { Bench } from './bench.ts';
import { installChromium, launchChromium } from './chromium.ts';
import { refuseForeignPage, workAtDesk } from './desk.ts';
import { startDrive } from './drive.ts';
import { lookAfterFleet } from './operator.ts';
import { signInByPasskey } from './passkey.ts';
import { drivePhone } from './phone.ts';
import { isSabotage, SABOTAGES, type Sabotage } from './sabotage.ts';

const HELP = `npm run test:browser -- [options]

Plays the winter drive at 1,000 times real time and lets Chromium look at its driver's page, as a phone and at a
desk: the curve moves, the warning arrives, the driver answers, the network goes and comes back, axe-core finds
nothing serious, no page from elsewhere gets in. Installs Debian's Chromium when it is missing and apt is at hand.

  --out DIR          where screenshots and the ledger go (out/browser)
  --sabotage NAME    breaks a promise on purpose; the run must then fail:
${Object.entries(SABOTAGES)
  .map(([name, { about }]) => `                       ${name.padEnd(20)}${about}`)
  .join('\n')}
  --help
`;

const EXIT_CANNOT = 2;
const SCENARIO = '2013-01-winter-i95';
const SPEED_RATIO = 1_000;
/** First view, compressed. */
const SCRIPT_BYTES_MAX = 100 * 1024;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: 'out/browser' },
      sabotage: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  if (values.sabotage !== undefined && !isSabotage(values.sabotage))
    throw new Error(`there is no sabotage ${values.sabotage}: ${Object.keys(SABOTAGES).join(', ')}`);
  const folder = resolve(values.out);
  await mkdir(folder, { recursive: true });
  const { expect, conclude } = expectations();
  await measureFirstView(expect);
  await look(folder, values.sabotage, expect);
  console.log(`\nScreenshots and ledger: ${folder}`);
  conclude();
}

async function look(
  folder: string,
  sabotage: Sabotage | undefined,
  expect: Expectations['expect'],
): Promise<void> {
  const loaded = loadScenario(SCENARIO);
  if (loaded.kind !== 'loaded') throw new Error(`${SCENARIO} cannot be read`);
  const browser = await launchChromium(installChromium());
  const drive = await startDrive(loaded.scenario, SPEED_RATIO);
  const ledger = {};
  const bench: Bench = { browser, drive, folder, expect, sabotage, ledger };
  try {
    const phone = await drivePhone(bench);
    await lookAfterFleet(bench);
    await refuseForeignPage(bench, phone);
    await signInByPasskey(bench, phone);
    await workAtDesk(bench, phone);
  } catch (error) {
    // What is waited for and does not come is a broken promise, not a proof that could not be tried.
    if ((error as Error).name !== 'TimeoutError') throw error;
    expect('what the page is to show is there in time', false, (error as Error).message.slice(0, 300));
  } finally {
    await browser.close();
    await drive.close();
    await writeFile(join(folder, 'ledger.json'), `${JSON.stringify(ledger, null, 2)}\n`);
  }
}

/** What a phone loads before it shows anything. */
async function measureFirstView(expect: Expectations['expect']): Promise<void> {
  const built = join(import.meta.dirname, '../../services/dashboard/dist');
  const html = await readFile(join(built, 'index.html'), 'utf8');
  const assets = await readdir(join(built, 'assets'));
  const first = assets.filter((name) => name.endsWith('.js') && html.includes(name));
  const sizes = await Promise.all(
    first.map(async (name) => gzipSync(await readFile(join(built, 'assets', name))).length),
  );
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`       first view: ${(bytes / 1024).toFixed(1)} kB of script, compressed`);
  expect('the first view is at most 100 kB of script', first.length > 0 && bytes <= SCRIPT_BYTES_MAX, bytes);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`test:browser: ${(error as Error).stack}\n`);
  process.exitCode = EXIT_CANNOT;
}
