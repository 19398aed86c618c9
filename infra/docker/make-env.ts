// Writes .env with a new secret for everything that docker-compose.yml asks for: `npx node infra/docker/make-env.ts`.
// An .env that is there is left as it is: its secrets are in the engines' volumes.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Letters and digits only: they also stand in URLs. */
const secret = (): string => randomBytes(24).toString('hex');

const values: Readonly<Record<string, string>> = {
  POSTGRES_PASSWORD: secret(),
  INFLUXDB_ADMIN_PASSWORD: secret(),
  INFLUXDB_ADMIN_TOKEN: secret(),
  INFLUXDB_GRAFANA_PASSWORD: secret(),
  GRAFANA_ADMIN_PASSWORD: secret(),
  // No secret, but each cluster needs its own: 16 bytes in base64url.
  KAFKA_CLUSTER_ID: randomBytes(16).toString('base64url'),
};

const path = process.argv[2] ?? join(import.meta.dirname, '../../.env');
const text = Object.entries(values)
  .map(([name, value]) => `${name}=${value}\n`)
  .join('');
try {
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  process.stdout.write(`${path} is written. GRAFANA_ADMIN_PASSWORD in it opens Grafana, as admin.\n`);
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  process.stderr.write(`${path} is there already, and left as it is.\n`);
  process.exitCode = 1;
}
