import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openScratchFolder } from './scratch-folder.ts';

describe('the folder of a replay', () => {
  test('is removed with what is in it', async () => {
    const scratch = await openScratchFolder();
    expect(existsSync(scratch.path)).toBe(true);
    await scratch.remove();
    expect(existsSync(scratch.path)).toBe(false);
  });

  test('lies where there is room', async () => {
    const roomy = mkdtempSync(join(tmpdir(), 'outrider-roomy-'));
    const { bavail, bsize } = statfsSync(roomy);
    const scratch = await openScratchFolder(roomy);
    expect(dirname(scratch.path)).toBe(bavail * bsize < 256 * 1024 * 1024 ? tmpdir() : roomy);
    await scratch.remove();
    rmSync(roomy, { recursive: true });
  });

  test('lies on disk where there is no such place, or no room', async () => {
    for (const place of ['/nowhere/at/all', '/proc']) {
      const scratch = await openScratchFolder(place);
      expect(dirname(scratch.path)).toBe(tmpdir());
      await scratch.remove();
    }
  });
});
