import { execFile, execFileSync } from 'node:child_process';
import { constants } from 'node:fs';
import { copyFile, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TOOL_DEADLINE_MS = 30_000;

const tool = (file: string, ...args: readonly string[]) => run(file, args, { timeout: TOOL_DEADLINE_MS });

const mounted = new Set<string>();
// However this process ends: a mount that stays behind holds its loop device for good.
process.once('exit', () => {
  for (const mountPoint of mounted) execFileSync('umount', ['-l', mountPoint], { timeout: TOOL_DEADLINE_MS });
});

/** A file system of its own inside a file; what has not reached the file would not have reached a disk. */
export interface Ext4Image {
  readonly file: string;
  readonly mountPoint: string;
}

const IMAGE_BYTES = 192 * 1024 * 1024;

/** Makes an empty image. */
export async function makeImage(file: string): Promise<void> {
  const handle = await open(file, 'w');
  await handle.truncate(IMAGE_BYTES);
  await handle.close();
  await tool('mkfs.ext4', '-q', '-F', file);
}

/** The image as a disk would be found after the power went: only what was written to the file is in it. */
export async function copyImage(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
}

export async function mountImage(file: string, mountPoint: string): Promise<Ext4Image> {
  await mkdir(mountPoint, { recursive: true });
  await tool('mount', '-o', 'loop', file, mountPoint);
  mounted.add(mountPoint);
  return { file, mountPoint };
}

/** Mounts, works, and always unmounts; the loop device goes with the mount. */
export async function withMounted<T>(
  file: string,
  mountPoint: string,
  work: (mountPoint: string) => Promise<T>,
): Promise<T> {
  await mountImage(file, mountPoint);
  try {
    return await work(mountPoint);
  } finally {
    await unmount(mountPoint);
  }
}

/** A killed process may keep its files for a moment: lazily then, so that nothing stays behind. */
export async function unmount(mountPoint: string): Promise<void> {
  mounted.delete(mountPoint);
  try {
    await tool('umount', mountPoint);
  } catch {
    await tool('umount', '-l', mountPoint).catch(() => undefined);
  }
}

/** What this machine lacks for a power cut; undefined when nothing does. */
export async function whyNoImages(folder: string): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'loop-mounted ext4 images need Linux';
  if (process.getuid?.() !== 0) return 'mounting an image needs root';
  const file = join(folder, 'probe.img');
  try {
    await makeImage(file);
    await withMounted(file, join(folder, 'probe'), async () => undefined);
    return undefined;
  } catch (error) {
    return `an ext4 image cannot be made and mounted: ${(error as Error).message.trim()}`;
  } finally {
    await rm(file, { force: true });
  }
}
