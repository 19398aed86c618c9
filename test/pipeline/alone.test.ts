import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBus, TOPICS } from '@outrider/bus';
import { silentLog, systemClock } from '@outrider/runtime';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type AloneProcess, startAlone } from './alone.fixture.ts';

let folder: string;
const running: AloneProcess[] = [];
const start = (service: string, environment: Readonly<Record<string, string>> = {}): AloneProcess => {
  const one = startAlone(service, folder, environment);
  running.push(one);
  return one;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-alone-'));
});
afterEach(() => {
  for (const { child } of running.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

for (const service of ['gateway', 'ingest', 'world', 'predictor', 'notifier', 'api'])
  describe(`services/${service} alone`, () => {
    test('runs, says how it is, keeps its data to itself, and ends well', async () => {
      const first = start(service);
      const health = await first.health();
      const ready = await fetch(`${health}/readyz`);
      expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
      expect((await fetch(`${health}/livez`)).status).toBe(200);
      expect(await (await fetch(`${health}/metrics`)).text()).toMatch(/^# TYPE /m);
      expect((await fetch(`${health}/v1/people`)).status).toBe(404);

      const second = start(service);
      const said = await second.heard('STATE_URL=postgres://');
      expect(said).toContain(`is in use by process ${first.child.pid}`);
      expect(await second.ended).toEqual([1, null]);

      expect(await first.end()).toEqual([0, null]);
      expect(existsSync(join(folder, 'data/lock.pid'))).toBe(false);
    });

    test('refuses wrong settings in words, all at once', async () => {
      const wrong = start(service, { BUS_URL: 'carrier-pigeon:', HEALTH_PORT: 'nine' });
      expect(await wrong.heard('HEALTH_PORT')).toContain('BUS_URL');
      expect(await wrong.ended).toEqual([1, null]);
    });
  });

const DRIVER = { name: 'Alex', role: 'driver', units: 'metric', timeZone: 'Europe/Berlin' };
const CONSENTS = { alert_driver: true, show_driver: true };
const PLACES = {
  origin: { name: 'Berlin', lat: 52.52, lon: 13.4 },
  stops: [{ name: 'Hamburg', lat: 53.55, lon: 9.99, kind: 'destination' }],
};
const FRAMES = 400;

/** A car, its device token, and a plan, entered at an API of its own. */
async function registerCar(): Promise<string> {
  const api = start('api');
  const welcome = await api.heard('First admin token');
  const url = /listens on (http:\S+);/.exec(welcome)?.[1] ?? '';
  const ask = async (path: string, token: string, body?: object): Promise<Record<string, string>> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const asked = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) };
    const answer = await fetch(url + path, asked);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as Record<string, string>;
  };
  const admin = /this once: (\S+)/.exec(await api.heard('\n'))?.[1] ?? '';
  const { token: driver = '' } = await ask('/v1/people', admin, DRIVER);
  const { textVersion } = await ask('/v1/purposes', driver);
  const car = { modelId: 'generic-suv', label: 'My car', consents: CONSENTS, textVersion };
  const { vehicle, device } = (await ask('/v1/vehicles', driver, car)) as unknown as {
    readonly vehicle: { readonly vehicleId: string };
    readonly device: { readonly token: string };
  };
  const departAt = new Date(systemClock.nowMs()).toISOString();
  await ask(`/v1/vehicles/${vehicle.vehicleId}/trips`, driver, { departAt, ...PLACES });
  expect(await api.end()).toEqual([0, null]);
  return device.token;
}

/** What a car says while it drives, ten times a second: none from before it was registered. */
const frames = (): readonly object[] =>
  Array.from({ length: FRAMES }, (_, at) => ({
    observedAt: systemClock.nowMs() + at * 100,
    signals: {
      'Vehicle.Powertrain.TractionBattery.StateOfCharge.Current': 62 - at / 100,
      'Vehicle.Speed': 72,
      'Vehicle.CurrentLocation.Latitude': 52.52,
      'Vehicle.CurrentLocation.Longitude': 13.4,
    },
  }));

/** Records of a topic; and what a group has left to do of it. Nobody else uses the log meanwhile. */
async function look(
  topic: string,
  group: string,
): Promise<{ readonly there: number; readonly left: number }> {
  const url = `sqlite:${join(folder, 'data/bus.db')}`;
  const bus = await openBus(url, { clock: systemClock, log: silentLog });
  const partitions = (await bus.lag(group)).filter((one) => one.topic === topic);
  await bus.close();
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
  return {
    there: sum(partitions.map(({ end }) => end)),
    left: sum(partitions.map(({ end, next }) => end - next)),
  };
}

test('one after the other they carry a drive through, and SIGTERM in the middle loses nothing', async () => {
  const token = await registerCar();

  const gateway = start('gateway');
  const port = await gateway.logged('the gateway listens', 'port');
  const answer = await fetch(`http://127.0.0.1:${port}/v1/frames`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ frames: frames() }),
  });
  const { verdicts } = (await answer.json()) as { readonly verdicts: readonly object[] };
  expect(verdicts.filter((verdict) => 'ack' in verdict)).toHaveLength(FRAMES);
  expect(await gateway.end()).toEqual([0, null]);

  const first = start('ingest', { INGEST_BATCH_RECORDS_MAX: '5' });
  await first.health();
  await vi.waitFor(async () => expect(await first.counted('ingest_frames_total')).toBeGreaterThan(0));
  expect(await first.end()).toEqual([0, null]);
  const { there, left } = await look(TOPICS.raw.name, 'ingest');
  expect(there).toBe(FRAMES);

  const second = start('ingest');
  await vi.waitFor(async () => expect(await second.counted('ingest_frames_total')).toBe(left), 10_000);
  expect(await second.end()).toEqual([0, null]);

  const world = start('world');
  await vi.waitFor(
    async () => expect(await world.counted('world_snapshots_total')).toBeGreaterThan(0),
    10_000,
  );
  expect(await world.end()).toEqual([0, null]);

  const predictor = start('predictor');
  await vi.waitFor(
    async () => expect(await predictor.counted('predictor_forecasts_total')).toBeGreaterThan(0),
    10_000,
  );
  expect(await predictor.end()).toEqual([0, null]);
  const signals = await look(TOPICS.signals.name, 'predictor');
  expect(signals.there).toBe(FRAMES);

  const notifier = start('notifier');
  await notifier.health();
  expect(await notifier.end()).toEqual([0, null]);
}, 120_000);
