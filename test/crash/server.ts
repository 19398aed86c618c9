// The whole server as a process of its own, to be killed: all services on SQLite files in one folder. What it
// is told comes as JSON in its first argument; what it says is one JSON object per line on stdout.
import { createInterface } from 'node:readline';
import { openBus } from '@outrider/bus';
import { createLog } from '@outrider/runtime';
import { composeServices, readStandaloneSettings } from '@outrider/standalone';
import { openState } from '@outrider/state';
import { openTelemetry } from '@outrider/telemetry';
import { fastClock } from './fast-clock.ts';
import { sabotaged } from './sabotage.ts';
import { type ServerOptions, type ServerSays, urlsIn } from './server-process.ts';

const options = JSON.parse(process.argv[2] ?? '') as ServerOptions;
const clock = fastClock(options.baseMs, options.speed, options.shiftMs);
const log = createLog(options.logLevel);
const synchronous = options.sabotage === 'sync-off' ? 'off' : 'full';
const urls = urlsIn(options.folder);
const say = (said: ServerSays): void => void process.stdout.write(`${JSON.stringify(said)}\n`);

const composition = await composeServices({
  settings: readStandaloneSettings({
    BUS_URL: urls.bus,
    TELEMETRY_URL: urls.telemetry,
    STATE_URL: urls.state,
    GATEWAY_PORT: '0',
    API_PORT: '0',
    GATEWAY_FRAMES_PER_S: '1000000',
    GATEWAY_FRAMES_BURST: '1000000',
    SMTP_URL: options.smtpUrl,
    WEBHOOK_ALLOW_HTTP_LOOPBACK: 'true',
    API_ALLOW_HTTP_WEBHOOKS: 'true',
    // Every alert shall be told: what is held back on purpose could not be counted.
    THROTTLE: '9999/10m',
    MIN_GAP_MIN: '0',
    BUNDLE_WINDOW_S: '0',
  }),
  eventClock: clock,
  realClock: clock,
  log,
  chargers: [],
  weather: [],
  engines: async () =>
    sabotaged(
      {
        bus: await openBus(urls.bus, { clock, realClock: clock, log, synchronous }),
        telemetry: await openTelemetry(urls.telemetry, { log, synchronous }),
        state: await openState(urls.state, { log, realClock: clock, synchronous }),
      },
      options.sabotage,
    ),
});

/** A killed parent closes the pipe: nobody is left to answer to. */
const lines = createInterface({ input: process.stdin });
lines.on('close', () => process.exit(0));
lines.on('line', (line) => void obey(line).catch((error: unknown) => fail(error)));

async function obey(line: string): Promise<void> {
  if (line === 'idle') {
    await composition.idle(120_000 * options.speed);
    say({ kind: 'idle' });
  } else if (line === 'stop') {
    await composition.stop();
    process.exit(0);
  }
}

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}

try {
  await composition.start();
  const adminToken = await composition.adminToken();
  say({
    kind: 'ready',
    ...composition.addresses(),
    ...(adminToken === undefined ? {} : { adminToken }),
  });
} catch (error) {
  fail(error);
}
