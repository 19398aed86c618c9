import { silentLog } from '@outrider/runtime';
import { busContract } from './bus.contract.ts';
import { openBus } from './open.ts';

busContract('memory', { keepsRecords: false, cleans: 'when asked', settleMs: 0 }, () => ({
  open: (clocks) => openBus('memory:', { ...clocks, partitions: 8, log: silentLog }),
  clean: async () => {},
}));
