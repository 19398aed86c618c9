/** Child of the kill -9 test: publishes for ever and prints each number once the log acknowledged it. */
import { silentLog, systemClock } from '@outrider/runtime';
import { openBus } from './open.ts';

const [url = ''] = process.argv.slice(2);
const bus = await openBus(url, { clock: systemClock, partitions: 4, log: silentLog });
let next = 0;

async function publishForEver(): Promise<void> {
  for (;;) {
    const number = next++;
    await bus.publish([
      { topic: 'killed.v1', key: `car-${number % 50}`, value: new TextEncoder().encode(`${number}`) },
    ]);
    process.stdout.write(`${number}\n`);
  }
}

await Promise.all(Array.from({ length: 20 }, publishForEver));
