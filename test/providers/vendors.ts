import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@outrider/runtime';
import type { Scenario } from '@outrider/standalone';
import type { Fault } from './faults.ts';
import { ocpiAnswer } from './wire-chargers.ts';
import { osrmAnswer, valhallaAnswer } from './wire-road.ts';
import { metNorwayAnswer, openMeteoAnswer, truthOf } from './wire-weather.ts';

// The world's vendors on loopback: they know what is true of the drive, and fail when they are told to.

export type VendorName = 'open-meteo' | 'met-norway' | 'valhalla' | 'osrm' | 'ocpi';

export interface Vendors {
  readonly urls: Readonly<Record<VendorName, string>>;
  /** Questions heard, and how many of them met a fault. */
  readonly heard: Readonly<Record<VendorName, { questions: number; faults: number }>>;
  close(): Promise<void>;
}

export interface VendorOptions {
  readonly scenario: Scenario;
  /** Of the drive. */
  readonly clock: Clock;
  /** What is wrong with this vendor now; undefined: nothing. */
  readonly faultOf: (name: VendorName) => Fault | undefined;
}

const STALE_MS = 72 * 3_600_000;

interface Question {
  readonly url: URL;
  readonly body: string;
  readonly nowMs: number;
  readonly ageMs: number;
}

interface Reply {
  readonly status?: number;
  readonly body: unknown;
}

type Answering = (question: Question) => Reply | Promise<Reply>;

export async function openVendors({ scenario, clock, faultOf }: VendorOptions): Promise<Vendors> {
  const heard = {} as Record<VendorName, { questions: number; faults: number }>;
  const servers: Server[] = [];
  const urls = {} as Record<VendorName, string>;
  for (const [name, answer] of Object.entries(answersOf(scenario)) as [VendorName, Answering][]) {
    const counts = { questions: 0, faults: 0 };
    heard[name] = counts;
    const server = createServer((request, response) => {
      const fault = faultOf(name);
      counts.questions += 1;
      if (fault !== undefined) counts.faults += 1;
      void serve(request, response, answer, { fault, nowMs: clock.nowMs(), turn: counts.faults });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    urls[name] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  return {
    urls,
    heard,
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

function answersOf(scenario: Scenario): Record<VendorName, Answering> {
  const truth = truthOf(scenario);
  const parameters = ({ url, body }: Question) =>
    body === '' ? url.searchParams : new URLSearchParams(body);
  return {
    'open-meteo': async (asked) => ({ body: await openMeteoAnswer(truth, parameters(asked), asked) }),
    'met-norway': async (asked) => ({ body: await metNorwayAnswer(truth, parameters(asked), asked) }),
    valhalla: ({ url, body }) => valhallaAnswer(scenario, url.pathname, body),
    osrm: ({ url }) => ({ body: osrmAnswer(scenario, url.pathname) }),
    ocpi: (asked) => ({ body: ocpiAnswer(scenario.chargers, asked) }),
  };
}

/** 200 and nonsense: the wrong shape, half a sentence, a page for people. */
const GARBAGE = [
  '{"error":true,"reason":"Something went wrong","data":[null]}',
  '{"hourly":{"time":[1,',
  '<html>Hello',
];

interface Serving {
  readonly fault: Fault | undefined;
  readonly nowMs: number;
  readonly turn: number;
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answering,
  { fault, nowMs, turn }: Serving,
): Promise<void> {
  if (fault === 'down') return void request.socket.destroy();
  // Headers in time, a first byte, and never an end.
  if (fault === 'slow')
    return void response.writeHead(200, { 'content-type': 'application/json' }).write('{');
  if (fault === 'garbage') return end(response, 200, GARBAGE[turn % GARBAGE.length] ?? '');
  if (fault === 'failing') return end(response, 503, 'upstream connect error');
  if (fault === 'limited') return end(response, 429, '{"reason":"Too many requests"}');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const reply = await answer({
    url: new URL(request.url ?? '/', 'http://vendor'),
    body: Buffer.concat(chunks).toString('utf8'),
    nowMs,
    ageMs: fault === 'stale' ? STALE_MS : 0,
  });
  end(response, reply.status ?? 200, JSON.stringify(reply.body));
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(text);
}
