import { expect, test } from 'vitest';
import { createCaller } from './caller.ts';
import { impatientClock, vendorOn } from './loopback.fixture.ts';

const messageAfter = async (body: string, secrets: readonly string[] = []): Promise<string> => {
  const { baseUrl } = await vendorOn(() => ({ status: 400, body }));
  const clock = impatientClock(0);
  const caller = createCaller({
    ...{ name: 'vendor', baseUrl, timeoutMs: 5_000, secrets, clock, random: () => 0, fetch },
  });
  return caller.ask({ path: '/' }).then(String, ({ message }: Error) => message);
};

test('an error repeats the beginning of what the vendor said', async () => {
  expect(await messageAfter('no such\n place')).toBe('vendor: answered 400 (no such place)');
  expect((await messageAfter('x'.repeat(5_000))).length).toBeLessThan(160);
});

test('and nothing of what it was given in confidence, wherever it stands', async () => {
  const secret = 'k3y-0f-0urs';
  expect(await messageAfter(`the key ${secret} is refused`, [secret])).toContain('the key [secret] is');
  const atTheCut = await messageAfter(`${'x'.repeat(115)}${secret}`, [` ${secret}\n`]);
  expect(atTheCut).not.toContain(secret.slice(0, 4));
  expect(await messageAfter('all is said', ['', ' '])).toContain('all is said');
});

test('and nothing that moves the cursor of who reads it', async () => {
  expect(await messageAfter('a\u001b[2J\u0007b\u009bc')).toBe('vendor: answered 400 (a [2J b c)');
});
