/** Child of the test: a service that fails at what its argument names. */
import type { App } from './app.ts';
import { healthSettings, processSettings } from './process-settings.ts';
import { runAlone } from './run-alone.ts';

const [fault] = process.argv.slice(2);
let asked = 0;
const never = new Promise<void>(() => {});
const app: App = {
  name: 'child',
  async start() {
    if (fault?.includes('start')) throw new Error('it cannot start');
  },
  stop: () => (fault === 'hangs-at-stop' ? never : Promise.resolve()),
  readiness: () => ({ ready: true }),
  isIdle: () => true,
};

await runAlone({
  name: 'the child',
  settings: { ...processSettings, ...healthSettings('0') },
  environment: { BUS_URL: 'memory:', TELEMETRY_URL: 'memory:', STATE_URL: 'memory:' },
  // Who forgets nothing has all the time there is, also on a busy machine.
  ...(fault?.includes('forgets') && { lingerMs: 20 }),
  async open({ keep }) {
    keep('the first', {
      close: async () => void process.stdout.write('closed first\n'),
      ping: () =>
        fault === 'goes-away' && asked++ > 0 ? Promise.reject(new Error('no')) : Promise.resolve(),
    });
    keep('the second', {
      close: async () => void process.stdout.write('closed second\n'),
      ping: () => (fault === 'hangs' ? never : Promise.resolve()),
    });
    if (fault?.includes('forgets')) setInterval(() => {}, 60_000);
    return { apps: [app], greet: async () => void process.stdout.write('hello\n') };
  },
});
