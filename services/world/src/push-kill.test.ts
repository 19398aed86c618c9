import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openBus } from '@outrider/bus';
import { createMetrics, silentLog, systemClock } from '@outrider/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createChargers } from './charger-sources.ts';
import { publishedPlaces } from './publish-chargers.ts';

const TOKEN = 'a-token-of-a-peer';
const UPDATED = '2026-01-15T12:00:00Z';
const site = (id: string) => ({
  ...{ country_code: 'US', party_id: 'TST', id, publish: true, country: 'USA', last_updated: UPDATED },
  ...{ name: id, coordinates: { latitude: '41.00000', longitude: '-73.00000' } },
  evses: [
    {
      ...{ uid: 'E1', status: 'AVAILABLE', last_updated: UPDATED },
      connectors: [{ id: '1', standard: 'CHADEMO', power_type: 'DC', max_electric_power: 50_000 }],
    },
  ],
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-push-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const openLog = (url: string) => openBus(url, { clock: systemClock, partitions: 4, log: silentLog });

test.each([1, 30])('a process killed right after its answer to push %i has kept them all', async (pushes) => {
  const url = `sqlite:${join(folder, 'bus.db')}`;
  const program = fileURLToPath(new URL('./push-server.child.ts', import.meta.url));
  const child = spawn(process.execPath, [program, url, TOKEN], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed] = await once(child.stdout.setEncoding('utf8'), 'data');
  const locations = `${String(printed).trim()}/ocpi/emsp/2.2.1/locations/US/TST`;
  const send = (method: string, path: string, body: object) =>
    fetch(`${locations}/${path}`, {
      method,
      headers: { authorization: `Token ${TOKEN}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  for (let i = 1; i < pushes; i++) expect((await send('PUT', `L${i}`, site(`L${i}`))).status).toBe(200);
  await send('PUT', 'last', site('last'));
  const broken = await send('PATCH', 'last/E1', { status: 'OUTOFORDER', last_updated: UPDATED });
  child.kill('SIGKILL');
  expect(broken.status).toBe(200);
  await once(child, 'close');

  const bus = await openLog(url);
  const clocks = { eventClock: systemClock, realClock: systemClock };
  const runtime = { ...clocks, log: silentLog, metrics: createMetrics() };
  const chargers = createChargers({ bus, runtime, locations: [], takesPushes: true });
  await chargers.start();
  const places = await publishedPlaces(bus);
  expect(places.size).toBe(pushes);
  expect(places.get('US*TST*last')?.place?.evses[0]?.status).toBe('OUTOFORDER');
  const address = { country: 'US', party: 'TST', location: 'last' };
  expect(chargers.find(address, 'E1')).toMatchObject({ status: 'OUTOFORDER' });
  expect(chargers.index.size).toBe(pushes);
  await chargers.stop();
  await bus.close();
});
