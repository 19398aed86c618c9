/** Who may import whom, by the last part of the package name. `ARCHITECTURE.md` shows the same table. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  runtime: [],
  energy: ['domain'],
  fleet: ['domain'],
  providers: ['domain', 'runtime'],
  bus: ['domain', 'runtime'],
  telemetry: ['domain', 'runtime'],
  state: ['domain', 'runtime'],
  trust: ['domain', 'runtime'],
  gateway: ['domain', 'runtime', 'bus', 'state', 'trust'],
  ingest: ['domain', 'runtime', 'bus', 'telemetry', 'state', 'trust'],
  world: ['domain', 'runtime', 'energy', 'providers', 'bus', 'state', 'trust'],
  predictor: ['domain', 'runtime', 'energy', 'bus', 'telemetry', 'state', 'trust'],
  notifier: ['domain', 'runtime', 'bus', 'state', 'trust'],
  api: ['domain', 'runtime', 'energy', 'providers', 'bus', 'telemetry', 'state', 'trust'],
  dashboard: ['domain'],
  standalone: [
    ...['domain', 'runtime', 'energy', 'fleet', 'providers', 'bus', 'telemetry', 'state', 'trust'],
    ...['gateway', 'ingest', 'world', 'predictor', 'notifier', 'api'],
  ],
  test: [
    ...['domain', 'runtime', 'energy', 'providers', 'bus', 'telemetry', 'state', 'trust'],
    ...['gateway', 'ingest', 'world', 'predictor', 'notifier', 'api', 'standalone'],
  ],
};
