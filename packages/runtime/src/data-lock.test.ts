import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataFolderInUse, lockDataFolder, lockDataFolders } from './data-lock.ts';

describe('the lock of the data folder', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'outrider-lock-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('creates the folder, refuses a second owner and names the first, and is free after release', async () => {
    const data = join(folder, 'deep', 'data');
    const lock = await lockDataFolder(data);
    await expect(lockDataFolder(data)).rejects.toThrow(`${data} is in use by process ${process.pid}`);
    await lock.release();
    await lock.release();
    expect(existsSync(join(data, 'lock.pid'))).toBe(false);
    await (await lockDataFolder(data)).release();
  });

  it('is refused while another process holds it, and free once that was killed', async () => {
    const script = fileURLToPath(new URL('./data-lock.child.ts', import.meta.url));
    const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const refusal = await lockDataFolder(folder).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DataFolderInUse);
    expect((refusal as DataFolderInUse).ownerPid).toBe(child.pid);
    child.kill('SIGKILL');
    await once(child, 'close');
    const lock = await lockDataFolder(folder);
    expect(readFileSync(join(folder, 'lock.pid'), 'utf8')).toBe(`${process.pid}\n`);
    await lock.release();
  });

  it('is taken once for every folder the engines lie in, and none is kept when one is refused', async () => {
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    const urls = [`sqlite:${a}/bus.db`, `sqlite:${a}/state.db`, `sqlite://${b}/telemetry.db`, 'memory:'];
    const other = await lockDataFolder(b);
    await expect(lockDataFolders(urls)).rejects.toThrow(`${b} is in use by`);
    await (await lockDataFolder(a)).release();
    await other.release();
    const lock = await lockDataFolders(urls);
    for (const taken of [a, b]) await expect(lockDataFolder(taken)).rejects.toThrow('is in use by');
    await lock.release();
    for (const free of [a, b]) await (await lockDataFolder(free)).release();
  });
});
