import { startPostgres } from '../../infra/native/postgres.ts';
import type { Engine } from './engine.ts';

export const postgres: Engine = {
  name: 'postgres',
  files: [
    'packages/state/src/postgres.engine.ts',
    'test/engines/postgres-workers.engine.ts',
    'test/engines/postgres-crash.engine.ts',
    'test/engines/postgres-tls.engine.ts',
    'test/engines/postgres-drive.engine.ts',
  ],
  async start(folder) {
    const { url, version, stop } = await startPostgres(folder);
    return { version, addresses: { url }, stop };
  },
};
