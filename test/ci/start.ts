// Starts the server as a user would, follows the steps it prints, and stops it: `node test/ci/start.ts`
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@outrider/runtime';
import { expectations } from './expectations.ts';

const ROOT = join(import.meta.dirname, '../..');
const { expect, conclude } = expectations();

/** Resolves with everything printed once `isThere` finds what it looks for. */
async function printed(server: ChildProcess, isThere: RegExp): Promise<string> {
  let text = '';
  for await (const chunk of server.stdout ?? []) {
    text += String(chunk);
    if (isThere.test(text)) return text;
  }
  throw new Error(`the server ended before it said ${isThere}:\n${text}`);
}

async function ask<T>(url: string, token: string, body?: unknown): Promise<T> {
  const answer = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}

const PERSON = { name: 'Alex', role: 'driver', units: 'metric', timeZone: 'Europe/Berlin' };
const CONSENTS = { alert_driver: true, show_driver: true };
const SIGNALS = {
  'Vehicle.Powertrain.TractionBattery.StateOfCharge.Current': 62,
  'Vehicle.Speed': 0,
  'Vehicle.CurrentLocation.Latitude': 52.52,
  'Vehicle.CurrentLocation.Longitude': 13.4,
};

async function registerCar(
  api: string,
  admin: string,
): Promise<{ readonly device: string; readonly frames: string }> {
  const { token } = await ask<{ token: string }>(`${api}/v1/people`, admin, PERSON);
  const { textVersion } = await ask<{ textVersion: string }>(`${api}/v1/purposes`, token);
  const car = await ask<{ device: { token: string }; connect: { frames: string } }>(
    `${api}/v1/vehicles`,
    token,
    {
      modelId: 'generic-suv',
      label: 'My car',
      consents: CONSENTS,
      textVersion,
    },
  );
  return { device: car.device.token, frames: car.connect.frames };
}

const folder = mkdtempSync(join(tmpdir(), 'outrider-start-'));
const url = (name: string): string => `sqlite:${join(folder, `${name}.db`)}`;
const env = {
  ...process.env,
  API_PORT: '0',
  GATEWAY_PORT: '0',
  BUS_URL: url('bus'),
  TELEMETRY_URL: url('telemetry'),
  STATE_URL: url('state'),
};
const server = spawn('npm', ['-s', 'start'], { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'inherit'] });
const ended = once(server, 'exit');
try {
  const text = await printed(server, /Ctrl-C/);
  const api = /people +(http:\S+)/.exec(text)?.[1] ?? '';
  const admin = /ADMIN=(\S+)/.exec(text)?.[1] ?? '';
  expect('it says where people connect, and the first admin token', api !== '' && admin !== '');
  const page = await fetch(api);
  expect('it serves the page', page.ok && (await page.text()).includes('<div id="page">'));
  expect('it is ready', (await fetch(`${api}/readyz`)).ok);
  const { device, frames } = await registerCar(api, admin);
  const observedAt = new Date(systemClock.nowMs());
  const answer = await ask<{ verdicts: readonly object[] }>(frames, device, {
    frames: [{ observedAt, signals: SIGNALS }],
  });
  expect(
    'a registered car is acknowledged',
    JSON.stringify(answer.verdicts) === '[{"ack":true}]',
    answer.verdicts,
  );
} finally {
  server.kill('SIGTERM');
  const [code] = await ended;
  expect('it stops when told to', code === 0, code);
  rmSync(folder, { recursive: true, force: true });
}
conclude();
