import { afterEach, describe, expect, test } from 'vitest';
import type { Channel, Delivery, Message } from './channel.ts';
import type { Fault, ScriptedServer } from './fakes/scripted-server.fixture.ts';

/** One channel before its fake provider. */
export interface ChannelUnderTest {
  readonly channel: Channel;
  readonly provider: ScriptedServer;
  message(change?: Partial<Message>): Message;
  /** What a person sees at the end: repeats that the provider folds into one count once. */
  visible(): number;
  /** Lets real time pass, where the channel itself leaves its provider alone as long as that asked. */
  pass?(ms: number): void;
  /** Seconds the provider was told to keep the newest one; undefined where it has no such word. */
  validForS?(): number | undefined;
}

export interface ContractOptions {
  /** How this provider says that the address is no more; absent where it has no such word. */
  readonly gone?: Fault;
  /** It has no key against repeats: what was taken without an answer is sent, and seen, again. */
  readonly mayRepeat?: true;
  /** How it says that we ask too much, `Retry-After: 7` besides. */
  readonly throttled?: Fault;
}

/** Given up after this, in tests. */
export const CONTRACT_TIMEOUT_MS = 150;

const signal = new AbortController().signal;
const throttledFault: Fault = { status: 429, headers: { 'retry-after': '7' } };

/** What every channel over HTTP does: it tries once, never throws, and says what came of it. */
export function channelContract(
  name: string,
  open: () => Promise<ChannelUnderTest>,
  options: ContractOptions,
): void {
  describe(`the channel ${name}`, () => {
    const opened: ChannelUnderTest[] = [];
    afterEach(async () => {
      for (const { channel, provider } of opened.splice(0)) {
        await channel.close();
        await provider.close();
      }
    });
    const start = async (...faults: readonly Fault[]) => {
      const under = await open();
      opened.push(under);
      under.provider.fail(...faults);
      return under;
    };

    test('what the provider takes is delivered, once', async () => {
      const { channel, message, visible } = await start();
      expect(channel.reaches(message().recipient)).toBe(true);
      expect(await channel.deliver(message(), signal)).toMatchObject({ kind: 'delivered' });
      expect(visible()).toBe(1);
    });

    test('asked to slow down it says for how long, and nothing arrived', async () => {
      const { channel, message, visible, pass } = await start(options.throttled ?? throttledFault);
      const delivery = await channel.deliver(message(), signal);
      expect(delivery).toEqual({ kind: 'retryable', reason: 'throttled', retryAfterMs: 7_000 });
      expect(visible()).toBe(0);
      if (pass !== undefined) {
        pass(6_999);
        expect(await channel.deliver(message(), signal)).toEqual({ kind: 'held', forMs: 1 });
        pass(1);
      }
      expect(await channel.deliver(message(), signal)).toMatchObject({ kind: 'delivered' });
    });

    const { gone } = options;
    if (gone !== undefined)
      test('an address that is no more is not tried again', async () => {
        const { channel, message, visible } = await start(gone);
        expect(await channel.deliver(message(), signal)).toEqual({ kind: 'rejected', reason: 'target-gone' });
        expect(visible()).toBe(0);
      });

    test('a provider that never answers is given up, and nobody says it was delivered', async () => {
      const { channel, message } = await start('slow');
      const delivery = await channel.deliver(message(), signal);
      expect(delivery).toMatchObject({ reason: 'ambiguous' });
    });

    const copies = options.mayRepeat === true ? 2 : 1;
    const seen = copies === 1 ? 'once' : 'twice';
    test(`taken without an answer, it is seen ${seen} when it is tried again`, async () => {
      const { channel, message, visible } = await start('reset after accept');
      const first: Delivery = await channel.deliver(message(), signal);
      if (first.kind === 'retryable') await channel.deliver(message(), signal);
      expect(visible()).toBe(copies);
    });

    test(`a process that dies after the yes tries again and is seen ${seen}`, async () => {
      const { channel, message, visible } = await start();
      for (const _ of [1, 2]) await channel.deliver(message(), signal);
      expect(visible()).toBe(copies);
    });

    test('nobody listening is certain non-delivery', async () => {
      const { channel, message, provider } = await start();
      await provider.close();
      expect(await channel.deliver(message(), signal)).toEqual({ kind: 'retryable', reason: 'unreachable' });
    });

    test('a try that is broken off does not throw', async () => {
      const { channel, message } = await start('slow');
      expect((await channel.deliver(message(), AbortSignal.abort())).kind).not.toBe('delivered');
    });

    test('refused credentials may be mended, and the message waits for that', async () => {
      const { channel, message, visible } = await start({ status: 401, body: {} });
      expect(await channel.deliver(message(), signal)).toMatchObject({ reason: 'not-authorised' });
      expect(visible()).toBe(0);
    });

    test('the provider keeps it no longer than it is useful', async () => {
      const { channel, message, validForS } = await start();
      await channel.deliver(message(), signal);
      if (validForS !== undefined) expect(validForS()).toBe(3_600);
    });

    test('a person without such an address is not reached', async () => {
      const { channel, message, provider } = await start();
      const { contacts: _, ...nobody } = message().recipient;
      const recipient = { ...nobody, email: null, phone: null, webhookUrl: null };
      expect(channel.reaches(recipient)).toBe(false);
      expect((await channel.deliver(message({ recipient }), signal)).kind).toBe('rejected');
      expect(provider.calls).toHaveLength(0);
    });
  });
}
