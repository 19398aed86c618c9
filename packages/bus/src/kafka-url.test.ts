import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readKafkaUrl } from './kafka-url.ts';

const folder = mkdtempSync(join(tmpdir(), 'outrider-kafka-'));
const ca = join(folder, 'ca.pem');
writeFileSync(ca, 'a certificate');
afterAll(() => rmSync(folder, { recursive: true }));

describe('a kafka URL', () => {
  it('needs only brokers', () => {
    expect(readKafkaUrl('kafka://a:9092,b.example:9093,[::1]:9094')).toEqual({
      brokers: ['a:9092', 'b.example:9093', '[::1]:9094'],
      prefix: '',
      tls: undefined,
      sasl: undefined,
      compression: 'zstd',
      lingerMs: 10,
      member: undefined,
    });
  });

  it('takes a login, a prefix, certificates and how to write', () => {
    const url = `kafka://me:p%40ss:word@a:1/fleet.?tls=on&ca=${ca}&sasl=plain&compression=gzip&lingerMs=0&member=ingest-1`;
    expect(readKafkaUrl(url)).toEqual({
      brokers: ['a:1'],
      prefix: 'fleet.',
      tls: { ca: 'a certificate', cert: undefined, key: undefined },
      sasl: { mechanism: 'plain', username: 'me', password: 'p@ss:word' },
      compression: 'gzip',
      lingerMs: 0,
      member: 'ingest-1',
    });
  });

  it.each([
    ['no broker', 'kafka://'],
    ['a broker without port', 'kafka://a'],
    ['an empty broker', 'kafka://a:1,,b:2'],
    ['a prefix that is no name', 'kafka://a:1/x/y'],
    ['a parameter that does not exist', 'kafka://secret:secret@a:1?ssl=on'],
    ['a mechanism that does not exist', 'kafka://secret:secret@a:1?sasl=md5'],
    ['a codec that is not written', 'kafka://a:1?compression=lz4'],
    ['too long a wait', 'kafka://a:1?lingerMs=1001'],
    ['a wait that is no number', 'kafka://a:1?lingerMs=-1'],
    ['a member without a name', 'kafka://a:1?member='],
    ['certificates without TLS', `kafka://a:1?ca=${ca}`],
    ['a user without password', 'kafka://secret@a:1'],
    ['a password that is not encoded', 'kafka://secret:%zz@a:1'],
  ])('is refused with %s, and never told', (_, url) => {
    expect(() => readKafkaUrl(url)).toThrow(/kafka URL/);
    expect(() => readKafkaUrl(url)).not.toThrow(/secret/);
  });
});
