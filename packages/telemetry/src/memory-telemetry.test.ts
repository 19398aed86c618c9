import { silentLog } from '@outrider/runtime';
import { openTelemetry } from './open.ts';
import { telemetryContract } from './telemetry.contract.ts';

telemetryContract('memory', { keepsRows: false }, () => ({
  open: () => openTelemetry('memory:', { log: silentLog }),
  clean: async () => {},
}));
