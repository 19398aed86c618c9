import { manualClock } from '@outrider/runtime';
import type { Contact } from '@outrider/state';
import { afterEach, expect, test } from 'vitest';
import { CONTRACT_TIMEOUT_MS, channelContract } from '../channel.contract.ts';
import type { Message } from '../channel.ts';
import { type FakePagerDuty, fakePagerDuty, ROUTING_KEY } from '../fakes/pagerduty.fixture.ts';
import { exampleMessage } from '../message.fixture.ts';
import { driver, START_MS } from '../notifier.fixture.ts';
import { createPagerDuty } from './pagerduty.ts';

const signal = new AbortController().signal;
const opened: FakePagerDuty[] = [];
const forgotten: string[] = [];
afterEach(async () => {
  forgotten.length = 0;
  for (const one of opened.splice(0)) await one.close();
});

async function open(): Promise<FakePagerDuty> {
  const pagerDuty = await fakePagerDuty();
  opened.push(pagerDuty);
  return pagerDuty;
}

const channelOf = ({ url }: FakePagerDuty) =>
  createPagerDuty({
    ...{ url, realClock: manualClock(START_MS), timeoutMs: CONTRACT_TIMEOUT_MS },
    forget: async (contactId) => forgotten.push(contactId),
  });

const contact: Contact = {
  ...{ contactId: 'contact-1', personId: driver.personId, channel: 'pagerduty', target: ROUTING_KEY },
  ...{ verifiedAtMs: START_MS, stoppedAtMs: null },
};
const to = (change: Partial<Message> = {}, contacts = [contact]) =>
  exampleMessage({ recipient: { ...driver, contacts }, ...change });

const invalidKey = {
  status: 400,
  body: { status: 'invalid event', message: 'Event object is invalid', errors: ["'routing_key' is invalid"] },
};

channelContract(
  'pagerduty',
  async () => {
    const provider = await open();
    return {
      channel: channelOf(provider),
      provider,
      message: to,
      visible: () => provider.incidents().size,
    };
  },
  { gone: invalidKey },
);

test('an incident says which car, what and what to do', async () => {
  const pagerDuty = await open();
  await channelOf(pagerDuty).deliver(to(), signal);
  expect(pagerDuty.events[0]?.payload).toMatchObject({
    ...{ summary: exampleMessage().title, severity: 'warning', source: 'veh_milford0001' },
    custom_details: { what_to_do: exampleMessage().body },
  });
});

test('an incident says where to look: an address as a link, a path as it is', async () => {
  const pagerDuty = await open();
  const channel = channelOf(pagerDuty);
  const runbook = 'https://wiki.example.org/silent';
  await channel.deliver(to({ runbook }), signal);
  await channel.deliver(to({ notificationId: 'n-2', runbook: 'runbooks/silent.md' }), signal);
  await channel.deliver(to({ notificationId: 'n-3' }), signal);
  const [address, path, none] = pagerDuty.events;
  expect(address).toMatchObject({
    links: [{ href: runbook, text: 'Runbook' }],
    payload: { custom_details: { runbook } },
  });
  expect(path).toMatchObject({ payload: { custom_details: { runbook: 'runbooks/silent.md' } } });
  expect(path).not.toHaveProperty('links');
  expect(none).not.toHaveProperty('payload.custom_details.runbook');
});

test('a later word joins the incident, and the end of the alert resolves it', async () => {
  const pagerDuty = await open();
  const channel = channelOf(pagerDuty);
  await channel.deliver(to(), signal);
  await channel.deliver(to({ notificationId: 'n-2', purpose: 'update', title: 'Worse' }), signal);
  expect([...pagerDuty.incidents().values()]).toEqual([{ status: 'triggered', summary: 'Worse' }]);
  await channel.deliver(to({ notificationId: 'n-3', purpose: 'resolve' }), signal);
  expect([...pagerDuty.incidents().values()]).toEqual([{ status: 'resolved', summary: 'Worse' }]);
});

test('an answer acknowledges the incident, and what is said later joins it so', async () => {
  const pagerDuty = await open();
  const channel = channelOf(pagerDuty);
  await channel.deliver(to(), signal);
  await channel.deliver(to({ notificationId: 'n-2', purpose: 'update', isAnswered: true }), signal);
  expect([...pagerDuty.incidents().values()]).toEqual([{ status: 'acknowledged', summary: to().title }]);
  await channel.deliver(to({ notificationId: 'n-3', purpose: 'update', title: 'Worse' }), signal);
  expect([...pagerDuty.incidents().values()]).toEqual([{ status: 'acknowledged', summary: 'Worse' }]);
});

test('another alert, and another person, have incidents of their own', async () => {
  const pagerDuty = await open();
  const other = { ...to().recipient, personId: 'per_other00001' };
  for (const change of [{}, { alertId: 'alert-2' }, { recipient: other }])
    await channelOf(pagerDuty).deliver(to(change), signal);
  expect(pagerDuty.incidents().size).toBe(3);
});

for (const { name, fault, isForgotten } of [
  { name: 'a key that is none', fault: invalidKey, isForgotten: true },
  {
    name: 'an event that is refused',
    fault: { ...invalidKey, body: { errors: ["'payload.severity' is invalid"] } },
    isForgotten: false,
  },
])
  test(`${name} is ${isForgotten ? 'forgotten' : 'no reason to forget the key'}`, async () => {
    const pagerDuty = await open();
    pagerDuty.fail(fault);
    expect((await channelOf(pagerDuty).deliver(to(), signal)).kind).toBe('rejected');
    expect(forgotten).toEqual(isForgotten ? ['contact-1'] : []);
  });

test.each([1_024, 1_025])('a title of %i signs is taken', async (length) => {
  const pagerDuty = await open();
  const message = to({ title: 'x'.repeat(length) });
  expect(await channelOf(pagerDuty).deliver(message, signal)).toEqual({ kind: 'delivered' });
});

test('the key that was given last counts, and none that was stopped', async () => {
  const pagerDuty = await open();
  const older = { ...contact, contactId: 'contact-0', target: 'another key' };
  const stopped = { ...contact, contactId: 'contact-2', target: 'stopped', stoppedAtMs: START_MS };
  const message = to({}, [older, contact, stopped]);
  expect(await channelOf(pagerDuty).deliver(message, signal)).toEqual({ kind: 'delivered' });
});
