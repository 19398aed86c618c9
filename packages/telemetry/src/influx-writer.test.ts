import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { type Log, silentLog, systemClock } from '@outrider/runtime';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readInfluxUrl } from './influx-address.ts';
import { InfluxWriter, type RefusedRows } from './influx-writer.ts';
import { openTelemetry } from './open.ts';

/** What the server does with one write. `undefined`: cuts the connection. */
type Answer = { readonly status: number; readonly text?: string } | undefined;

const TAKEN = { status: 204 };
let version = '1.6.7';
let answer: (body: string, attempt: number) => Answer;
let asked: { readonly url: string; readonly body: string; readonly login: string | undefined }[];
let server: Server;
let url: string;

beforeEach(async () => {
  version = '1.6.7';
  asked = [];
  answer = () => TAKEN;
  server = createServer(reply).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `influxdb://u:p@127.0.0.1:${(server.address() as AddressInfo).port}/fleet`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

async function reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/ping') return void response.writeHead(204, { 'x-influxdb-version': version }).end();
  const bytes = Buffer.concat(await Array.fromAsync(request));
  const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
  asked.push({ url: request.url ?? '', body, login: request.headers.authorization });
  const answered = answer(body, asked.length);
  if (answered === undefined) return void request.socket.destroy();
  response.writeHead(answered.status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: answered.text ?? '' }));
}

interface Told {
  readonly refused: RefusedRows[];
  readonly logged: string[];
}

function writer(parameters = ''): { readonly write: (rows: string[]) => Promise<void> } & Told {
  const refused: RefusedRows[] = [];
  const logged: string[] = [];
  const note = (fields: object, message: string) => void logged.push(JSON.stringify([fields, message]));
  const log: Log = { ...silentLog, warn: note, error: note };
  const address = readInfluxUrl(`${url}${parameters}`);
  const realClock = { ...systemClock, sleep: async () => {} };
  const signal = new AbortController().signal;
  const one = new InfluxWriter({
    address,
    tries: { log, realClock, random: () => 0, signal },
    onRefused: (what) => refused.push(what),
  });
  return { write: (rows) => one.write(rows), refused, logged };
}

const rows = (count: number) => Array.from({ length: count }, (_, index) => `m v=${index} ${index}`);

describe('where rows are sent to', () => {
  const LOGIN = `Basic ${btoa('u:p')}`;
  it.each([
    ['1.6.7~rc0', '', '/write?db=fleet&precision=ns'],
    ['1.8.10', '', '/api/v2/write?org=-&bucket=fleet&precision=ns'],
    ['v2.7.12', '?policy=raw&org=o', '/write?db=fleet&rp=raw&precision=ns'],
    ['3.1.0', '', '/api/v2/write?org=-&bucket=fleet&precision=ns'],
    ['', '?policy=raw', '/write?db=fleet&rp=raw&precision=ns'],
    ['v2.7.12', '?write=v1', '/write?db=fleet&precision=ns'],
    ['1.6.7', '?write=v2', '/api/v2/write?org=-&bucket=fleet&precision=ns'],
  ])('a server of version %j, asked with a login and %j', async (is, parameters, path) => {
    version = is;
    await writer(parameters).write(rows(1));
    expect(asked).toEqual([{ url: path, body: 'm v=0 0', login: LOGIN }]);
  });

  it.each([
    ['1.6.7~rc0', '', '/write?db=fleet&precision=ns'],
    ['v2.7.12', '?policy=raw&org=o', '/api/v2/write?org=o&bucket=fleet%2Fraw&precision=ns'],
    ['v2.7.12', '?write=v1', '/write?db=fleet&precision=ns'],
  ])('a server of version %j, asked with a token and %j', async (is, parameters, path) => {
    version = is;
    url = url.replace('u:p@', ':t@');
    await writer(parameters).write(rows(1));
    expect(asked).toEqual([{ url: path, body: 'm v=0 0', login: 'Token t' }]);
  });
});

describe('rows', () => {
  it('go in few requests, whole and in order, compressed when asked', async () => {
    const many = rows(12_000);
    await writer('?gzip=on').write(many);
    expect(asked).toHaveLength(3);
    expect(asked.flatMap(({ body }) => body.split('\n'))).toEqual(many);
  });

  it('none at all ask for nothing', async () => {
    await writer().write([]);
    expect(asked).toEqual([]);
  });

  it.each<[string, Answer]>([
    ['an error of the server', { status: 500, text: 'write failed' }],
    ['a proxy without a server', { status: 503 }],
    ['a cut connection', undefined],
    ['too many requests', { status: 429 }],
    ['a refusal that says nothing about rows', { status: 400, text: 'database is required' }],
  ])('are sent again, as they are, after %s', async (_, trouble) => {
    answer = (_body, attempt) => (attempt <= 2 ? trouble : TAKEN);
    const { write, refused } = writer();
    await write(rows(3));
    expect(asked.map(({ body }) => body)).toEqual(Array.from({ length: 3 }, () => rows(3).join('\n')));
    expect(refused).toEqual([]);
  });

  it('are sent again when no answer comes in time', async () => {
    const never = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(never, 'listening');
    url = `influxdb://127.0.0.1:${(never.address() as AddressInfo).port}/fleet`;
    await expect(writer('?write=v1&timeoutS=0.05').write(rows(1))).rejects.toThrow('RequestTimedOutError');
    never.closeAllConnections();
    never.close();
  });

  it.each([
    [401, 'login'],
    [404, 'no such database'],
    [500, '500'],
  ])(
    'make the caller wait and then fail on %d for ever, without saying what they hold',
    async (status, why) => {
      answer = (body) => ({ status, text: body });
      const { write, logged, refused } = writer();
      const error = await write(['m secret=1 1']).then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      expect(error?.message).toContain(why);
      expect(asked).toHaveLength(5);
      expect(JSON.stringify([error?.stack, logged])).not.toContain('secret');
      expect(refused).toEqual([]);
    },
  );
});

describe('rows that are refused', () => {
  const isBad = (line: string) => / v=(3|17|18) /.test(line);

  /** Like 1.x: what is good is stored, and the answer says how many lines were not. */
  function partly(text: string, stored: Set<string>): (body: string) => Answer {
    return (body) => {
      const lines = body.split('\n');
      for (const line of lines) if (!isBad(line)) stored.add(line);
      const dropped = lines.filter(isBad).length;
      return dropped === 0 ? TAKEN : { status: 400, text: `partial write: ${text} dropped=${dropped}` };
    };
  }

  it.each([
    ['field type conflict: input field "v"', 'type-conflict'],
    ['points beyond retention policy', 'beyond-retention'],
    ['unable to parse', 'unparsable'],
    ['max-values-per-tag limit exceeded', 'limit-reached'],
  ])('for "%s" are found, counted and told; all others are stored', async (text, reason) => {
    const stored = new Set<string>();
    answer = partly(text, stored);
    const { write, refused } = writer();
    await write(rows(20));
    expect(refused).toEqual([{ reason, rows: 3 }]);
    expect(stored.size).toBe(17);
    expect(asked.filter(({ body }) => body === rows(20).join('\n'))).toHaveLength(1);
  });

  it('are found by a server that takes all of a request or nothing', async () => {
    const stored = new Set<string>();
    answer = (body) => {
      const lines = body.split('\n');
      if (lines.some(isBad)) return { status: 422, text: 'unable to parse' };
      for (const line of lines) stored.add(line);
      return TAKEN;
    };
    const { write, refused } = writer();
    await write(rows(20));
    expect(refused).toEqual([{ reason: 'unparsable', rows: 3 }]);
    expect(stored.size).toBe(17);
  });

  it('all of them, are not looked for one by one', async () => {
    answer = (body) => ({
      ...{
        status: 400,
        text: `partial write: points beyond retention policy dropped=${body.split('\n').length}`,
      },
    });
    const { write, refused } = writer();
    await write(rows(1_000));
    expect(asked).toHaveLength(1);
    expect(refused).toEqual([{ reason: 'beyond-retention', rows: 1_000 }]);
  });

  it('are counted once, although the server went away before all others were stored', async () => {
    const stored = new Set<string>();
    const part = partly('unable to parse', stored);
    answer = (body, attempt) => (attempt > 4 && attempt <= 9 ? { status: 503 } : part(body));
    const { write, refused } = writer();
    await expect(write(rows(20))).rejects.toThrow('503');
    expect(refused).toEqual([]);
    await write(rows(20));
    expect(refused).toEqual([{ reason: 'unparsable', rows: 3 }]);
    expect(stored.size).toBe(17);
  });

  it('for their size are those that are too large alone', async () => {
    answer = (body) => (body.length > 40 ? { status: 413 } : TAKEN);
    const { write, refused } = writer();
    await write([...rows(6), `m v="${'x'.repeat(60)}" 9`]);
    expect(refused).toEqual([{ reason: 'too-large', rows: 1 }]);
    const taken = asked.filter(({ body }) => body.length <= 40).flatMap(({ body }) => body.split('\n'));
    expect(new Set(taken)).toEqual(new Set(rows(6)));
  });
});

it('a ping tells a server that answers from one that is away', async () => {
  const series = await openTelemetry(url, { log: silentLog });
  await series.ping();
  server.close();
  server.closeAllConnections();
  await expect(series.ping()).rejects.toThrow('cannot be reached');
  await series.close();
});
