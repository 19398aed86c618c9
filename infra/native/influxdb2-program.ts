import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const INFLUXDB2_VERSION = '2.7.12';
export const BUILD_COMMAND = 'npx node infra/native/influxdb2-build.ts';
/** go.mod and go.sum of a module that is nothing but InfluxDB's dependencies. */
export const MODULE_FOLDER = join(import.meta.dirname, 'influxdb2');
/**
 * Stands in for cargo while Flux's library is built: its warnings are errors otherwise, and newer compilers warn of
 * more.
 */
export const CARGO_SCRIPT =
  '#!/bin/sh\nshift; exec cargo build -p flux --no-default-features --features cffi "$@"\n';

/** Where the built program is kept: another one for other dependencies. */
export function influxdb2Program(): string {
  const made = createHash('sha256')
    .update(readFileSync(join(MODULE_FOLDER, 'go.sum')))
    .update(CARGO_SCRIPT);
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(cache, 'outrider', `influxd-${INFLUXDB2_VERSION}-${made.digest('hex').slice(0, 12)}`);
}

export const isInfluxdb2Built = (): boolean => existsSync(influxdb2Program());
