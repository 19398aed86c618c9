import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../repository/files.ts';

const COMMAND = join(ROOT, 'scripts/service.ts');
const run = (...args: string[]) =>
  promisify(execFile)(process.execPath, [COMMAND, ...args], { timeout: 15_000 });
const NAMES = ['api', 'gateway', 'ingest', 'notifier', 'predictor', 'world'];

describe('npm run service', () => {
  test('--help names every service and what it can be told', async () => {
    const { stdout } = await run('--help');
    expect(stdout).toContain('Usage: npm run service -- <name>');
    expect([...stdout.matchAll(/^([a-z]+)$/gm)].map(([, name]) => name)).toEqual(NAMES);
    expect(stdout).toMatch(/^ {2}STATE_URL +sqlite:/m);
    expect(stdout).toMatch(/^ {2}INGEST_TRACKS_MAX +\d+$/m);
    expect(stdout).not.toContain('standalone');
  });

  test('--help after a name is about this one, and says what each setting means', async () => {
    const { stdout } = await run('ingest', '--help');
    expect(stdout).toMatch(/INGEST_BATCH_RECORDS_MAX +500\n +Frames decoded and written together\./);
    expect(stdout).not.toContain('GATEWAY_PORT');
  });

  test.for([
    { name: 'a name nobody has', args: ['ingets'] },
    { name: 'no name', args: [] },
    { name: 'all of them in one, which has its own command', args: ['standalone'] },
    { name: 'a way out of the folder', args: ['../services/ingest'] },
    { name: 'an argument no service takes', args: ['ingest', '--port=1'] },
  ])('$name ends with 2, and those there are', async ({ args }) => {
    await expect(run(...args)).rejects.toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(NAMES.join(', ')),
    });
  });

  test('what package.json says becomes the service: the signal that npm passes on ends it well', async () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const env = {
      ...{ PATH: `${dirname(process.execPath)}:/bin:/usr/bin`, HEALTH_PORT: '0' },
      ...{ BUS_URL: 'memory:', TELEMETRY_URL: 'memory:', STATE_URL: 'memory:' },
    };
    const child = spawn('/bin/sh', ['-c', `${scripts.service} ingest`], { cwd: ROOT, env });
    try {
      await once(child.stderr, 'data');
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
