import type { Bus } from '@outrider/bus';
import type { Runtime, SettingsOf } from '@outrider/runtime';
import type { State } from '@outrider/state';
import type { TelemetryStore } from '@outrider/telemetry';
import type { Trust } from '@outrider/trust';
import type { predictorSettings } from './settings.ts';

/** What the predictor is made from. */
export interface PredictorDeps {
  readonly bus: Bus;
  readonly state: State;
  readonly telemetry: TelemetryStore;
  readonly trust: Trust;
  readonly runtime: Runtime;
  readonly settings: SettingsOf<typeof predictorSettings>;
}
