import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { factCatalogue, loadRules, OWN_RULES } from '@outrider/predictor';
import { type Clock, silentLog, systemClock } from '@outrider/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { type Composition, composeServices } from '../compose.ts';
import { apiClient } from '../demo/api-client.ts';
import { type Mailbox, openMailbox } from '../demo/mailbox.ts';
import { readStandaloneSettings } from '../settings.ts';
import { expectedOf } from './expected.ts';
import type { CanaryCommand } from './read-command.ts';
import { runCanary } from './run.ts';

// All services on loopback, and a canary that knows nothing of them but their doors.

/** An address that somebody else holds. */
interface Receiver {
  readonly url: string;
  readonly bodies: string[];
  readonly server: Server;
}

async function receive(onBody: (body: string) => Promise<unknown> = async () => {}): Promise<Receiver> {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    bodies.push(body);
    await onBody(body);
    response.writeHead(200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies, server };
}

const newPerson = z.object({ token: z.string() });
const CHANNELS = ['feed', 'email', 'webhook'] as const;

let folder: string;
let mailbox: Mailbox;
let composition: Composition;
let receivers: { readonly pages: Receiver; readonly alive: Receiver; readonly calls: Receiver };
let command: { -readonly [K in keyof CanaryCommand]: CanaryCommand[K] };
/** Where the holder of the webhook's address tells of what came; undefined: it says yes and keeps it. */
let arrivalsUrl: string | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'outrider-canary-'));
  mailbox = await openMailbox(systemClock);
  const forward = async (body: string) =>
    arrivalsUrl === undefined ? undefined : fetch(arrivalsUrl, { method: 'POST', body });
  receivers = { pages: await receive(), alive: await receive(), calls: await receive(forward) };
  composition = await composeServices({
    settings: readStandaloneSettings({
      ...{ BUS_URL: 'memory:', TELEMETRY_URL: 'memory:', STATE_URL: 'memory:', SMTP_URL: mailbox.url },
      ...{
        GATEWAY_PORT: '0',
        API_PORT: '0',
        REORDER_WINDOW_S: '0',
        WEBHOOK_ALLOW_HTTP_LOOPBACK: 'true',
        API_ALLOW_HTTP_WEBHOOKS: 'true',
      },
    }),
    ...{ eventClock: systemClock, realClock: systemClock, log: silentLog, chargers: [], weather: [] },
  });
  await composition.start();
  const { api, gateway } = composition.addresses();
  const admin = apiClient(api, (await composition.adminToken()) ?? '');
  const { token } = await admin.ask('POST', '/v1/people', newPerson, {
    ...{ name: 'Whoever looks after warnings', role: 'driver', units: 'metric', timeZone: 'UTC' },
    ...{ email: 'canary@example.org', webhookUrl: receivers.calls.url, channels: CHANNELS },
  });
  const keep = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  command = {
    ...{ kind: 'canary', apiUrl: api, gatewayUrl: gateway, tokenFile: keep('token', `${token}\n`) },
    ...{ pageFile: keep('page', receivers.pages.url), aliveFile: keep('alive', receivers.alive.url) },
    ...{ proven: ['webhook'], everyMin: 5, withinS: 30, host: '127.0.0.1', port: 0, arrivalsPort: 0 },
    isOnce: false,
  };
}, 60_000);
afterAll(async () => {
  await composition.stop();
  await mailbox.close();
  for (const { server } of Object.values(receivers)) server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A canary whose rounds follow each other when the test says so. */
function begin(rulesFolder: string) {
  const stop = new AbortController();
  let resting = Promise.withResolvers<void>();
  let waking = Promise.withResolvers<void>();
  const realClock: Clock = {
    ...systemClock,
    sleep(delayMs, signal) {
      if (delayMs < 60_000) return systemClock.sleep(delayMs, signal);
      resting.resolve();
      return waking.promise;
    },
  };
  let said = '';
  const ended = runCanary(command, rulesFolder, {
    ...{ realClock, log: silentLog, signal: stop.signal, setUp: ['feed', 'sms'] as const },
    stdout: (text) => {
      said += text;
      arrivalsUrl = /POST (\S+)\/arrived/.exec(said)?.[1]?.concat('/arrived/webhook');
    },
  });
  return {
    round: () => Promise.race([resting.promise, ended]),
    next(withinS: number) {
      command.withinS = withinS;
      resting = Promise.withResolvers();
      const asleep = waking;
      waking = Promise.withResolvers();
      asleep.resolve();
      return Promise.race([resting.promise, ended]);
    },
    health: () => /(http\S+)\/readyz/.exec(said)?.[1] ?? '',
    async stop() {
      stop.abort();
      waking.resolve();
      await ended;
    },
  };
}

const pagesOf = () =>
  receivers.pages.bodies.map((body): { event: string; missing: string[]; dedupKey: string } =>
    JSON.parse(body),
  );
const readiness = async (url: string) => (await fetch(`${url}/readyz`)).json();

test('silent while all arrives, one page when a channel swallows, a note when it works again', async () => {
  const expected = expectedOf(await loadRules(OWN_RULES, factCatalogue), CHANNELS);
  const aloud = expected.filter(({ channel }) => channel === 'webhook').map(({ ruleId }) => ruleId);
  const canary = begin(OWN_RULES);
  try {
    await canary.round();
    expect(pagesOf()).toEqual([]);
    expect(receivers.alive.bodies).toHaveLength(1);
    expect(await readiness(canary.health())).toEqual({ status: 'ready' });
    expect(mailbox.mails).toHaveLength(aloud.length);
    for (const { subject, text } of mailbox.mails) expect(`${subject} ${text}`).toContain('Canary: ');

    const forwards = arrivalsUrl;
    arrivalsUrl = undefined;
    await canary.next(7);
    await canary.next(7);
    const [page, ...more] = pagesOf();
    expect(more).toEqual([]);
    expect(page).toMatchObject({ event: 'trigger', dedupKey: 'outrider-canary' });
    expect(page?.missing.toSorted()).toEqual(aloud.map((ruleId) => `${ruleId} by webhook`).toSorted());
    expect(receivers.alive.bodies).toHaveLength(1);
    expect(await readiness(canary.health())).toMatchObject({ status: 'not-ready', why: expect.any(String) });

    arrivalsUrl = forwards;
    await canary.next(30);
    expect(pagesOf().map(({ event }) => event)).toEqual(['trigger', 'resolve']);
    expect(receivers.alive.bodies).toHaveLength(2);
    const metrics = await (await fetch(`${canary.health()}/metrics`)).text();
    expect(metrics).toContain(`canary_expected ${expected.length}`);
    // SMS are set up there, and the canary's person has not switched them on.
    expect(metrics).toContain('canary_untried_channels 1');
  } finally {
    await canary.stop();
  }
}, 120_000);

test('a rule that the server lacks is paged, and a server whose predictor is gone', async () => {
  receivers.pages.bodies.splice(0);
  const rules = join(folder, 'rules');
  cpSync(OWN_RULES, rules, { recursive: true });
  for (const name of ['cold-battery.yaml', 'cold-battery.test.yaml']) {
    const text = readFileSync(join(rules, name), 'utf8').replace('id: cold-battery', 'id: brand-new');
    writeFileSync(join(rules, name.replace('cold-battery', 'brand-new')), text);
  }
  command.withinS = 8;
  const canary = begin(rules);
  try {
    await canary.round();
    // A card goes to the feed alone.
    expect(pagesOf()).toMatchObject([{ event: 'trigger', missing: ['brand-new by feed'] }]);

    await composition.apps.find(({ name }) => name === 'predictor')?.stop();
    await canary.next(2);
    const all = expectedOf(await loadRules(rules, factCatalogue), CHANNELS);
    expect(pagesOf()).toHaveLength(2);
    expect(pagesOf()[1]?.missing).toHaveLength(all.length);
  } finally {
    await canary.stop();
  }
}, 120_000);

/** One round alone. */
const once = (
  change: Partial<CanaryCommand>,
  rulesFolder = OWN_RULES,
  signal = new AbortController().signal,
) =>
  runCanary({ ...command, isOnce: true, ...change }, rulesFolder, {
    ...{ realClock: systemClock, log: silentLog, stdout: () => {}, signal, setUp: [] },
  });

test('a server that is not there is paged too, and one round alone ends with what came of it', async () => {
  receivers.pages.bodies.splice(0);
  expect(await once({ apiUrl: 'http://127.0.0.1:9' })).toBe(false);
  expect(pagesOf()).toMatchObject([
    { event: 'trigger', missing: [expect.stringContaining('a whole round')] },
  ]);
});

test('a canary that tries nothing does not look like one that finds nothing', async () => {
  receivers.pages.bodies.splice(0);
  const rules = join(folder, 'rules-off');
  cpSync(OWN_RULES, rules, { recursive: true });
  writeFileSync(
    join(rules, 'modes.yaml'),
    "all: { mode: off, by: somebody, why: 'for a test of the canary' }\n",
  );
  expect(await once({}, rules)).toBe(false);
  expect(pagesOf()).toMatchObject([{ missing: [expect.stringContaining('anything')] }]);
});

test('stopped in the middle of a round it ends, and pages nobody', async () => {
  receivers.pages.bodies.splice(0);
  // The predictor is gone: nothing would arrive for an hour.
  const stop = new AbortController();
  const ended = once({ withinS: 3_600, isOnce: false }, OWN_RULES, stop.signal);
  await systemClock.sleep(500);
  stop.abort();
  await ended;
  expect(pagesOf()).toEqual([]);
}, 20_000);

test('an api that takes the question and never answers is given up', async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  await expect(apiClient(url, 'token', 50).ask('GET', '/', z.unknown())).rejects.toThrow();
  silent.closeAllConnections();
  silent.close();
});
