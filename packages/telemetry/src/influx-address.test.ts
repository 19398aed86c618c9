import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isInfluxUrl, readInfluxUrl } from './influx-address.ts';

it.each([
  ['influxdb://host/fleet', 'http://host:8086', undefined],
  ['influxdbs://host:443/fleet', 'https://host:443', undefined],
  ['influxdb://u:p%3A%40%2F@127.0.0.1:9/fleet', 'http://127.0.0.1:9', `Basic ${btoa('u:p:@/')}`],
  ['influxdb://:a-token%3D%3D@[::1]:9/fleet', 'http://[::1]:9', 'Token a-token=='],
])('%s is %s', (url, httpUrl, authorization) => {
  expect(isInfluxUrl(url)).toBe(true);
  expect(readInfluxUrl(url)).toMatchObject({ httpUrl, authorization, database: 'fleet' });
});

it('parameters have defaults, and compression depends on whether there is a network in between', () => {
  const usual = { policy: undefined, org: '-', write: 'auto', timeoutMs: 10_000 };
  expect(readInfluxUrl('influxdb://localhost/f')).toMatchObject({ ...usual, isZipped: false });
  expect(readInfluxUrl('influxdb://far.example/f')).toMatchObject({ ...usual, isZipped: true });
  expect(readInfluxUrl('influxdb://h/f?policy=raw&org=o&write=v1&timeoutS=1.5&gzip=off')).toMatchObject({
    ...{ policy: 'raw', org: 'o', write: 'v1', timeoutMs: 1_500, isZipped: false },
  });
});

describe('a token in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'outrider-influx-'));
  const file = join(folder, 'token');
  const url = `influxdb://host/fleet?tokenFile=${encodeURIComponent(file)}`;
  afterAll(() => rmSync(folder, { recursive: true }));

  it('is read without what stands around it', () => {
    writeFileSync(file, 'secret==\n');
    expect(readInfluxUrl(url).authorization).toBe('Token secret==');
  });
  it.each([
    ['nothing', ' \n'],
    ['two lines', 'secret\nsecret'],
  ])('is refused when it holds %s', (_, text) => {
    writeFileSync(file, text);
    expect(() => readInfluxUrl(url)).toThrow(/^(?!.*secret)TELEMETRY_URL/);
  });
  it('is refused when it is not there, or beside a login', () => {
    expect(() => readInfluxUrl(`${url}-gone`)).toThrow('cannot be read');
    expect(() => readInfluxUrl(url.replace('//', '//u:p@'))).toThrow('login');
  });
});

it.each([
  ['no database', 'influxdb://u:secret@host'],
  ['a path of two', 'influxdb://u:secret@host/a/b'],
  ['a parameter nobody knows', 'influxdb://u:secret@host/f?polices=raw'],
  ['a value nobody knows', 'influxdb://u:secret@host/f?write=v9'],
  ['a time that is none', 'influxdb://u:secret@host/f?timeoutS=soon'],
  ['a time of nothing', 'influxdb://u:secret@host/f?timeoutS=0'],
  ['no host', 'influxdb:///f?secret'],
  ['a bare % in the password', 'influxdb://u:secret%zz@host/f'],
  ['what is no URL', 'influxdb://u:secret@ho st:x/f'],
])('%s is refused without repeating a secret', (_, url) => {
  expect(() => readInfluxUrl(url)).toThrow(/^(?!.*secret)TELEMETRY_URL/);
});
