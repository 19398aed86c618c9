import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { createRig, HOUR_MS, MINUTE_MS, type Rig } from './notifier.fixture.ts';

/** Counts steps of a process and kills it at one of them: from then on nothing it does has an effect. */
interface Fuse {
  steps: number;
  readonly deadAt: number;
}

class Killed extends Error {}

const burn = (fuse: Fuse): void => {
  fuse.steps += 1;
  if (fuse.steps >= fuse.deadAt) throw new Killed('killed');
};

/**
 * Everything asynchronous of `target` may die before it begins and after it took effect. Work inside a
 * transaction that dies is rolled back, as the engine does when its process is gone.
 */
function mortal<T extends object>(target: T, fuse: Fuse): T {
  return new Proxy(target, {
    get(object, name, receiver) {
      const value: unknown = Reflect.get(object, name, receiver);
      // A member that dies leaves its group: the bus sees to that, not the notifier.
      if (typeof value === 'function' && (name === 'subscribe' || name === 'broadcast'))
        return value.bind(object);
      if (typeof value === 'function' && name === 'transaction')
        return async (work: (inside: T) => Promise<unknown>) => {
          burn(fuse);
          const result: unknown = await value.call(object, (inside: T) => work(mortal(inside, fuse)));
          burn(fuse);
          return result;
        };
      if (typeof value === 'function')
        return (...parts: readonly unknown[]) => {
          if (fuse.steps >= fuse.deadAt) return Promise.reject(new Killed('killed'));
          const result: unknown = value.apply(object, parts);
          if (!(result instanceof Promise)) return result;
          return result.then((settled) => {
            burn(fuse);
            return settled;
          });
        };
      return typeof value === 'object' && value !== null ? mortal(value, fuse) : value;
    },
  });
}

let rig: Rig;
afterEach(() => rig.close());

/** Alerts wait for a notifier that dies at its n-th step; another one takes over. */
async function runKilledAt(deadAt: number): Promise<{ readonly wasKilled: boolean }> {
  rig = await createRig({ environment: { BUNDLE_WINDOW_S: '0' } });
  await rig.park();
  await rig.stop();
  await rig.queueAlerts([{}, { alertId: 'alert-2', subject: 'groton', stopName: 'Groton' }]);
  const fuse: Fuse = { steps: 0, deadAt };
  await rig.begin({ state: mortal(rig.state, fuse), bus: mortal(rig.bus, fuse) }).catch(() => undefined);
  for (let idleTurns = 0; fuse.steps < deadAt && idleTurns < 20; ) {
    await nextTurn();
    idleTurns = rig.isIdle() ? idleTurns + 1 : 0;
  }
  await rig.restart();
  // Leases of the dead end on the real clock.
  await rig.passRealTime(HOUR_MS);
  return { wasKilled: fuse.steps >= deadAt };
}

test('a notifier killed at any step neither loses a message nor decides one twice', async () => {
  let kills = 0;
  let mailsMax = 0;
  for (let deadAt = 1; ; deadAt++) {
    const { wasKilled } = await runKilledAt(deadAt);
    const when = `killed at step ${deadAt}`;
    const stored = (await rig.rows()).map((row) => `${row.alertId} ${row.channel} ${row.state}`);
    expect(stored.toSorted(), when).toEqual([
      'alert-1 email sent',
      'alert-1 feed sent',
      'alert-2 email sent',
      'alert-2 feed sent',
    ]);
    // A repeat on the topic says the same and has the same id: readers drop it.
    const sent = rig.published().filter((one) => one.channel === 'feed' && one.state === 'sent');
    expect(new Set(sent.map((one) => JSON.stringify(one))).size, when).toBe(2);
    const mails = rig.email.messages.map((message) => message.notificationId);
    expect(new Set(mails).size, when).toBe(2);
    mailsMax = Math.max(mailsMax, mails.length);
    if (!wasKilled) break;
    kills += 1;
    await rig.close();
  }
  expect(kills).toBeGreaterThan(20);
  // Killed between the server's yes and our note a mail goes out again, with the id the mailbox knows.
  expect(mailsMax).toBeGreaterThan(2);
  expect(mailsMax).toBeLessThanOrEqual(4);
}, 120_000);

test('a restart sends nothing again and keeps what waits', async () => {
  rig = await createRig();
  await rig.drive();
  await rig.publishAlert();
  await rig.restart();
  await rig.passEventTime(5 * MINUTE_MS);
  expect(rig.email.messages).toEqual([]);
  await rig.park();
  await rig.restart();
  await rig.passEventTime(MINUTE_MS);
  expect(rig.email.messages).toHaveLength(1);
  expect(rig.published().filter((one) => one.channel === 'feed')).toHaveLength(1);
});

test('a stop waits for the mail that is being sent', async () => {
  rig = await createRig();
  await rig.park();
  const { promise, resolve } = Promise.withResolvers<{ kind: 'delivered' }>();
  rig.email.answers.push(promise);
  await rig.queueAlerts([{}]);
  while (rig.email.messages.length === 0) await nextTurn();
  const stopping = rig.stop();
  resolve({ kind: 'delivered' });
  await stopping;
  expect((await rig.rows()).map((row) => row.state)).toEqual(['sent', 'sent']);
});
