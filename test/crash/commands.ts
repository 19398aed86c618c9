import type { Clock } from '@outrider/runtime';
import { z } from 'zod';
import { ask, registerFleet } from '../proof/fleet.ts';
import type { Finding } from '../proof/promises.ts';
import { fastClock } from './fast-clock.ts';
import { type HeatedCar, heatedCar } from './heated-car.ts';
import type { KillsReport } from './kills.ts';
import type { Sabotage } from './sabotage.ts';
import { type ServerProcess, startServer } from './server-process.ts';

export interface CommandKillsOptions {
  readonly folder: string;
  readonly kills: number;
  readonly random: () => number;
  readonly realClock: Clock;
  readonly sabotage?: Sabotage;
  readonly onProgress: (done: number, text: string) => void;
}

const CARS = 4;
const SPEED = 10;
/** Event time: as long as may be asked for, so that no command runs out while the server is down. */
const EXPIRES_AFTER_MS = 119 * 60_000;
/** Real time from asking to the kill. */
const ALIVE_SPAN_MS = 400;
const DRAIN_DEADLINE_MS = 20_000;

/** What was asked, as the api answered it, with its newest state there. */
type Asked = Map<string, { readonly vehicleId: string; state: string }>;

const view = z.object({ commandId: z.string(), state: z.string() });
const list = z.object({ commands: z.array(view) });

/** Kills the server between a command and the car's answer, over and over, then asks what became of each. */
export async function runCommandKills(options: CommandKillsOptions): Promise<KillsReport> {
  const { folder, kills, random, realClock, sabotage } = options;
  const baseMs = realClock.nowMs();
  const clock = fastClock(baseMs, SPEED);
  const server = {
    ...{ folder, baseMs, speed: SPEED, smtpUrl: 'smtp://127.0.0.1:9', logLevel: 'error' as const },
    ...(sabotage !== undefined && { sabotage }),
  };
  const asked: Asked = new Map();
  let running: ServerProcess | undefined = await startServer(server);
  let cars: readonly HeatedCar[] = [];
  let unanswered = 0;
  try {
    cars = await register(running, clock, options);
    for (const one of cars) one.connect(running.gateway);
    for (let kill = 0; kill < kills; kill++) {
      for (const one of cars) await askAgain(running.api, one, asked, clock);
      await realClock.sleep(random() * ALIVE_SPAN_MS);
      unanswered += asked.size - cars.reduce((sum, one) => sum + one.acked.size, 0);
      await running.kill();
      running = undefined;
      for (const one of cars) one.disconnect();
      running = await startServer(server);
      for (const one of cars) one.connect(running.gateway);
      options.onProgress(kill + 1, `${asked.size} commands`);
    }
    await drain(running.api, cars, asked, realClock);
    return reportOf({ kills, cars, asked, unanswered });
  } finally {
    for (const one of cars) one.disconnect();
    await running?.kill();
  }
}

async function register(
  { api, adminToken }: ServerProcess,
  clock: Clock,
  { folder, realClock, random }: CommandKillsOptions,
): Promise<readonly HeatedCar[]> {
  if (adminToken === undefined) throw new Error(`${folder} was used before`);
  const webhookUrl = 'http://127.0.0.1:9/';
  const cars = await registerFleet({ api, adminToken, count: CARS, webhookUrl, clock });
  const purposes = z.object({ textVersion: z.string() });
  for (const { vehicleId, driverToken } of cars) {
    const { textVersion } = await ask(api, driverToken, 'GET', '/v1/purposes', purposes);
    const path = `/v1/vehicles/${vehicleId}/consents/warm_battery`;
    await ask(api, driverToken, 'PUT', path, z.unknown(), { granted: true, textVersion });
  }
  return cars.map((car) => heatedCar(car, realClock, random));
}

const pathOf = ({ car }: HeatedCar): string => `/v1/vehicles/${car.vehicleId}/commands`;

/** Asks for one more, or for the one that is open. */
async function askAgain(api: string, one: HeatedCar, asked: Asked, clock: Clock): Promise<void> {
  const expiresAt = new Date(clock.nowMs() + EXPIRES_AFTER_MS).toISOString();
  const body = { kind: 'precondition-battery', expiresAt };
  const { commandId, state } = await ask(api, one.car.driverToken, 'POST', pathOf(one), view, body);
  asked.set(commandId, { vehicleId: one.car.vehicleId, state });
  await look(api, one, asked);
}

async function look(api: string, one: HeatedCar, asked: Asked): Promise<void> {
  const { commands } = await ask(api, one.car.driverToken, 'GET', pathOf(one), list);
  for (const { commandId, state } of commands) asked.set(commandId, { vehicleId: one.car.vehicleId, state });
}

const countOpen = (asked: Asked): number =>
  [...asked.values()].filter(({ state }) => state !== 'done').length;

/** Until each is done; what is still open at the deadline is a finding. */
async function drain(api: string, cars: readonly HeatedCar[], asked: Asked, realClock: Clock): Promise<void> {
  const fromMs = realClock.nowMs();
  for (;;) {
    for (const one of cars) await look(api, one, asked);
    if (countOpen(asked) === 0 || realClock.nowMs() - fromMs > DRAIN_DEADLINE_MS) return;
    await realClock.sleep(200);
  }
}

function reportOf(run: {
  readonly kills: number;
  readonly cars: readonly HeatedCar[];
  readonly asked: Asked;
  readonly unanswered: number;
}): KillsReport {
  const { cars, asked } = run;
  const begun = cars.flatMap((one) => one.begun);
  const acked = cars.flatMap((one) => [...one.acked]);
  const findings: readonly Finding[] = [
    {
      promise: 'what was asked is done in the end',
      checked: asked.size,
      broken: [...asked]
        .filter(([, { state }]) => state !== 'done')
        .map(([id, { state }]) => `${id}: ${state}`),
    },
    {
      promise: 'no car began the same twice',
      checked: begun.length,
      broken: begun.filter((id, at) => begun.indexOf(id) !== at),
    },
    {
      promise: 'no car began what nobody asked it',
      checked: begun.length,
      broken: cars.flatMap((one) => one.begun.filter((id) => asked.get(id)?.vehicleId !== one.car.vehicleId)),
    },
    {
      promise: 'an acknowledged answer is in the log',
      checked: acked.length,
      broken: acked.filter((id) => asked.get(id)?.state !== 'done'),
    },
  ];
  const heardAgain = cars.reduce((sum, one) => sum + one.heardAgain, 0);
  return {
    findings,
    figures: {
      ...{ kills: run.kills, 'commands asked': asked.size },
      'at a kill not acknowledged as done': run.unanswered,
      'handed over again (allowed)': heardAgain,
    },
  };
}
