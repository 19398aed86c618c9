import { expect, test } from 'vitest';
import { firstAvailable } from './first-available.ts';
import { ProviderUnavailable } from './provider.ts';

const answering = (name: string) => ({ name, ask: async () => name });
const failing = (name: string, why: string) => ({
  name,
  ask: async (): Promise<string> => {
    throw new ProviderUnavailable(name, why);
  },
});
const ask = (providers: readonly { readonly name: string; ask(): Promise<string> }[]) =>
  firstAvailable(providers, (provider) => provider.ask());

test('the first that can answer answers, and nobody after it is asked', async () => {
  let asked = 0;
  const last = {
    name: 'last',
    ask: async () => {
      asked++;
      return 'last';
    },
  };
  expect(await ask([failing('one', 'is down'), answering('two'), last])).toBe('two');
  expect(asked).toBe(0);
});

test('when nobody can, every reason is named', async () => {
  const error = await ask([failing('one', 'is down'), failing('two', 'knows no such place')]).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProviderUnavailable);
  expect(String(error)).toContain('one: is down; two: knows no such place');
});

test('nobody to ask is a reason too', async () => {
  await expect(ask([])).rejects.toThrow('no provider is configured');
});

test('a mistake of ours is not a provider that cannot tell', async () => {
  const broken = {
    name: 'broken',
    ask: async (): Promise<string> => {
      throw new TypeError('cannot read');
    },
  };
  await expect(ask([broken, answering('two')])).rejects.toThrow(TypeError);
});
