import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hgtTile, osmXml } from './self-made-map.ts';

/**
 * Builds the self-made map's tiles into `folder` with the tools of the installed package.
 * @returns the file with their configuration
 * @throws when a tool fails or left no tile: the package's own command line says 0 even when its child died
 */
export function buildTiles(valhalla: string, folder: string): string {
  const [tiles, heights] = [join(folder, 'tiles'), join(folder, 'heights')];
  const { name, bytes } = hgtTile();
  mkdirSync(join(heights, name.slice(0, 3)), { recursive: true });
  writeFileSync(join(heights, name.slice(0, 3), `${name}.hgt`), bytes);
  writeFileSync(join(folder, 'map.osm'), osmXml());
  run(folder, 'osmium', ['cat', join(folder, 'map.osm'), '-o', join(folder, 'map.osm.pbf'), '--overwrite']);
  const config: Config = JSON.parse(
    run(folder, valhalla, [
      'build_config',
      '--mjolnir-tile-dir',
      tiles,
      '--additional-data-elevation',
      heights,
    ]),
  );
  config.mjolnir = { ...config.mjolnir, tile_extract: '', traffic_extract: '', admin: '', timezone: '' };
  const file = join(folder, 'valhalla.json');
  writeFileSync(file, JSON.stringify(config));
  run(folder, valhalla, ['build_tiles', '-c', file, join(folder, 'map.osm.pbf')]);
  if (!existsSync(tiles) || globSync('**/*.gph', { cwd: tiles }).length === 0)
    throw new Error('valhalla build_tiles left no tile');
  return file;
}

interface Config {
  mjolnir: Record<string, unknown>;
}

/** In `cwd`, since the tools leave reports where they run. */
function run(cwd: string, command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (error !== undefined || status !== 0)
    throw new Error(`${command} ${args[0]} failed: ${(error?.message ?? stderr).slice(-500)}`);
  return stdout;
}
