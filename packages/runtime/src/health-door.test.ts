import { expect, test } from 'vitest';
import type { Readiness } from './app.ts';
import { openHealthDoor } from './health-door.ts';
import { createMetrics } from './metrics.ts';

const open = (readiness: () => Readiness, text: () => Promise<string> = createMetrics().text) =>
  openHealthDoor({ host: '127.0.0.1', port: 0, metrics: { text }, readiness });
const ask = async (url: string, method = 'GET'): Promise<readonly [number, unknown]> => {
  const answer = await fetch(url, { method });
  return [answer.status, await answer.json()];
};

test('readiness is asked anew each time, and says what is missing', async () => {
  let now: Readiness = { ready: false, why: 'it is starting' };
  const door = await open(() => now);
  expect(await ask(`${door.address}/readyz`)).toEqual([503, { status: 'not-ready', why: 'it is starting' }]);
  expect(await ask(`${door.address}/livez`)).toEqual([200, { status: 'alive' }]);
  now = { ready: true };
  expect(await ask(`${door.address}/readyz`)).toEqual([200, { status: 'ready' }]);
  await door.close();
});

test('metrics are Prometheus text, and nothing else is served', async () => {
  const metrics = createMetrics();
  metrics.counter('door_asked_total', 'How often.').inc(3);
  const door = await open(() => ({ ready: true }), metrics.text);
  const answer = await fetch(`${door.address}/metrics`);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(await answer.text()).toContain('door_asked_total 3');
  expect(await ask(`${door.address}/livez`, 'POST')).toEqual([404, { status: 'not-found' }]);
  expect(await ask(`${door.address}/`)).toEqual([404, { status: 'not-found' }]);
  await door.close();
});

test('metrics that cannot be read are an answer, not the end of the process', async () => {
  const door = await open(
    () => ({ ready: true }),
    () => Promise.reject(new Error('broken')),
  );
  expect(await ask(`${door.address}/metrics`)).toEqual([500, { status: 'no-metrics' }]);
  await door.close();
});

test('a port that is taken is an error, and a closed door gives it back', async () => {
  const first = await open(() => ({ ready: true }));
  const port = Number(new URL(first.address).port);
  const again = () =>
    openHealthDoor({ host: '127.0.0.1', port, metrics: createMetrics(), readiness: () => ({ ready: true }) });
  await expect(again()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  // A client that keeps its connection open must not keep the door open.
  await ask(`${first.address}/livez`);
  await first.close();
  await (await again()).close();
});
