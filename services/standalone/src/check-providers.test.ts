import { type Probe, ProviderUnavailable } from '@outrider/providers';
import { manualClock, systemClock } from '@outrider/runtime';
import { expect, test } from 'vitest';
import { checkProviders, tableOf } from './check-providers.ts';

const answers: Probe = { name: 'one', kind: 'weather', probe: async () => '3.5 °C' };
const refuses: Probe = {
  name: 'two',
  kind: 'routing',
  probe: async () => {
    throw new ProviderUnavailable('two', 'answered 401', { kind: 'auth' });
  },
};
const hangs: Probe = { name: 'three', kind: 'charging', probe: () => new Promise(() => undefined) };
const breaks: Probe = { name: 'four', kind: 'trips', probe: () => Promise.reject(new TypeError('oh')) };

test('every provider is asked, whatever the others do', async () => {
  const results = await checkProviders([answers, refuses, breaks], systemClock);
  expect(results.map(({ name, answered, said }) => [name, answered, said])).toEqual([
    ['one', true, '3.5 °C'],
    ['two', false, 'auth: two: answered 401'],
    ['four', false, 'TypeError: oh'],
  ]);
});

test('one that says nothing is given up after ten seconds', async () => {
  const clock = manualClock(0);
  const checked = checkProviders([hangs, answers], clock);
  await new Promise(setImmediate);
  clock.advanceTo(10_000);
  expect((await checked)[0]).toMatchObject({ answered: false, said: expect.stringContaining('for 10 s') });
});

test('the table lines up, and says so when nothing is configured', async () => {
  const table = tableOf(await checkProviders([answers, refuses], manualClock(0)));
  expect(table).toBe(
    'kind     provider          took  said\n' +
      'weather  one       ok      0 ms  3.5 °C\n' +
      'routing  two       FAILED  0 ms  auth: two: answered 401\n',
  );
  expect(tableOf([])).toMatch(/^No online provider is configured/);
});

test('what a provider says stays in its cell', async () => {
  const shouts: Probe = { ...answers, probe: async () => `3.10\u001b[2J\nok ${'x'.repeat(9_000)}` };
  const table = tableOf(await checkProviders([shouts], manualClock(0)));
  expect(table).toContain('3.10 [2J ok xxx');
  expect(table).toHaveLength(table.replace(/[^\P{C}\n]/gu, '').length);
  expect(table.split('\n')).toHaveLength(3);
  expect(table.length).toBeLessThan(300);
});
