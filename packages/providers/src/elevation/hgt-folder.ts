import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Position } from '@outrider/domain';
import { ProviderUnavailable } from '../provider.ts';
import type { ElevationProvider } from './elevation-provider.ts';

const NAME = 'hgt-folder';
/** Samples along a cell's side, by the bytes of its file: one and three arc seconds. */
const SIDES = new Map([3_601, 1_201].map((side) => [side * side * 2, side]));
/** No height: nobody measured here. */
const VOID = -32_768;
/** A cell is 26 MB; a road crosses them one after the other. */
const CELLS_KEPT = 4;

interface Cell {
  readonly side: number;
  readonly bytes: Buffer;
}

/**
 * Heights from a folder of one-degree cells as SRTM publishes them: `N41W075.hgt`, or below a folder `N41`; rows from
 * north to south, big-endian 16-bit metres. Nothing leaves the machine.
 */
export function hgtFolder(folder: string): ElevationProvider {
  const cells = new Map<string, Promise<Cell | undefined>>();
  const cellAt = (name: string): Promise<Cell | undefined> => {
    const cell = cells.get(name) ?? readCell(folder, name);
    // One that cannot be read now is tried again the next time.
    cell.catch(() => cells.get(name) === cell && cells.delete(name));
    // The one asked for last is the last to go.
    cells.delete(name);
    cells.set(name, cell);
    const [oldest] = cells.keys();
    if (cells.size > CELLS_KEPT && oldest !== undefined) cells.delete(oldest);
    return cell;
  };
  return {
    name: NAME,
    async heights(points, signal) {
      const heights: (number | null)[] = [];
      for (const point of points) {
        if (signal.aborted) throw new ProviderUnavailable(NAME, 'was given up', { cause: signal.reason });
        const cell = await cellAt(cellName(point));
        heights.push(cell === undefined ? null : heightIn(cell, point));
      }
      if (heights.every((height) => height === null))
        throw new ProviderUnavailable(NAME, 'no cell covers this road', { kind: 'no-data' });
      return heights;
    },
  };
}

/** Of the cell's south-west corner. */
function cellName({ lat, lon }: Position): string {
  const [south, west] = [Math.floor(lat), Math.floor(lon)];
  const digits = (deg: number, count: number) => String(Math.abs(deg)).padStart(count, '0');
  return `${south < 0 ? 'S' : 'N'}${digits(south, 2)}${west < 0 ? 'W' : 'E'}${digits(west, 3)}`;
}

/** Undefined when there is none, or a file of another size: half a download is no height. */
async function readCell(folder: string, name: string): Promise<Cell | undefined> {
  for (const path of [join(folder, `${name}.hgt`), join(folder, name.slice(0, 3), `${name}.hgt`)]) {
    try {
      const bytes = await readFile(path);
      const side = SIDES.get(bytes.length);
      if (side !== undefined) return { side, bytes };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ENOTDIR')
        throw new ProviderUnavailable(NAME, `${name} cannot be read`, { cause: error });
    }
  }
  return undefined;
}

/** Bilinear between the four samples around; null when the nearest of them is void. */
function heightIn({ side, bytes }: Cell, { lat, lon }: Position): number | null {
  const row = (1 - (lat - Math.floor(lat))) * (side - 1);
  const column = (lon - Math.floor(lon)) * (side - 1);
  const [top, left] = [Math.min(side - 2, Math.floor(row)), Math.min(side - 2, Math.floor(column))];
  const [down, right] = [row - top, column - left];
  const at = (r: number, c: number): number => bytes.readInt16BE(((top + r) * side + left + c) * 2);
  const corners = [
    [at(0, 0), (1 - down) * (1 - right)],
    [at(0, 1), (1 - down) * right],
    [at(1, 0), down * (1 - right)],
    [at(1, 1), down * right],
  ] as const;
  const known = corners.filter(([height]) => height !== VOID);
  const weight = known.reduce((sum, [, share]) => sum + share, 0);
  return weight < 0.5 ? null : known.reduce((sum, [height, share]) => sum + height * share, 0) / weight;
}
