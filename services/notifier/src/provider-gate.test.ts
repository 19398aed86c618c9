import { describe, expect, test } from 'vitest';
import type { Delivery } from './channel.ts';
import { createProviderGate, createProviderGates, type ProviderGate, sendByFirst } from './provider-gate.ts';

const FAILED: Delivery = { kind: 'retryable', reason: 'unreachable' };
const DELIVERED: Delivery = { kind: 'delivered' };
const OPEN = { kind: 'open' };
const busy = (retryAfterMs?: number): Delivery => ({
  ...{ kind: 'retryable', reason: 'throttled' },
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});
const breakDown = (gate: ProviderGate, nowMs = 0) => {
  for (let count = 0; count < 5; count++) gate.note(FAILED, nowMs);
};

describe('a provider', () => {
  test('that failed four times is asked, after the fifth it rests for half a minute', () => {
    const gate = createProviderGate();
    for (let count = 0; count < 4; count++) gate.note(FAILED, 0);
    expect(gate.ask(0, false)).toEqual(OPEN);
    gate.note(FAILED, 0);
    for (const isUrgent of [false, true])
      expect(gate.ask(29_999, isUrgent)).toEqual({ kind: 'resting', forMs: 1 });
    expect(gate.ask(30_000, false)).toEqual(OPEN);
  });

  test('that refuses a message works, and what was not tried says nothing', () => {
    const gate = createProviderGate();
    for (let count = 0; count < 4; count++) gate.note(FAILED, 0);
    gate.note({ kind: 'rejected', reason: 'target-gone' }, 0);
    gate.note(FAILED, 0);
    for (let count = 0; count < 9; count++) gate.note({ kind: 'held', forMs: 1 }, 0);
    expect(gate.ask(0, false)).toEqual(OPEN);
  });

  test('is left alone as long as it asks, urgent or not, and no longer than five minutes', () => {
    const gate = createProviderGate();
    gate.note(busy(7_000), 0);
    gate.note(busy(3_000), 0);
    for (const isUrgent of [false, true])
      expect(gate.ask(6_999, isUrgent)).toEqual({ kind: 'resting', forMs: 1 });
    expect(gate.ask(7_000, false)).toEqual(OPEN);
    gate.note(busy(3_600_000), 7_000);
    expect(gate.ask(306_999, false)).toEqual({ kind: 'resting', forMs: 1 });
    expect(gate.ask(307_000, false)).toEqual(OPEN);
  });

  test('rests for whoever only looks, too, and looking is no turn', () => {
    const gate = createProviderGate({ count: 1, windowMs: 60_000 });
    expect(gate.rests(0)).toBe(false);
    breakDown(gate);
    expect([gate.rests(29_999), gate.rests(30_000)]).toEqual([true, false]);
    expect(gate.ask(30_000, false)).toEqual(OPEN);
    gate.note(DELIVERED, 30_000);
    gate.note(busy(7_000), 30_000);
    expect([gate.rests(36_999), gate.rests(37_000)]).toEqual([true, false]);
  });

  test('that does not say how long is asked as before', () => {
    const gate = createProviderGate();
    gate.note(busy(), 0);
    expect(gate.ask(0, false)).toEqual(OPEN);
  });

  test('gets as many at once as its rate says, and each of the others has a moment of their own', () => {
    const gate = createProviderGate({ count: 2, windowMs: 1_000 });
    const asked = [1, 2, 3, 4, 5].map(() => gate.ask(0, false));
    const paced = (forMs: number) => ({ kind: 'paced', forMs });
    expect(asked).toEqual([OPEN, OPEN, paced(500), paced(1_000), paced(1_500)]);
    expect(gate.ask(500, false)).toEqual(OPEN);
    expect(gate.ask(500, false)).toEqual(paced(1_500));
  });

  test('is asked again within a minute, however many wait', () => {
    const gate = createProviderGate({ count: 1, windowMs: 50_000 });
    const asked = [1, 2, 3, 4].map(() => gate.ask(0, false));
    expect(asked.slice(1)).toEqual([50_000, 60_000, 60_000].map((forMs) => ({ kind: 'paced', forMs })));
    expect(gate.ask(0, true)).toEqual(OPEN);
  });
});

describe('of two providers', () => {
  const asked = async (
    { first, second }: { readonly first: ProviderGate; readonly second: ProviderGate },
    answers: Readonly<Record<string, Delivery>> = {},
    isMaybeThere = false,
  ) => {
    const tried: string[] = [];
    const came = await sendByFirst({
      providers: [
        { name: 'first', gate: first },
        { name: 'second', gate: second },
      ],
      ...{ isMaybeThere, isUrgent: false, nowMs: () => 0 },
      async tryOne({ name }) {
        tried.push(name);
        const delivery = answers[name] ?? DELIVERED;
        return { delivery, isDefinite: delivery.kind === 'retryable' && delivery.reason !== 'ambiguous' };
      },
    });
    return { tried, came };
  };
  const gates = (rate?: { readonly count: number; readonly windowMs: number }) => ({
    first: createProviderGate(rate),
    second: createProviderGate(rate),
  });

  test('the first is taken', async () => {
    expect(await asked(gates())).toEqual({ tried: ['first'], came: DELIVERED });
  });

  test('the second is, where the first certainly did not take it, and only then', async () => {
    expect(await asked(gates(), { first: FAILED })).toEqual({ tried: ['first', 'second'], came: DELIVERED });
    const ambiguous: Delivery = { kind: 'retryable', reason: 'ambiguous' };
    expect(await asked(gates(), { first: ambiguous })).toEqual({ tried: ['first'], came: ambiguous });
  });

  test('the second is while the first rests, unless the message may be there', async () => {
    const both = gates();
    breakDown(both.first);
    expect(await asked(both)).toEqual({ tried: ['second'], came: DELIVERED });
    expect(await asked(both, {}, true)).toEqual({ tried: [], came: { kind: 'held', forMs: 30_000 } });
  });

  test('room that comes soon is waited for, else the second is taken', async () => {
    const soon = gates({ count: 1, windowMs: 10_000 });
    soon.first.ask(0, false);
    expect(await asked(soon)).toEqual({ tried: [], came: { kind: 'held', forMs: 10_000 } });
    const late = gates({ count: 1, windowMs: 10_001 });
    late.first.ask(0, false);
    expect(await asked(late)).toEqual({ tried: ['second'], came: DELIVERED });
  });

  test('when neither may be asked the message waits for the sooner, untried', async () => {
    const both = gates();
    breakDown(both.first);
    both.second.note(busy(12_000), 0);
    expect(await asked(both)).toEqual({ tried: [], came: { kind: 'held', forMs: 12_000 } });
  });

  test('that the second rests does not hide what the first said', async () => {
    const both = gates();
    breakDown(both.second);
    expect(await asked(both, { first: FAILED })).toEqual({ tried: ['first'], came: FAILED });
  });
});

test('gates are kept per provider, the thousand asked last', () => {
  const gates = createProviderGates();
  breakDown(gates.of('https://one.example'));
  expect(gates.of('https://one.example').ask(0, false).kind).toBe('resting');
  expect(gates.of('https://other.example').ask(0, false)).toEqual(OPEN);
  for (let number = 0; number < 998; number++) gates.of(`${number}`);
  expect(gates.size).toBe(1_000);
  gates.of('one more');
  expect(gates.size).toBe(1_000);
  expect(gates.of('https://one.example').ask(0, false)).toEqual(OPEN);
});
