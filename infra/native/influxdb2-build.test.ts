import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const BUILD = join(import.meta.dirname, 'influxdb2-build.ts');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-build-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Builds on a machine that has these programs and no other, each of which says its version and nothing more. */
function build(tools: Readonly<Record<string, string>>) {
  for (const [name, says] of Object.entries(tools)) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho '${says}'\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const env = { PATH: folder, XDG_CACHE_HOME: folder };
  const { status, stderr } = spawnSync(process.execPath, [BUILD], { env, encoding: 'utf8' });
  const kept = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return { status, stderr, kept: kept.filter((name) => name.includes('influxd')) };
}

const GOOD = { go: 'go version go1.26.8 linux/amd64', cargo: 'cargo 1.95.0', gcc: 'gcc 12.2.0' };

test('without its tools nothing is built, and each is named with what brings it', () => {
  const { status, stderr, kept } = build({});
  expect(status).toBe(1);
  expect(stderr).toMatch(/go 1\.24.*cargo 1\.72.*gcc.*pkg-config/s);
  expect(kept).toEqual([]);
});

test.for([
  ['go', 'go version go1.19.8 linux/amd64'],
  ['go', 'go version go0.99 linux/amd64'],
  ['cargo', 'cargo 0.66.0'],
] as const)('%s is too old as %s', ([tool, version]) => {
  const { status, stderr } = build({ ...GOOD, 'pkg-config': '1.8.1', [tool]: version });
  expect(status).toBe(1);
  expect(stderr).toContain(`needs ${tool} 1.`);
});

test('a build that brings no server leaves nothing behind, and fails', () => {
  const { status, kept } = build({ ...GOOD, 'pkg-config': '1.8.1' });
  expect(status).toBe(1);
  expect(kept).toEqual([]);
});
