export { type ChaosOptions, type ChaosReport, runChaos } from './chaos/chaos.ts';
export { chaosReportOf } from './chaos/report.ts';
export { runService } from './chaos/run-service.ts';
export * from './compare-trips.ts';
export { type ComposeOptions, type Composition, composeServices, type OpenEngines } from './compose.ts';
export { type Interruption, interruptionsOf } from './demo/interruptions.ts';
export {
  type DeliveredFrame,
  MEMORY,
  type Recording,
  type ReplayOptions,
  type ReplayWorld,
  replay,
} from './demo/replay.ts';
export { type Judged, judge, reportOf } from './demo/report.ts';
export { type Verdict, verdictsOf } from './demo/verdicts.ts';
export { StillBusy } from './idle.ts';
export * from './scenario/index.ts';
export { readStandaloneSettings, type StandaloneSettings } from './settings.ts';
