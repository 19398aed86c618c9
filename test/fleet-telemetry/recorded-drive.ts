import type { SourceOptions, SourceRecord } from '@outrider/bus';
import { decodeFleetRecord } from '@outrider/ingest';
import { type ManualClock, manualClock, silentLog, systemClock } from '@outrider/runtime';
import { type Composition, composeServices, readStandaloneSettings } from '@outrider/standalone';
import type { RecordedRecord } from './recordings.ts';

// A recorded drive through every service, at the pace of the car's own clock.

export type Json = ReturnType<typeof JSON.parse>;

const BEFORE_MS = 60_000;

export interface RecordedDrive {
  readonly clock: ManualClock;
  readonly all: Composition;
  call(method: string, path: string, body?: object): Promise<Json>;
  /** The driver's car, as a path. */
  readonly car: string;
  readonly vehicleId: string;
  /** Delivers what the car sent up to that moment. */
  driveTo(untilMs: number): Promise<void>;
  stop(): Promise<void>;
}

interface Timed {
  readonly atMs: number;
  readonly record: SourceRecord;
}

/** `change` makes another drive of it: JSON payloads, before they are sent. */
export async function startRecordedDrive(
  records: readonly RecordedRecord[],
  vin: string,
  change: (payload: Json) => Json = (payload) => payload,
): Promise<RecordedDrive> {
  const timed = inTime(records, vin, change);
  const startMs = (timed[0]?.atMs ?? 0) - BEFORE_MS;
  const clock = manualClock(startMs);
  let source: SourceOptions | undefined;
  const vehicles = new Map<string, string>();
  const engines = { BUS_URL: 'memory:', TELEMETRY_URL: 'memory:', STATE_URL: 'memory:' };
  const settings = readStandaloneSettings({ ...engines, GATEWAY_PORT: '0', API_PORT: '0' });
  const recorded = {
    ...{ name: 'recording', url: 'kafka://127.0.0.1:9', group: 'drive', topics: ['tesla_*'] },
    ...({ start: 'earliest', vehicles } as const),
  };
  const all = await composeServices({
    settings: { ...settings, ingest: { ...settings.ingest, sources: [recorded] } },
    ...{ eventClock: clock, realClock: systemClock, log: silentLog, chargers: [], weather: [] },
    openSource: async (options) => {
      source = options;
      return { stop: async () => undefined };
    },
  });
  await all.start();
  const { api } = all.addresses();
  const admin = (await all.adminToken()) ?? '';
  const { token } = await request('POST', `${api}/v1/people`, admin, { name: 'Driver', role: 'driver' });
  const call: RecordedDrive['call'] = (method, path, body) => request(method, `${api}${path}`, token, body);
  const { textVersion } = await call('GET', '/v1/purposes');
  const { vehicle } = await call('POST', '/v1/vehicles', {
    ...{ modelId: 'tesla-model-3-lr-2022', label: 'Car', textVersion },
    consents: { alert_driver: true, show_driver: true },
  });
  vehicles.set(vin, vehicle.vehicleId);
  let next = 0;
  return {
    ...{ clock, all, call, car: `/v1/vehicles/${vehicle.vehicleId}`, vehicleId: vehicle.vehicleId },
    async driveTo(untilMs) {
      for (let one = timed[next]; one !== undefined && one.atMs <= untilMs; one = timed[++next]) {
        if (one.atMs > clock.nowMs()) clock.advanceTo(one.atMs);
        await source?.handle([one.record]);
        await all.idle();
      }
      if (untilMs > clock.nowMs()) clock.advanceTo(untilMs);
      await all.idle();
    },
    stop: () => all.stop(),
  };
}

/** In the order of the car's clock, received when they were sent. */
function inTime(records: readonly RecordedRecord[], vin: string, change: (payload: Json) => Json): Timed[] {
  const timed = records
    .filter(({ key }) => key === vin)
    .flatMap((record): Timed[] => {
      const decoded = decodeFleetRecord(record, () => 'veh_aaaaaaaaaaaa');
      if (decoded.kind === 'rejected' || decoded.type === 'connectivity') return [];
      const atMs = decoded.frames[0]?.observedAtMs ?? 0;
      const headers = { ...record.headers, receivedat: String(atMs) };
      const value = Buffer.from(JSON.stringify(change(JSON.parse(String(record.value)))));
      return [{ atMs, record: { ...record, headers, value } }];
    });
  return timed.toSorted((a, b) => a.atMs - b.atMs);
}

async function request(method: string, url: string, token: string, body?: object): Promise<Json> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? undefined : response.json();
}
