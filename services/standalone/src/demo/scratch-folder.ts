import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Linux keeps files here in memory. Each frame is committed and synced as always; only the disk does not wait. */
const MEMORY_FOLDER = '/dev/shm';
/** Much more than any drive of a week needs: a container's default of 64 MB is too small to count on. */
const FREE_BYTES_MIN = 256 * 1024 * 1024;

export interface ScratchFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** A new folder for data that is thrown away: in memory where the system offers room for it, else on disk. */
export async function openScratchFolder(memoryFolder: string = MEMORY_FOLDER): Promise<ScratchFolder> {
  const path = (await folderIn(memoryFolder)) ?? (await mkdtemp(join(tmpdir(), PREFIX)));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

const PREFIX = 'outrider-demo-';

async function folderIn(memoryFolder: string): Promise<string | undefined> {
  try {
    const { bavail, bsize } = await statfs(memoryFolder);
    return bavail * bsize < FREE_BYTES_MIN ? undefined : await mkdtemp(join(memoryFolder, PREFIX));
  } catch {
    // Not Linux, or not for us: the disk will do.
    return undefined;
  }
}
