// Ingest as a process of its own, as fleets run it.
import { openBus, TOPICS } from '@outrider/bus';
import { createIngest, INGEST_GROUP, ingestSettings } from '@outrider/ingest';
import { createMetrics, readSettings, silentLog, systemClock } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { openTelemetry } from '@outrider/telemetry';
import { createTrust } from '@outrider/trust';
import { serveParent } from './processes.ts';
import { countRecords } from './throughput.ts';

const { busUrl, stateUrl, telemetryUrl, warm, records } = JSON.parse(process.argv[2] ?? '') as {
  readonly busUrl: string;
  readonly stateUrl: string;
  readonly telemetryUrl: string;
  readonly warm: number;
  /** How many there are, to be read from the first on; 0: reads on where it was. */
  readonly records: number;
};
const runtime = {
  ...{ eventClock: systemClock, realClock: systemClock, log: silentLog, metrics: createMetrics() },
};
const state = await openState(stateUrl, { log: silentLog });
const telemetry = await openTelemetry(telemetryUrl, { log: silentLog });
const bus = await openBus(busUrl, { clock: systemClock, log: silentLog, metrics: runtime.metrics });
const count = countRecords(warm, records);
const ingest = createIngest({
  ...{ telemetry, runtime, settings: readSettings(ingestSettings, {}) },
  trust: createTrust({ ...state, eventClock: systemClock }),
  bus: {
    publish: (outgoing) => bus.publish(outgoing),
    subscribe: (options) =>
      bus.subscribe({
        ...options,
        async handle(batch, context) {
          await options.handle(batch, context);
          count.add(batch.records.length);
        },
      }),
  },
});
if (records > 0)
  await bus.commit(
    INGEST_GROUP,
    Array.from({ length: bus.partitions }, (_, partition) => ({
      topic: TOPICS.raw.name,
      partition,
      offset: 0,
    })),
  );

serveParent(
  {},
  {
    start: async () => {
      await ingest.start();
      return {};
    },
    run: async () => {
      await ingest.start();
      return count.finished;
    },
  },
  async () => {
    await ingest.stop();
    await bus.close();
    await telemetry.close();
    await state.close();
  },
);
