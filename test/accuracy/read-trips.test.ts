import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { orderTrips, readTrips, UnusableFolder } from './read-trips.ts';
import { makeTrip, writeLog } from './trip.fixture.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-trips-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const put = (name: string, text: string): void => {
  const bytes = Buffer.from(text, 'latin1');
  writeFileSync(join(folder, name), name.endsWith('.gz') ? gzipSync(bytes) : bytes);
};
const TEXT = writeLog(200);
const OVERVIEW = 'trip,started_at_local,weather,note,target_cabin_temp_c\n';

describe('a folder of trips', () => {
  test('is read packed or not, with its notes, in the order of time', async () => {
    put('TripA01.csv', TEXT);
    put('TripA02.csv.gz', TEXT);
    put('overview.csv', `${OVERVIEW}TripA01,2019-06-26-10-00,,,\nTripA02,2019-06-25-10-00,,+80 kg,\n`);
    const { trips, problems } = await readTrips(folder);
    expect(trips.map(({ name, payloadKg }) => [name, payloadKg])).toEqual([
      ['TripA02', 80],
      ['TripA01', null],
    ]);
    expect(problems).toEqual([]);
  });
  test('needs no overview, and other files do not matter', async () => {
    put('TripB1.csv', TEXT);
    put('README.md', '# Trips');
    put('Overview.xlsx', 'PK');
    const { trips, problems } = await readTrips(folder);
    expect(trips.map(({ name, note }) => [name, note])).toEqual([['TripB1', '']]);
    expect(problems).toEqual([]);
  });
  test('tells its progress', async () => {
    put('TripA01.csv', TEXT);
    const seen: string[] = [];
    await readTrips(folder, (file) => seen.push(file));
    expect(seen).toEqual(['TripA01.csv']);
  });
});

describe('what is wrong is said, and the rest is used', () => {
  const read = async () => {
    const { trips, dropped, problems } = await readTrips(folder);
    return { names: trips.map(({ name }) => name), dropped: dropped.map(({ name }) => name), problems };
  };
  beforeEach(() => put('TripA01.csv', TEXT));
  test('a file that is no trip', async () => {
    put('other.csv', 'a;b\n1;2\n');
    const { names, problems } = await read();
    expect(names).toEqual(['TripA01']);
    expect(problems).toEqual([expect.stringMatching(/^other\.csv:1.*left out$/)]);
  });
  test('a file that is not what it is called', async () => {
    writeFileSync(join(folder, 'TripA02.csv.gz'), 'not packed');
    expect((await read()).problems).toEqual([expect.stringMatching(/^TripA02\.csv\.gz.*left out$/)]);
  });
  test('a trip twice', async () => {
    put('TripA01.csv.gz', TEXT);
    const { names, problems } = await read();
    expect(names).toEqual(['TripA01']);
    expect(problems).toEqual([expect.stringMatching(/^TripA01\.csv\.gz: left out/)]);
  });
  test('a trip of which too little is left', async () => {
    put('TripA02.csv', writeLog(100));
    expect(await read()).toEqual({ names: ['TripA01'], dropped: ['TripA02'], problems: [] });
  });
  test('an overview that is broken, or without a line', async () => {
    put('overview.csv', 'trip\nTripA01\n');
    expect((await read()).problems).toEqual([expect.stringMatching(/^overview\.csv:1/)]);
    put('overview.csv', `${OVERVIEW}TripA09,,,,\n`);
    expect((await read()).problems).toEqual([expect.stringContaining('TripA01')]);
  });
});

describe('a folder without a trip is refused', () => {
  test('with nothing in it', async () => {
    await expect(readTrips(folder)).rejects.toThrow(UnusableFolder);
  });
  test('with nothing but broken files, each with its reason', async () => {
    put('other.csv', 'a;b\n');
    await expect(readTrips(folder)).rejects.toThrow('other.csv:1');
  });
  test('that is not there, or not a folder', async () => {
    put('TripA01.csv', TEXT);
    await expect(readTrips(join(folder, 'gone'))).rejects.toThrow(UnusableFolder);
    await expect(readTrips(join(folder, 'TripA01.csv'))).rejects.toThrow(UnusableFolder);
  });
});

describe('the order of trips', () => {
  const trip = (name: string, startedAtMs: number | null) => makeTrip({ name, kwhPerKm: 0.15, startedAtMs });
  const names = (trips: Parameters<typeof orderTrips>[0]) => orderTrips(trips).map(({ name }) => name);
  test('is by time', () => {
    expect(names([trip('A2', 3), trip('B1', 1), trip('A1', 2)])).toEqual(['B1', 'A1', 'A2']);
  });
  test('is by name and number when a time is missing', () => {
    expect(names([trip('B1', 1), trip('A10', 2), trip('A9', null)])).toEqual(['A9', 'A10', 'B1']);
  });
});
