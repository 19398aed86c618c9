import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@outrider/runtime';
import { freePort } from '../../infra/native/server-process.ts';
import type { EngineUrls } from '../proof/examine.ts';
import { RULE_ID } from '../proof/parked-car.ts';
import { ROOT } from '../repository/files.ts';
import { CHEATING, type Sabotage } from './sabotage.ts';
import { type ServiceName, type Supervised, supervise } from './supervised.ts';

/** Every service once, and those that share their work twice. */
const PROCESSES: readonly (readonly [name: string, service: ServiceName])[] = [
  ['api', 'api'],
  ['notifier', 'notifier'],
  ['predictor-1', 'predictor'],
  ['predictor-2', 'predictor'],
  ['world', 'world'],
  ['ingest-1', 'ingest'],
  ['ingest-2', 'ingest'],
  ['gateway', 'gateway'],
];

export interface Services {
  readonly all: readonly Supervised[];
  readonly gateway: string;
  readonly api: string;
  readonly adminToken: string;
  stop(): Promise<void>;
}

const READY_DEADLINE_MS = 90_000;

/** Starts every service from its own main.ts; each is started again whenever it is gone. */
export async function startServices(options: {
  readonly folder: string;
  readonly urls: EngineUrls;
  readonly smtpUrl: string;
  readonly sabotage: Sabotage | undefined;
}): Promise<Services> {
  const { folder, urls, sabotage } = options;
  mkdirSync(folder, { recursive: true });
  const ports = { gateway: await freePort(), api: await freePort(), push: await freePort() };
  const environment = {
    ...{ TELEMETRY_URL: urls.telemetry, STATE_URL: urls.state, LOG_LEVEL: 'warn' },
    ...{ GATEWAY_PORT: `${ports.gateway}`, API_PORT: `${ports.api}`, OCPI_PUSH_PORT: `${ports.push}` },
    ...{ GATEWAY_FRAMES_PER_S: '1000000', GATEWAY_FRAMES_BURST: '1000000', API_REQUESTS_PER_S: '1000' },
    ...{ SMTP_URL: options.smtpUrl, WEBHOOK_ALLOW_HTTP_LOOPBACK: 'true', API_ALLOW_HTTP_WEBHOOKS: 'true' },
    // Every alert shall be told: what is held back on purpose could not be counted.
    ...{ THROTTLE: '9999/10m', MIN_GAP_MIN: '0', BUNDLE_WINDOW_S: '0' },
    ...{ RULES_FOLDER: writeRules(join(folder, 'rules')), REORDER_WINDOW_S: '3' },
  };
  const all: Supervised[] = [];
  const stop = async (): Promise<void> => void (await Promise.all(all.map((one) => one.stop())));
  try {
    for (const [name, service] of PROCESSES) {
      const cheating = sabotage === undefined ? undefined : CHEATING[sabotage];
      const preload = cheating?.service === service ? cheating.preload : undefined;
      const own = { ...environment, BUS_URL: `${urls.bus}?member=${name}` };
      all.push(await supervise({ name, service, folder, environment: own, preload }));
    }
    await untilReady(all);
    const adminToken = /First admin token, shown this once: (\S+)/.exec(all[0]?.said() ?? '')?.[1];
    if (adminToken === undefined) throw new Error(`the API showed no admin token: ${all[0]?.said()}`);
    return {
      ...{ all, stop, adminToken },
      gateway: `http://127.0.0.1:${ports.gateway}`,
      api: `http://127.0.0.1:${ports.api}`,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilReady(all: readonly Supervised[]): Promise<void> {
  const endMs = systemClock.nowMs() + READY_DEADLINE_MS;
  for (const one of all)
    while (!(await one.isReady())) {
      if (systemClock.nowMs() > endMs) throw new Error(`${one.name} is not ready: ${one.said()}`);
      await systemClock.sleep(100);
    }
}

/** Less patience than the rule has that comes with Outrider: here nobody has a minute. */
const SHORTER = [
  ['parkedMinutes >= 10.0', 'parkedMinutes >= 0.0'],
  ['for: 60s', 'for: 5s'],
] as const;

/** The one rule whose alerts are counted, in a folder of its own with what belongs to it. */
function writeRules(folder: string): string {
  const from = join(ROOT, 'services/predictor/rules');
  mkdirSync(folder, { recursive: true });
  for (const name of ['thresholds.yaml', `${RULE_ID}.test.yaml`])
    cpSync(join(from, name), join(folder, name));
  const name = `${RULE_ID}.yaml`;
  let text = readFileSync(join(from, name), 'utf8');
  for (const [patient, short] of SHORTER) {
    if (!text.includes(patient)) throw new Error(`${name} has no "${patient}" any more`);
    text = text.replaceAll(patient, short);
  }
  writeFileSync(join(folder, name), text);
  return folder;
}
