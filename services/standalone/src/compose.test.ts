import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { silentLog, systemClock } from '@outrider/runtime';
import type { World } from '@outrider/world';
import { afterEach, describe, expect, test } from 'vitest';
import { type Composition, composeServices } from './compose.ts';
import { readStandaloneSettings } from './settings.ts';

const open: Composition[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.stop();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const IN_MEMORY = { BUS_URL: 'memory:', TELEMETRY_URL: 'memory:', STATE_URL: 'memory:' };
const FREE_PORTS = { GATEWAY_PORT: '0', API_PORT: '0' };

async function compose(environment: Record<string, string>): Promise<Composition> {
  const composition = await composeServices({
    settings: readStandaloneSettings({ ...FREE_PORTS, ...environment }),
    eventClock: systemClock,
    realClock: systemClock,
    log: silentLog,
    chargers: [],
    weather: [],
  });
  open.push(composition);
  return composition;
}

function onDisk(): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'outrider-compose-'));
  folders.push(folder);
  const file = (name: string) => `sqlite:${join(folder, name)}`;
  return { BUS_URL: file('bus.db'), TELEMETRY_URL: file('telemetry.db'), STATE_URL: file('state.db') };
}

describe('all services in one process', () => {
  test('both doors answer and everything is ready, then at rest', async () => {
    const composition = await compose(IN_MEMORY);
    expect(composition.readiness()).toMatchObject({ ready: false });
    await composition.start();
    expect(composition.readiness()).toEqual({ ready: true });
    await composition.idle();
    const { api, gateway } = composition.addresses();
    expect((await fetch(`${api}/readyz`)).status).toBe(200);
    expect((await fetch(`${gateway}/livez`)).status).toBe(200);
  });

  test('a third door is open for an OCPI peer that has a token, and for nobody else', async () => {
    const pushAddressWith = async (environment: Record<string, string>) => {
      const composition = await compose({ ...IN_MEMORY, ...environment });
      await composition.start();
      return (composition.apps.find(({ name }) => name === 'world') as World).pushAddress;
    };
    const token = 'a-token-of-a-peer';
    const address = await pushAddressWith({ OCPI_PUSH_TOKEN: token, OCPI_PUSH_PORT: '0' });
    const ask = (authorization: string) => fetch(`${address}/ocpi/versions`, { headers: { authorization } });
    expect((await ask(`Token ${token}`)).status).toBe(200);
    expect((await ask('Token of-somebody-else')).status).toBe(401);
    expect(await pushAddressWith({ OCPI_PUSH_PORT: '0' })).toBeUndefined();
  });

  test('the admin token is given once', async () => {
    const composition = await compose(IN_MEMORY);
    await composition.start();
    expect(await composition.adminToken()).toMatch(/^person_/);
    expect(await composition.adminToken()).toBeUndefined();
  });

  test('once stopped the doors are closed, and stopping again changes nothing', async () => {
    const composition = await compose(IN_MEMORY);
    await composition.start();
    const { api, gateway } = composition.addresses();
    await composition.stop();
    await composition.stop();
    await expect(fetch(`${api}/livez`)).rejects.toThrow();
    await expect(fetch(`${gateway}/livez`)).rejects.toThrow();
  });

  test('a port that is taken fails the start and lets the data folder go', async () => {
    const first = await compose(IN_MEMORY);
    await first.start();
    const API_PORT = new URL(first.addresses().api).port;
    const engines = onDisk();
    const second = await compose({ ...engines, API_PORT });
    await expect(second.start()).rejects.toThrow(/EADDRINUSE/);
    const third = await compose(engines);
    await third.start();
    expect(third.readiness()).toEqual({ ready: true });
  });

  test('a second process on the same data is refused in words, until the first has stopped', async () => {
    const engines = onDisk();
    const composition = await compose(engines);
    await composition.start();
    const main = join(import.meta.dirname, 'main.ts');
    const start = promisify(execFile)(process.execPath, [main, 'start'], {
      env: { ...engines, ...FREE_PORTS },
      timeout: 15_000,
    });
    await expect(start).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(new RegExp(`is in use by process ${process.pid}: stop it`)),
    });
    await composition.stop();
    const again = await compose(engines);
    await again.start();
    expect(again.readiness()).toEqual({ ready: true });
  });
});
