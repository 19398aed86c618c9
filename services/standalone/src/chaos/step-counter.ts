import type { Bus } from '@outrider/bus';
import type { State } from '@outrider/state';
import type { TelemetryStore } from '@outrider/telemetry';
import type { OpenEngines } from '../compose.ts';

/** Engines that tell of each step: before a write, and after it when it is durable and nobody was told. */
export function steppingEngines<E extends OpenEngines>(engines: E, onStep: () => void): E {
  const around = async <T>(write: () => Promise<T>): Promise<T> => {
    onStep();
    const result = await write();
    onStep();
    return result;
  };
  const { bus, telemetry, state } = engines;
  const steppingBus: Bus = {
    ...bus,
    publish: (records) => around(() => bus.publish(records)),
    commit: (group, offsets) => around(() => bus.commit(group, offsets)),
  };
  const steppingSeries: TelemetryStore = {
    writeSignals: (rows) => around(() => telemetry.writeSignals(rows)),
    writeForecasts: (rows) => around(() => telemetry.writeForecasts(rows)),
    readSignals: (query) => telemetry.readSignals(query),
    downsample: (query) => telemetry.downsample(query),
    readForecasts: (query) => telemetry.readForecasts(query),
    ping: () => telemetry.ping(),
    prune: (beforeMs) => telemetry.prune(beforeMs),
    close: () => telemetry.close(),
  };
  const steppingState: State = {
    ...state,
    transaction: (work) => around(() => state.transaction(work)),
  };
  return { ...engines, bus: steppingBus, telemetry: steppingSeries, state: steppingState };
}
