import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needDebianPackages } from './debian-packages.ts';
import { freePort, startServerProcess } from './server-process.ts';

const PROGRAM = '/usr/bin/prometheus';
const PACKAGES = ['prometheus'];
const REQUEST_MS = 5_000;

/** Prometheus 2.42 of Debian, with its own data. */
export interface PrometheusServer {
  /** `http://127.0.0.1:<port>`. */
  readonly url: string;
  readonly version: string;
  stop(): Promise<void>;
}

/** What it asks, by the name of the job: `host:port`, `/metrics` there. */
export type Targets = Readonly<Record<string, string>>;

/**
 * Starts Prometheus with its data in `folder`; it asks every target once a second.
 * @throws with the command that would help when it is not installed and cannot be
 */
export async function startPrometheus(folder: string, targets: Targets): Promise<PrometheusServer> {
  needDebianPackages(PROGRAM, PACKAGES);
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const jobs = Object.entries(targets).map(([job_name, target]) => ({
    job_name,
    static_configs: [{ targets: [target] }],
  }));
  const config = join(folder, 'prometheus.json');
  // JSON is YAML.
  writeFileSync(config, JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: jobs }));
  const server = await startServerProcess({
    name: 'Prometheus',
    command: PROGRAM,
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    isReady: async () => (await fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(REQUEST_MS) })).ok,
  });
  const info = await fetch(`${url}/api/v1/status/buildinfo`, { signal: AbortSignal.timeout(REQUEST_MS) });
  const { data } = (await info.json()) as { readonly data: { readonly version: string } };
  return { url, version: data.version, stop: () => server.stop() };
}
