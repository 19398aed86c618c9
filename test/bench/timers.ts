import { createIngest, ingestSettings } from '@outrider/ingest';
import { createPredictor, predictorSettings } from '@outrider/predictor';
import { createMetrics, readSettings, silentLog } from '@outrider/runtime';
import { openRig, piecesOf, rawRecords, registerCars, START_MS } from './rig.ts';

export interface TimersFigures {
  readonly cars: number;
  /** In the hour after the last record of all cars: times the process woke, and its CPU, ms. */
  readonly firstHour: Hour;
  /** In an hour two days later, when nothing is due. */
  readonly quietHour: Hour;
}

interface Hour {
  readonly wakeUps: number;
  readonly cpuMs: number;
}

const HOUR_S = 3_600;
const DAYS_S = 48 * HOUR_S;

/** A predictor whose cars have all fallen silent; event time moves by whole seconds, as a tick would. */
export async function measureTimers(folder: string, cars: number): Promise<TimersFigures> {
  const rig = await openRig(folder, true);
  const { bus, state, telemetry, trust, eventClock, realClock } = rig;
  const metrics = createMetrics();
  const runtime = (own = metrics) => ({ eventClock, realClock, log: silentLog, metrics: own });
  const noSeries = { ...telemetry, writeSignals: async () => {}, writeForecasts: async () => {} };
  const ingest = createIngest({
    ...{ bus, telemetry: noSeries, trust, runtime: runtime(createMetrics()) },
    settings: readSettings(ingestSettings, {}),
  });
  const predictor = createPredictor({
    ...{ bus, state, telemetry: noSeries, trust, runtime: runtime() },
    settings: readSettings(predictorSettings, {}),
  });
  await predictor.start();
  await ingest.start();
  const untilIdle = async (): Promise<void> => {
    for (let quiet = 0; quiet < 2; ) {
      await new Promise((resolve) => setImmediate(resolve));
      quiet = ingest.isIdle() && predictor.isIdle() ? quiet + 1 : 0;
    }
  };
  const wakeUps = async () =>
    (await metrics.counter('predictor_wakeups_total', '').get()).values[0]?.value ?? 0;
  let nowMs = START_MS;
  const pass = async (seconds: number, stepS: number): Promise<Hour> => {
    const before = { wakeUps: await wakeUps(), cpu: process.cpuUsage() };
    for (let passedS = 0; passedS < seconds; passedS += stepS) {
      nowMs += stepS * 1_000;
      eventClock.advanceTo(nowMs);
      await untilIdle();
    }
    const { user, system } = process.cpuUsage(before.cpu);
    return { wakeUps: (await wakeUps()) - before.wakeUps, cpuMs: (user + system) / 1_000 };
  };

  await registerCars(rig, 0, cars);
  for (const batch of piecesOf(await rawRecords(rig, cars, nowMs), 500)) await bus.publish(batch);
  await untilIdle();
  const firstHour = await pass(HOUR_S, 1);
  await pass(DAYS_S, 60);
  const quietHour = await pass(HOUR_S, 1);
  await ingest.stop();
  await predictor.stop();
  await rig.close();
  return { cars, firstHour, quietHour };
}
