import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startApi } from './api.fixture.ts';

const folder = await mkdtemp(join(tmpdir(), 'outrider-page-'));
await mkdir(join(folder, 'assets'));
await writeFile(join(folder, 'index.html'), '<!doctype html><title>Built</title>');
await writeFile(join(folder, 'assets', 'page-1a2b3c.js'), 'export {};');
await writeFile(join(folder, 'manifest.webmanifest'), '{}');
const it = await startApi({ environment: { API_PAGE_FOLDER: folder } });
afterAll(async () => {
  await it.stop();
  await rm(folder, { recursive: true });
});

test('the page is served to everybody, asked for anew each time, and may load nothing of others', async () => {
  const { status, body, headers } = await it.call('GET', '/');
  expect([status, body]).toEqual([200, '<!doctype html><title>Built</title>']);
  expect(headers.get('cache-control')).toBe('no-cache');
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'self'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe');
});

test('what has a hash in its name is kept for good', async () => {
  const { headers } = await it.call('GET', '/assets/page-1a2b3c.js');
  expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  expect(headers.get('content-type')).toMatch(/^(text|application)\/javascript/);
  const manifest = await it.call('GET', '/manifest.webmanifest');
  expect(manifest.headers.get('content-type')).toContain('application/manifest+json');
});

test('nothing beside the page is served, and no name leads out of its folder', async () => {
  for (const path of [
    '/gone.html',
    '/../package.json',
    '/%2e%2e/package.json',
    '/assets/..%2f..%2fpackage.json',
  ])
    expect((await it.call('GET', path)).status).toBe(404);
});

test('a page that was not built says what builds it, and the api works on', async () => {
  const bare = await startApi({ environment: { API_PAGE_FOLDER: join(folder, 'nothing') } });
  const { status, body } = await bare.call('GET', '/');
  expect([status, body]).toEqual([503, expect.stringContaining('npm run setup')]);
  expect((await bare.call('GET', '/livez')).status).toBe(200);
  await bare.stop();
});
