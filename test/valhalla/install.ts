import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** 292 MB for three platforms, no install script: kept beside other caches, never in the project's own lockfile. */
const PACKAGE = '@valhallajs/valhallajs';
const VERSION = '3.6.1';

export interface Valhalla {
  /** Its command line, which holds the tools that build tiles. */
  readonly tools: string;
  /** The folder its module is resolved from. */
  readonly folder: string;
}

/** @throws when it cannot be had, with what would help */
export function installValhalla(): Valhalla {
  const folder = join(homedir(), '.cache', 'outrider', `valhallajs-${VERSION}`);
  const tools = join(folder, 'node_modules', '.bin', 'valhalla');
  if (!existsSync(tools)) {
    mkdirSync(folder, { recursive: true });
    const quiet = ['--no-audit', '--no-fund', '--no-save', '--ignore-scripts'];
    const { status, stderr } = spawnSync(
      'npm',
      ['install', '--prefix', folder, ...quiet, `${PACKAGE}@${VERSION}`],
      {
        encoding: 'utf8',
      },
    );
    if (status !== 0) throw new Error(`npm cannot install ${PACKAGE} ${VERSION}: ${stderr.slice(-500)}`);
  }
  return { tools, folder };
}

/** Valhalla reads no OSM XML, and its own tools write no PBF. */
export function installOsmium(): void {
  if (has('osmium')) return;
  if (process.getuid?.() === 0 && has('apt-get')) {
    spawnSync('apt-get', ['update', '-q'], { stdio: 'ignore' });
    spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'osmium-tool'], {
      stdio: 'ignore',
    });
  }
  if (!has('osmium'))
    throw new Error(
      'osmium is missing. It comes with: sudo apt-get install osmium-tool, or: brew install osmium-tool',
    );
}

const has = (command: string): boolean =>
  spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;
