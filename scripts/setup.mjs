// Installs what package-lock.json pins, once, and again when the lock changes; builds the page likewise.
// It runs on whatever Node started npm, so it stays plain JavaScript that an old Node understands.
import { execSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));

const NODE_MAJOR = 24;
const stamp = 'node_modules/.installed-lock';
const lock = readFileSync('package-lock.json', 'utf8');

/** Runs the npm that started us, on the Node we name, so that native packages match that Node. */
function npm(node, args) {
  const all = args.concat('--no-audit', '--no-fund');
  const cli = process.env.npm_execpath || '';
  const done = cli.endsWith('.js')
    ? spawnSync(node, [cli].concat(all), { stdio: ['inherit', 2, 'inherit'] })
    : spawnSync(`npm ${all.join(' ')}`, { stdio: ['inherit', 2, 'inherit'], shell: true });
  if (done.status !== 0) process.exit(done.status || 1);
}

const isOld = (version) => Number(/\d+/.exec(version)) < NODE_MAJOR;
const nodeOnPath = () => execSync('node --version', { encoding: 'utf8' }).trim();

const isInstalled = existsSync(stamp) && readFileSync(stamp, 'utf8') === lock;
if (!isInstalled) {
  // stderr, so that `npm run -s demo -- --json` prints nothing but its JSON on stdout.
  console.error('Installing dependencies …');
  npm(process.execPath, ['ci']);
  // An old npm leaves out native packages whose "engines" refuse the Node it runs on: ask again on ours.
  if (isOld(process.version) && !isOld(nodeOnPath())) npm('node', ['install', '--no-save']);
}

if (isOld(nodeOnPath())) {
  console.error(
    `Node ${NODE_MAJOR} is needed; this shell has ${nodeOnPath()} and npm brought none for ` +
      `${process.platform}-${process.arch} (or ignore-scripts is set). Install Node ${NODE_MAJOR} and try again.`,
  );
  process.exit(1);
}
// Only now: whoever was refused, and allows install scripts or brings a Node, gets a new try.
if (!isInstalled) writeFileSync(stamp, lock);

const PAGE = 'services/dashboard';
const BUILT = `${PAGE}/dist`;

/** Every file the page is made of, in a stable order. */
const filesBelow = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !/^(dist|node_modules|screenshots|README)/.test(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
    );

function buildPage() {
  const hash = createHash('sha256').update(lock);
  for (const file of filesBelow(PAGE)) hash.update(file).update(readFileSync(file));
  const sources = hash.digest('hex');
  const builtFrom = `${BUILT}/.built-from`;
  if (existsSync(builtFrom) && readFileSync(builtFrom, 'utf8') === sources) return;
  console.error('Building the page …');
  // Beside the old one, then in its place: a server that runs never sees half of it.
  const fresh = `dist-${process.pid}`;
  const args = ['node_modules/vite/bin/vite.js', 'build', PAGE, '--outDir', fresh, '--logLevel', 'warn'];
  const done = spawnSync('node', args, { stdio: ['ignore', 2, 'inherit'] });
  if (done.status !== 0) process.exit(done.status || 1);
  writeFileSync(`${PAGE}/${fresh}/.built-from`, sources);
  rmSync(BUILT, { recursive: true, force: true });
  renameSync(`${PAGE}/${fresh}`, BUILT);
}
buildPage();
