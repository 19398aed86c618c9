import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKafkaTopics, openBus } from '@outrider/bus';
import { forecastFile } from '@outrider/providers';
import { type Clock, silentLog, systemClock } from '@outrider/runtime';
import {
  interruptionsOf,
  loadScenario,
  problemsText,
  type Recording,
  replay,
  type Scenario,
} from '@outrider/standalone';
import { openState } from '@outrider/state';
import { openTelemetry } from '@outrider/telemetry';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';

const { drive, drive2 } = inject('engines');
const servers: Readonly<Record<string, string>> = drive2 ?? drive ?? {};
const LIMIT_MS = 400_000;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'outrider-drive-'));
  await createKafkaTopics(servers.bus ?? '', { partitions: 8, replication: 1 }, silentLog);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function scenarioOf(name: string): Scenario {
  const loaded = loadScenario(name);
  if (loaded.kind === 'invalid') throw new Error(problemsText(loaded.problems));
  return loaded.scenario;
}

const openServers = async (clock: Clock) => ({
  bus: await openBus(servers.bus ?? '', { clock, realClock: systemClock, log: silentLog }),
  telemetry: await openTelemetry(servers.telemetry ?? '', { log: silentLog }),
  state: await openState(servers.state ?? '', { log: silentLog, realClock: systemClock }),
});

/** What a driver hears and an operator sees, without the names that every registration makes anew. */
const toldOf = (recording: Recording) => ({
  interruptions: interruptionsOf(recording).map(({ alertId: _, alert: __, ...told }) => told),
  alerts: recording.heard.alerts.map(({ ruleId, state, severity, revision, changedAt }) => ({
    ...{ ruleId, state, severity, revision, changedAt },
  })),
  forecasts: recording.heard.forecasts.map(({ stops, madeAt }) => ({ stops, madeAt })),
  mails: recording.mails.map(({ atMs, subject }) => ({ atMs, subject })),
});

/** Everything measured in the drive, as it is stored, places left sealed. */
async function seriesOf(url: string, { heard }: Recording) {
  const telemetry = await openTelemetry(url, { log: silentLog });
  const vehicleId = heard.forecasts[0]?.vehicleId ?? '';
  const span = { vehicleId, paths: [], fromMs: 0, toMs: systemClock.nowMs() };
  const { rows } = await telemetry.readSignals({ ...span, limit: 10_000 });
  await telemetry.close();
  return rows.map(({ observedAtMs, values }) => ({ observedAtMs, values }));
}

test('the winter drive tells and stores the same on three servers as on the default engines', {
  timeout: LIMIT_MS,
}, async () => {
  const how = { scenario: scenarioOf('2013-01-winter-i95'), realClock: systemClock, log: silentLog };
  const byDefault = await replay({ ...how, dataFolder: folder });
  const onServers = await replay({
    ...how,
    world: async (clock) => ({
      chargers: how.scenario.chargers,
      weather: [forecastFile(how.scenario.weather)],
      engines: () => openServers(clock),
    }),
  });
  const told = toldOf(onServers);
  expect(told.interruptions.length).toBeGreaterThan(5);
  expect(told).toEqual(toldOf(byDefault));
  const stored = await seriesOf(servers.telemetry ?? '', onServers);
  expect(stored).toHaveLength(onServers.frames.length);
  expect(stored).toEqual(await seriesOf(`sqlite:${join(folder, 'telemetry.db')}`, byDefault));
  console.info(
    `${onServers.frames.length} frames, ${told.alerts.length} steps of alerts, ${told.interruptions.length} interruptions`,
  );
});
