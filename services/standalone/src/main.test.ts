import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, 'main.ts');
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, [MAIN, ...args], { timeout: 15_000 });

describe('the process', () => {
  test('help goes to stdout and ends well', async () => {
    expect((await run('--help')).stdout).toContain('Usage: outrider <command>');
  });

  test('the version is one line', async () => {
    expect((await run('--version')).stdout).toMatch(/^outrider \d+\.\d+\.\d+\n$/);
  });

  test('a misspelt command ends with 2, and says what there is on stderr', async () => {
    await expect(run('dmeo')).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/no command "dmeo"[\s\S]*demo/),
    });
  });

  test('an unknown scenario ends with 1 and names those there are', async () => {
    await expect(run('demo', '--scenario', 'nowhere')).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('2013-01-winter-i95'),
    });
  });

  test('rules that keep what their tests say end with 0, a folder without rules with 1', async () => {
    expect((await run('rules', 'test')).stdout).toMatch(/rules, \d+ cases, 0 failed, \d+ ms\n$/);
    await expect(run('rules', 'test', '--rules', import.meta.dirname)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('no rule in this folder'),
    });
  });

  test('a backtest of rules that are not there says so in a line', async () => {
    const span = ['--from', '2026-01-15', '--to', '2026-01-16'];
    await expect(run('rules', 'backtest', ...span, '--rules', '/no/such/folder')).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^outrider: \/no\/such\/folder: ENOENT.*\n$/),
    });
  });

  test('the server says where to connect, and SIGTERM ends it well', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'outrider-main-'));
    const server = spawn(process.execPath, [MAIN, 'start'], {
      cwd: folder,
      env: { GATEWAY_PORT: '0', API_PORT: '0', LOG_LEVEL: 'error' },
    });
    try {
      const [welcome] = (await once(server.stdout, 'data')) as [Buffer];
      expect(String(welcome)).toMatch(/http:\/\/127\.0\.0\.1:\d+\/docs/);
      expect(String(welcome)).toContain('ADMIN=person_');
      server.kill('SIGTERM');
      expect(await once(server, 'exit')).toEqual([0, null]);
    } finally {
      server.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
