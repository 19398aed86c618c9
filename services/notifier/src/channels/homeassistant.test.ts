import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { manualClock } from '@outrider/runtime';
import { afterEach, expect, test, vi } from 'vitest';
import { CONTRACT_TIMEOUT_MS } from '../channel.contract.ts';
import type { Message } from '../channel.ts';
import { type FakeBroker, fakeBroker } from '../fakes/mqtt-broker.fixture.ts';
import { exampleMessage } from '../message.fixture.ts';
import { START_MS } from '../notifier.fixture.ts';
import { createHomeAssistant } from './homeassistant.ts';

const signal = new AbortController().signal;
const brokers: FakeBroker[] = [];
afterEach(async () => {
  for (const broker of brokers.splice(0)) await broker.close();
});

async function open(): Promise<FakeBroker> {
  const broker = await fakeBroker();
  brokers.push(broker);
  return broker;
}

const CAR = 'veh_milford0001';
const STATE = `outrider/${CAR}/arrival-below-reserve`;
const ARRIVAL = { p10: 0, p50: 3, p90: 8, reserveSocPct: 5 };
const configOf = (component: string, id = '') =>
  `homeassistant/${component}/outrider_${CAR}/arrival-below-reserve${id}/config`;

const say = ({ url }: { readonly url: string }, change: Partial<Message> = {}, within = signal) =>
  createHomeAssistant({
    ...{ url, eventClock: manualClock(START_MS), timeoutMs: CONTRACT_TIMEOUT_MS },
  }).deliver(exampleMessage({ arrival: ARRIVAL, ...change }), within);
const told = (broker: FakeBroker, topic: string) => JSON.parse(broker.retained.get(topic) ?? 'null');

test('a warning is an entity that is on, with its words and figures', async () => {
  const broker = await open();
  expect(await say(broker)).toEqual({ kind: 'delivered' });
  expect(told(broker, configOf('binary_sensor'))).toMatchObject({
    ...{ unique_id: `outrider_${CAR}_arrival-below-reserve`, device_class: 'problem', expire_after: 3_600 },
    ...{ state_topic: STATE, json_attributes_topic: STATE, device: { identifiers: [`outrider_${CAR}`] } },
  });
  for (const id of ['-arrival', '-missing'])
    expect(told(broker, configOf('sensor', id))).toMatchObject({
      unit_of_measurement: '%',
      state_topic: STATE,
    });
  expect(told(broker, STATE)).toMatchObject({
    ...{ state: 'ON', title: exampleMessage().title, severity: 'warning' },
    ...{ arrival_pct: 3, arrival_low_pct: 0, arrival_high_pct: 8, missing_pct: 2 },
  });
  await vi.waitUntil(() => broker.goodbyes() === 1);
});

test('what is over is off, with no figures, and stays so', async () => {
  const broker = await open();
  await say(broker);
  await say(broker, { notificationId: 'n-2', purpose: 'resolve', interrupts: false, title: 'All is well' });
  expect(told(broker, STATE)).toMatchObject({
    ...{ state: 'OFF', title: 'All is well', arrival_pct: null, missing_pct: null },
  });
  expect(told(broker, configOf('binary_sensor'))).not.toHaveProperty('expire_after');
  expect([...broker.retained.keys()]).toHaveLength(4);
});

test('it stays on while another alert of the rule stands', async () => {
  const broker = await open();
  await say(broker);
  await say(broker, { notificationId: 'n-2', purpose: 'resolve', isOneOfMany: true });
  expect(told(broker, STATE)).toMatchObject({ state: 'ON' });
});

test('a warning without figures has no entities for them', async () => {
  const broker = await open();
  const { arrival: _, ...message } = exampleMessage();
  await createHomeAssistant({ url: broker.url, eventClock: manualClock(START_MS) }).deliver(message, signal);
  expect([...broker.retained.keys()]).toEqual([configOf('binary_sensor'), STATE]);
});

for (const { p50, missing } of [
  { p50: 4, missing: 1 },
  { p50: 5, missing: 0 },
  { p50: 6, missing: 0 },
])
  test(`with ${p50} % on arrival and a reserve of 5 %, ${missing} % are missing`, async () => {
    const broker = await open();
    await say(broker, { arrival: { ...ARRIVAL, p50 } });
    expect(told(broker, STATE).missing_pct).toBe(missing);
  });

test('a warning that expires at once is unavailable a second later', async () => {
  const broker = await open();
  await say(broker, { expiresAtMs: START_MS });
  expect(told(broker, configOf('binary_sensor'))).toMatchObject({ expire_after: 1 });
});

test('name and password are those of the address, and a repeat ends the connection before it', async () => {
  const broker = await open();
  const url = broker.url.replace('//', '//out%40rider:pass%3Aword@');
  for (const _ of [1, 2]) await say({ url });
  const [first, second] = broker.connects;
  expect(first).toMatchObject({ username: 'out@rider', protocolVersion: 4, clean: true });
  expect(first?.password?.toString()).toBe('pass:word');
  expect(second?.clientId).toBe(first?.clientId);
});

test.each([
  { name: 'refuses our password', fault: { refuse: 4 }, reason: 'not-authorised' },
  { name: 'does not let us in', fault: { refuse: 5 }, reason: 'not-authorised' },
  { name: 'is about to begin', fault: { refuse: 3 }, reason: 'unreachable' },
  { name: 'never greets back', fault: 'mute', reason: 'timed-out' },
  { name: 'never acknowledges', fault: 'slow', reason: 'ambiguous' },
  { name: 'hangs up after it took all', fault: 'reset after accept', reason: 'ambiguous' },
  { name: 'says nonsense', fault: 'nonsense', reason: 'unreachable' },
] as const)('a broker that $name is asked again', async ({ fault, reason }) => {
  const broker = await open();
  broker.fail(fault);
  expect(await say(broker)).toEqual({ kind: 'retryable', reason });
  expect(await say(broker)).toEqual({ kind: 'delivered' });
  expect([...broker.retained.keys()]).toHaveLength(4);
});

test('a broker that does not know our protocol is not', async () => {
  const broker = await open();
  broker.fail({ refuse: 1 });
  expect(await say(broker)).toEqual({ kind: 'rejected', reason: 'bad-request' });
});

test('nobody listening, and a try that is broken off, are told apart', async () => {
  const broker = await open();
  expect((await say(broker, {}, AbortSignal.abort())).kind).toBe('retryable');
  expect(broker.connects).toHaveLength(0);
  await broker.close();
  expect(await say(broker)).toEqual({ kind: 'retryable', reason: 'unreachable' });
});

test('a server that is no broker does not make it throw', async () => {
  const web = createServer((_request, response) => response.end());
  await new Promise<void>((ready) => web.listen(0, '127.0.0.1', ready));
  const { port } = web.address() as AddressInfo;
  expect((await say({ url: `mqtt://127.0.0.1:${port}` })).kind).not.toBe('delivered');
  web.closeAllConnections();
  await new Promise<void>((closed) => web.close(() => closed()));
});
