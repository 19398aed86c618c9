/** Child of the kill -9 test: a member of group g that prints the number of each partition it is given. */
import { silentLog, systemClock } from '@outrider/runtime';
import { openBus } from './open.ts';

const [url = '', topic = ''] = process.argv.slice(2);
const bus = await openBus(url, { clock: systemClock, log: silentLog });
await bus.subscribe({
  group: 'g',
  topics: [topic],
  start: 'earliest',
  async onAssigned(partition) {
    process.stdout.write(`${partition}\n`);
    return new Map();
  },
  handle: (_, context) => context.commit(),
});
