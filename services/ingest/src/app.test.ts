import { TOPICS } from '@outrider/bus';
import { rejectedRecord } from '@outrider/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { INGEST_GROUP } from './app.ts';
import {
  type Bench,
  CAR_A,
  CAR_B,
  type Faults,
  type Registry,
  registerCars,
  START_MS,
  sealRaw,
  startIngest,
} from './ingest.fixture.ts';

const SPEED = 'Vehicle.Speed';
const LAT = 'Vehicle.CurrentLocation.Latitude';
const LON = 'Vehicle.CurrentLocation.Longitude';
const at = (offsetMs: number, signals: object, more: object = {}) => ({
  observedAt: START_MS + offsetMs,
  signals,
  ...more,
});

let registry: Registry;
let bench: Bench;
const faults: Faults = {};
beforeEach(async () => {
  registry = await registerCars();
  bench = await startIngest(registry, faults);
});
afterEach(async () => {
  delete faults.beforeWrite;
  delete faults.beforePublish;
  await bench.stop();
  await registry.state.close();
});

test('a frame becomes one row and one record with the same id', async () => {
  await bench.feed({ frame: at(0, { [SPEED]: 88.5 }, { seq: 7 }), receivedAtMs: START_MS + 250 });
  const [record] = bench.signals();
  expect(record).toEqual({
    recordId: record?.recordId,
    vehicleId: CAR_A,
    observedAtMs: START_MS,
    receivedAtMs: START_MS + 250,
    seq: 7,
    source: 'vss-json',
    values: { [SPEED]: 88.5 },
  });
  expect(await bench.rows()).toEqual([
    {
      vehicleId: CAR_A,
      observedAtMs: START_MS,
      receivedAtMs: START_MS + 250,
      recordId: record?.recordId,
      values: { [SPEED]: 88.5 },
    },
  ]);
  expect(bench.rejects()).toEqual([]);
});

test('places never leave in clear, and open again for the driver’s warning', async () => {
  await bench.feed({ frame: at(0, { [LAT]: 61.498123, [LON]: 23.760954, [SPEED]: 50 }) });
  const [record] = bench.signals();
  const [row] = await bench.rows();
  expect(record?.values).toEqual({ [SPEED]: 50 });
  expect(row?.values).toEqual({ [SPEED]: 50 });
  expect(row?.places).toEqual(record?.places);
  expect(JSON.stringify([record, row])).not.toMatch(/61\.49|23\.76/);
  const { keyId = '', box = '' } = record?.places ?? {};
  const opened = registry.trust.reader('alert_driver').open(CAR_A, keyId, Buffer.from(box, 'base64url'));
  expect(opened.kind === 'opened' && JSON.parse(Buffer.from(opened.bytes).toString())).toEqual({
    [LAT]: 61.498123,
    [LON]: 23.760954,
  });
});

test('the id of a record does not depend on where the car was, and on everything else', async () => {
  const base = { [LAT]: 61.5, [LON]: 23.7, [SPEED]: 50 };
  await bench.feed(
    { frame: at(0, base) },
    { frame: at(0, { ...base, [LAT]: 61.6 }) },
    { frame: at(0, { [SPEED]: 50, [LON]: 23.7, [LAT]: 61.5 }) },
    { frame: at(0, { ...base, [SPEED]: 51 }) },
    { frame: at(1, base) },
    { frame: at(0, base, { seq: 0 }) },
    { frame: at(0, { [SPEED]: 50 }) },
    { frame: at(0, base), vehicleId: CAR_B },
  );
  const ids = bench.signals().map(({ recordId }) => recordId);
  expect(new Set(ids).size).toBe(6);
  expect(ids.filter((id) => id === ids[0])).toHaveLength(3);
});

test('what is refused is told with its reason, its path and where it can be read again', async () => {
  await bench.feed(
    { frame: at(0, { [SPEED]: 88 }) },
    { frame: at(1, { [SPEED]: 'fast', 'Vehicle.Warp': 9 }) },
  );
  const rejects = bench.rejects();
  for (const reject of rejects) rejectedRecord.parse(reject);
  const origin = { topic: TOPICS.raw.name, partition: expect.any(Number), offset: 1 };
  expect(rejects).toEqual([
    {
      reason: 'wrong-type',
      detail: 'wants a number, got string',
      vehicleId: CAR_A,
      format: 'vss-json',
      path: SPEED,
      receivedAtMs: START_MS,
      origin,
    },
    expect.objectContaining({ reason: 'unknown-signal', path: 'Vehicle.Warp', origin }),
  ]);
  expect(await bench.rows()).toHaveLength(1);
});

test('of a frame full of nonsense twenty refusals are told and the rest is counted', async () => {
  const signals = Object.fromEntries(Array.from({ length: 57 }, (_, index) => [`Vehicle.X${index}`, 1]));
  await bench.feed({ frame: at(0, signals) });
  expect(bench.rejects()).toHaveLength(21);
  expect(bench.rejects().at(-1)?.detail).toBe('and 37 more of the same frame');
});

test('a seal that cannot be opened is refused as such', async () => {
  const raw = {
    topic: TOPICS.raw.name,
    key: CAR_A,
    value: Buffer.from('rubbish that nobody sealed, long enough'),
  };
  const headers = { format: 'vss-json', receivedAtMs: String(START_MS) };
  await bench.bus.publish([
    { ...raw, headers: { ...headers, keyId: 'key_unknown' } },
    { ...raw, headers: { ...headers, format: 'morse', keyId: 'k' } },
    { ...raw, headers },
    { ...raw, key: 'nobody', headers: { ...headers, keyId: 'k' } },
    { ...raw, value: null, headers: { ...headers, keyId: 'k' } },
  ]);
  await bench.feed({ frame: at(0, { [SPEED]: 1 }) });
  expect(
    bench
      .rejects()
      .map(({ reason }) => reason)
      .toSorted(),
  ).toEqual(['bad-shape', 'bad-shape', 'bad-shape', 'bad-shape', 'unreadable-seal']);
  expect(await bench.rows()).toHaveLength(1);
});

test('a frame of a car whose keys were destroyed is refused, and others go on', async () => {
  await bench.feed({ frame: at(0, { [SPEED]: 1 }) });
  const sealed = await sealRaw(registry.trust, { frame: at(1, { [SPEED]: 2 }) });
  await registry.erase(CAR_A);
  await bench.bus.publish([sealed]);
  await bench.feed({ frame: at(2, { [SPEED]: 3 }), vehicleId: CAR_B });
  expect(bench.rejects()).toEqual([expect.objectContaining({ reason: 'unreadable-seal' })]);
  expect(await bench.rows(CAR_B)).toHaveLength(1);
});

test('a frame that only says that values are gone is published, and needs no row', async () => {
  await bench.feed({ frame: at(0, { [SPEED]: null }) });
  expect(bench.signals()[0]).toMatchObject({ values: {}, cleared: [SPEED] });
  expect(await bench.rows()).toEqual([]);
});

test('while a sink is down the batch waits, offsets stay, nothing is lost and it is said', async () => {
  for (const sink of ['beforeWrite', 'beforePublish'] as const) {
    faults[sink] = () => {
      throw new Error('no space left');
    };
    const raw = await sealRaw(registry.trust, { frame: at(sink === 'beforeWrite' ? 0 : 1, { [SPEED]: 5 }) });
    const [position] = await bench.bus.publish([raw]);
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(bench.ingest.readiness()).toMatchObject({ ready: false });
    expect(bench.ingest.isIdle()).toBe(false);
    const lag = await bench.bus.lag(INGEST_GROUP);
    const own = lag.find(
      ({ topic, partition }) => topic === position?.topic && partition === position.partition,
    );
    expect(own?.next).toBe(position?.offset);
    delete faults[sink];
    registry.clock.advanceTo(registry.clock.nowMs() + 120_000);
    await bench.settle();
    expect(bench.ingest.readiness()).toEqual({ ready: true });
  }
  expect(await bench.rows()).toHaveLength(2);
  expect(new Set(bench.signals().map(({ recordId }) => recordId)).size).toBe(2);
});

test('a crash between series and bus repeats the batch with the same ids', async () => {
  let isFirst = true;
  faults.beforePublish = () => {
    if (!isFirst) return;
    isFirst = false;
    throw new Error('crash');
  };
  const feeding = bench.feed({ frame: at(0, { [SPEED]: 5, [LAT]: 1, [LON]: 2 }) });
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  registry.clock.advanceTo(START_MS + 120_000);
  await feeding;
  const [row] = await bench.rows();
  expect(await bench.rows()).toHaveLength(1);
  expect(bench.signals().map(({ recordId }) => recordId)).toEqual([row?.recordId]);
});

test('a jump no car can make is marked, the way back is not, and a new place is believed the second time', async () => {
  const point = (offsetMs: number, lat: number) => ({ frame: at(offsetMs, { [LAT]: lat, [LON]: 23.7 }) });
  await bench.feed(
    point(0, 61.5),
    point(10_000, 63),
    point(20_000, 61.501),
    point(30_000, 65),
    point(40_000, 65.001),
  );
  expect(bench.signals().map(({ quality }) => quality?.[LAT])).toEqual([
    undefined,
    'suspect',
    undefined,
    'suspect',
    undefined,
  ]);
});

test('frames of ABRP and of our own meet in the same signals', async () => {
  await bench.feed(
    { format: 'abrp', frame: { utc: START_MS / 1000, speed: 50, power: 10, soc: 55 } },
    { frame: at(0, { [SPEED]: 50, 'Vehicle.Powertrain.TractionBattery.CurrentPower': -10_000 }) },
  );
  const [fromAbrp, native] = bench.signals();
  expect(fromAbrp?.values).toMatchObject(native?.values ?? {});
  expect([fromAbrp?.source, native?.source]).toEqual(['abrp', 'vss-json']);
});
