import { join } from 'node:path';
import { forecastFile } from '@outrider/providers';
import { type Clock, type Log, type ManualClock, manualClock } from '@outrider/runtime';
import { type ComposeOptions, type Composition, composeServices } from '../compose.ts';
import { type Frame, framesOf, type Plan, type Scenario } from '../scenario/index.ts';
import { readStandaloneSettings } from '../settings.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { connectCar } from './car.ts';
import { type Decision, registerDriver } from './driver.ts';
import { type Mail, openMailbox } from './mailbox.ts';
import { openScratchFolder } from './scratch-folder.ts';
import { connectScreen, type Heard } from './screen.ts';
import { addStaff, pageOf } from './sign-in.ts';

export interface ReplayOptions {
  readonly scenario: Scenario;
  /** What the car sends, oldest first; the scenario's own frames unless given. */
  readonly frames?: readonly DeliveredFrame[];
  readonly realClock: Clock;
  readonly log: Log;
  /** So many times real time at most; absent: as fast as the machine can. */
  readonly speedRatio?: number;
  /** Where the data lies; absent: a new scratch folder, removed afterwards. `memory:` keeps none. */
  readonly dataFolder?: string;
  /** Who tells about the world, on the replay's event clock; absent: the scenario's own files. */
  readonly world?: (eventClock: Clock) => Promise<ReplayWorld>;
  /** Plans come without their roads, so that the world has to ask for them; default: they bring them along. */
  readonly leavesRoadsOut?: boolean;
  /** Who plays the services, on the replay's event clock; absent: all of them in this process. */
  readonly cast?: (on: Scene) => Promise<Cast>;
  readonly onProgress?: (done: number, total: number) => void;
  /** The pages of the driver and of an operator, once there is something to see; each link signs in once. */
  readonly onPages?: (urls: Pages) => void;
  /** Everything stays open after the drive, and time goes on, until this resolves. */
  readonly linger?: (recording: Recording) => Promise<void>;
  /** Ends the replay early, tidily. */
  readonly signal?: AbortSignal;
}

export interface Pages {
  readonly driver: string;
  readonly operator: string;
}

/** Where the services of a replay run. */
export interface Scene {
  readonly folder: string;
  readonly smtpUrl: string;
  readonly eventClock: Clock;
}

/** What a replay asks of the services. */
export type Cast = Pick<Composition, 'start' | 'stop' | 'idle' | 'addresses' | 'adminToken'>;

export type ReplayWorld = Pick<ComposeOptions, 'chargers' | 'weather' | 'roads' | 'engines'>;

/** A frame and when it reaches the gateway; a frame without `deliveredAtMs` arrives when it was observed. */
export type DeliveredFrame = Frame & { readonly deliveredAtMs?: number };

/** What left the channels during one replay, and what was decided about the rest. */
export interface Recording {
  readonly scenario: Scenario;
  readonly vehicleId: string;
  readonly frames: readonly Frame[];
  readonly heard: Heard;
  readonly mails: readonly Mail[];
  readonly decisions: readonly Decision[];
}

/** Before the first frame: time to register. */
const LEAD_MS = 60_000;
/** After a frame: long enough for records to leave the predictor's reorder window. */
const SETTLE_MS = 10_000;
/** The event clock never jumps further than this: holds, escalations and `for` end about when they are due. */
const STEP_MS = 60_000;
/** After the last frame: for messages that are still held. */
const TAIL_MS = 5 * 60_000;

/**
 * Plays one drive through the whole path: a real gateway over a real WebSocket, a real mail server, a real
 * live feed. The replay owns the event clock: it sets a moment's time, waits until everything has come to
 * rest, and goes on, so that every run says the same.
 */
export async function replay(options: ReplayOptions): Promise<Recording> {
  const { scenario } = options;
  const frames = options.frames ?? framesOf(scenario);
  const moments = momentsOf(scenario, frames);
  const startMs = (moments[0]?.atMs ?? 0) - LEAD_MS;
  const eventClock = manualClock(startMs);
  const scratch = options.dataFolder === undefined ? await openScratchFolder() : undefined;
  const folder = scratch?.path ?? options.dataFolder ?? MEMORY;
  const mailbox = await openMailbox(eventClock);
  try {
    const cast = await (options.cast ?? inOneProcess(options))({ folder, smtpUrl: mailbox.url, eventClock });
    try {
      await cast.start();
      return await play({ ...options, frames, moments, eventClock, services: cast, mailbox });
    } finally {
      await cast.stop();
    }
  } finally {
    await mailbox.close();
    await scratch?.remove();
  }
}

const inOneProcess =
  (options: ReplayOptions) =>
  async ({ folder, smtpUrl, eventClock }: Scene): Promise<Cast> => {
    const { realClock, log } = options;
    const world = await worldOf(options, eventClock);
    return composeServices({
      settings: readStandaloneSettings(replayEnvironment(folder, smtpUrl)),
      eventClock,
      realClock,
      log,
      ...world,
    });
  };

const worldOf = async ({ scenario, world }: ReplayOptions, eventClock: Clock): Promise<ReplayWorld> =>
  world === undefined
    ? { chargers: scenario.chargers, weather: [forecastFile(scenario.weather)] }
    : world(eventClock);

interface Stage extends ReplayOptions {
  readonly frames: readonly DeliveredFrame[];
  readonly moments: readonly Moment[];
  readonly eventClock: ManualClock;
  readonly services: Cast;
  readonly mailbox: { readonly mails: readonly Mail[] };
}

async function play(stage: Stage): Promise<Recording> {
  const { services, eventClock, realClock, scenario } = stage;
  const { api } = services.addresses();
  const adminToken = await services.adminToken();
  if (adminToken === undefined) throw new Error('the data folder of a replay must be empty');
  const driver = await registerDriver(apiClient(api, adminToken), scenario, {
    leavesRoadsOut: stage.leavesRoadsOut ?? false,
  });
  const liveUrl = `${api.replace(/^http/, 'ws')}/v1/live`;
  const screen = await connectScreen({ liveUrl, token: driver.token, eventClock });
  const car = await connectCar({
    streamUrl: driver.device.streamUrl,
    token: driver.device.token,
    realClock,
  });
  /** At rest: nothing to do anywhere, and everything that was said has been shown. */
  const settle = async (): Promise<void> => {
    do await services.idle();
    while (await screen.catchUp());
  };
  const moveTo = async (atMs: number): Promise<void> => {
    const waitMs = stage.speedRatio === undefined ? 0 : (atMs - eventClock.nowMs()) / stage.speedRatio;
    if (waitMs > 0) await realClock.sleep(waitMs, stage.signal);
    eventClock.advanceTo(atMs);
    await settle();
  };
  try {
    await settle();
    if (stage.onPages !== undefined) stage.onPages(await pagesOf(driver.client, apiClient(api, adminToken)));
    for (const [index, { atMs, frames, plans }] of stage.moments.entries()) {
      stage.signal?.throwIfAborted();
      await moveTo(atMs);
      for (const frame of frames) await car.send(frame);
      await settle();
      for (const plan of plans) await driver.plan(plan);
      if (plans.length > 0) await settle();
      stage.onProgress?.(index + 1, stage.moments.length);
    }
    const recording: Recording = {
      scenario,
      vehicleId: driver.vehicleId,
      frames: stage.frames,
      heard: screen.heard,
      mails: stage.mailbox.mails,
      decisions: await driver.decisions(),
    };
    if (stage.linger !== undefined) await goOn(stage, stage.linger(recording));
    return recording;
  } finally {
    await car.close();
    await screen.close();
  }
}

async function pagesOf(driver: ApiClient, admin: ApiClient): Promise<Pages> {
  return { driver: await pageOf(driver), operator: await pageOf(await addStaff(admin, 'operator')) };
}

const SECOND_MS = 1_000;

/** Time passes as it does, until `over`. */
async function goOn({ eventClock, realClock }: Stage, over: Promise<void>): Promise<void> {
  const ended = new AbortController();
  const closing = over.finally(() => ended.abort());
  while (!ended.signal.aborted) {
    await realClock.sleep(SECOND_MS, ended.signal).catch(() => undefined);
    if (!ended.signal.aborted) eventClock.advanceTo(eventClock.nowMs() + SECOND_MS);
  }
  await closing;
}

/** An instant at which something happens: the car sends, the driver plans, or time just passes. */
export interface Moment {
  readonly atMs: number;
  readonly frames: readonly DeliveredFrame[];
  readonly plans: readonly Plan[];
}

/** Every instant of a replay, oldest first: frames, plans, the end of each reorder window, and each minute. */
export function momentsOf(scenario: Scenario, frames: readonly DeliveredFrame[]): readonly Moment[] {
  const byTime = new Map<number, { frames: DeliveredFrame[]; plans: Plan[] }>();
  const at = (atMs: number) => {
    const known = byTime.get(atMs);
    if (known !== undefined) return known;
    const made = { frames: [], plans: [] };
    byTime.set(atMs, made);
    return made;
  };
  for (const frame of frames) at(frame.deliveredAtMs ?? frame.atMs).frames.push(frame);
  for (const plan of scenario.plans) at(plan.atMs).plans.push(plan);
  const known = [...byTime.keys()].sort((a, b) => a - b);
  known.forEach((atMs, index) => {
    const nextMs = known[index + 1] ?? atMs + TAIL_MS;
    if (atMs + SETTLE_MS < nextMs) at(atMs + SETTLE_MS);
    for (let between = atMs + STEP_MS; between < nextMs; between += STEP_MS) at(between);
  });
  return [...byTime].sort(([a], [b]) => a - b).map(([atMs, what]) => ({ atMs, ...what }));
}

/** Real files, ports nobody chose, the replay's own mail server; everything else as it is by default. */
export function replayEnvironment(folder: string, smtpUrl: string): Readonly<Record<string, string>> {
  const engine = (name: string) => (folder === MEMORY ? MEMORY : `sqlite:${join(folder, `${name}.db`)}`);
  return {
    BUS_URL: engine('bus'),
    TELEMETRY_URL: engine('telemetry'),
    STATE_URL: engine('state'),
    GATEWAY_PORT: '0',
    API_PORT: '0',
    SMTP_URL: smtpUrl,
    // A replay sends hours of telemetry in seconds.
    GATEWAY_FRAMES_PER_S: '1000000',
    GATEWAY_FRAMES_BURST: '1000000',
  };
}

export const MEMORY = 'memory:';
