// A notifier as a process of its own, to be killed. What it is told comes as JSON in its first argument; it says
// `ready` once it takes alerts.
import { openBus } from '@outrider/bus';
import { createNotifier } from '@outrider/notifier';
import { type Clock, createMetrics, silentLog, systemClock } from '@outrider/runtime';
import { openState } from '@outrider/state';
import { createTrust } from '@outrider/trust';
import { type ChildOptions, urlsIn } from './notifier-process.ts';
import { sabotaged } from './sabotage.ts';
import { settingsWith } from './world.ts';

const options = JSON.parse(process.argv[2] ?? '') as ChildOptions;
const clock: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + options.shiftMs };
const urls = urlsIn(options.folder);
const log = silentLog;
const store = await openState(urls.state, { log });
const state = sabotaged(store, options.sabotage);
const bus = await openBus(urls.bus, { clock, log });
const notifier = createNotifier({
  ...{ bus, state, trust: createTrust({ ...state, eventClock: clock, realClock: clock }) },
  runtime: { eventClock: clock, realClock: clock, log, metrics: createMetrics() },
  settings: settingsWith({ SMTP_URL: options.smtpUrl }),
});

/** A killed parent closes the pipe: nobody is left to answer to. */
process.stdin.resume().on('close', () => process.exit(0));
await notifier.start();
process.stdout.write('ready\n');
if (options.endsWhenDone) {
  const isDone = async () => notifier.isIdle() && (await store.notifications.countWaiting()) === 0;
  for (let round = 0; round < 200 && !(await isDone()); round++) await clock.sleep(100);
  await notifier.stop();
  await bus.close();
  await store.close();
  process.exit(0);
}
