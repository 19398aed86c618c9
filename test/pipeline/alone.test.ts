import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../repository/files.ts';

/** Starts one service as its README says, on `./data` of the folder. */
const startAlone = (service: string, folder: string): ChildProcess =>
  spawn(process.execPath, [join(ROOT, `services/${service}/src/main.ts`)], {
    cwd: folder,
    env: { GATEWAY_PORT: '0', API_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** Everything it says, until it says `word` or ends. */
async function heard(child: ChildProcess, word: string): Promise<string> {
  let text = '';
  const { promise, resolve } = Promise.withResolvers<void>();
  const listen = (chunk: Buffer): void => {
    text += String(chunk);
    if (text.includes(word)) resolve();
  };
  child.stdout?.on('data', listen);
  child.stderr?.on('data', listen);
  child.once('close', () => resolve());
  await promise;
  return text;
}

for (const service of ['gateway', 'ingest', 'notifier', 'api'])
  test(`services/${service} runs alone, stays, keeps its data to itself, and ends well`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'outrider-alone-'));
    const first = startAlone(service, folder);
    try {
      expect(await heard(first, 'runs alone')).toContain('runs alone');
      const second = startAlone(service, folder);
      expect(await heard(second, 'is in use by')).toContain(`is in use by process ${first.pid}`);
      const ended = once(first, 'exit');
      first.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
      expect(existsSync(join(folder, 'data/lock.pid'))).toBe(false);
    } finally {
      first.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });
