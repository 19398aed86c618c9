import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BusRecord, openBus, TOPICS } from '@outrider/bus';
import { GEAR, SIGNAL } from '@outrider/domain';
import { createLog, readTraceparent, silentLog, systemClock } from '@outrider/runtime';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appointment, type CalendarDrive, calendarOf, startCalendarDrive } from './calendar-drive.fixture.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

let hook: Server;
let folder: string;
/** What the receiver of the webhook got. */
let calls: IncomingHttpHeaders[];
let logged: string;

beforeEach(async () => {
  [calls, logged] = [[], ''];
  folder = mkdtempSync(join(tmpdir(), 'outrider-trace-'));
  hook = createServer((request, response) => {
    calls.push(request.headers);
    response.end();
  }).listen(0, '127.0.0.1');
  await once(hook, 'listening');
});
afterEach(() => {
  hook.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Drives and parks, until the driver's webhook was called; every frame comes with these headers. */
async function driveUntilTold(headers: Record<string, string>): Promise<void> {
  const it: CalendarDrive = await startCalendarDrive(
    {
      ...{ WEBHOOK_ALLOW_HTTP_LOOPBACK: 'true', API_ALLOW_HTTP_WEBHOOKS: 'true' },
      BUS_URL: `sqlite:${join(folder, 'bus.db')}`,
    },
    {
      log: createLog('debug', {
        write(line: string) {
          logged += line;
        },
      }),
      headers,
    },
  );
  await it.call('PATCH', '/v1/people/me', {
    webhookUrl: `http://127.0.0.1:${(hook.address() as AddressInfo).port}/hook`,
    channels: ['feed', 'webhook'],
  });
  it.say(calendarOf(appointment('20260115T093000Z')));
  await it.addCalendar();
  await it.drive(300);
  for (let minute = 0; minute < 10 && calls.length === 0; minute++)
    await it.drive(60, { [SIGNAL.speed]: 0, [SIGNAL.gear]: GEAR.park });
  await it.stop();
}

const traceOf = (header: unknown): string | undefined =>
  readTraceparent(typeof header === 'string' ? header : undefined)?.traceId;

/** Every record of the log. */
async function readLog(): Promise<readonly BusRecord[]> {
  const bus = await openBus(`sqlite:${join(folder, 'bus.db')}`, { clock: systemClock, log: silentLog });
  const records: BusRecord[] = [];
  const reading = await bus.broadcast({
    topics: Object.values(TOPICS).map(({ name }) => name),
    start: 'earliest',
    handle: async (batch) => void records.push(...batch.records),
  });
  await reading.caughtUp;
  await bus.close();
  return records;
}

test("a caller's trace goes from its frame to the message it led to, and through every log", async () => {
  await driveUntilTold({ traceparent: `00-${TRACE}-00f067aa0ba902b7-01` });
  expect(calls).toHaveLength(1);
  const [called] = calls;
  expect(traceOf(called?.traceparent)).toBe(TRACE);
  const records = await readLog();
  for (const topic of [TOPICS.raw, TOPICS.signals, TOPICS.alerts, TOPICS.notifications]) {
    const traces = records
      .filter((one) => one.topic === topic.name)
      .map((one) => traceOf(one.headers.traceparent));
    expect(traces.length, topic.name).toBeGreaterThan(0);
    expect(new Set(traces), topic.name).toEqual(new Set([TRACE]));
  }
  for (const topic of [TOPICS.conditions, TOPICS.forecasts]) {
    const newest = records.findLast((one) => one.topic === topic.name);
    expect(traceOf(newest?.headers.traceparent), topic.name).toBe(TRACE);
  }
  const lines = logged.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  const said = new Set(lines.filter(({ traceId }) => traceId === TRACE).map(({ msg }) => msg));
  expect(said).toEqual(
    new Set([
      'frames are in the log',
      'frames are in the series and on the bus',
      'the world was looked at',
      'an alert is on its way',
      'a message was tried',
    ]),
  );
});

test('who sends nonsense gets a trace of its own for each frame, and its message one of those', async () => {
  await driveUntilTold({ traceparent: `ff-${TRACE}-00f067aa0ba902b7-01` });
  const records = await readLog();
  const traces = records
    .filter(({ topic }) => topic === TOPICS.raw.name)
    .map(({ headers }) => traceOf(headers.traceparent));
  expect(traces).not.toContain(TRACE);
  expect(traces).not.toContain(undefined);
  expect(new Set(traces).size).toBe(traces.length);
  expect(traces).toContain(traceOf(calls[0]?.traceparent));
});
