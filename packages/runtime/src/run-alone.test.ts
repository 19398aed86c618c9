import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Child {
  readonly process: ChildProcess;
  readonly said: () => string;
  readonly ended: Promise<unknown[]>;
  hears(word: string): Promise<void>;
}

function start(fault: string): Child {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'run-alone.child.ts'), fault], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const ended = once(child, 'close');
  const hears = async (word: string): Promise<void> => {
    while (!said.includes(word))
      await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), ended]);
  };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  return { process: child, said: () => said, ended, hears };
}

test('what was opened is closed the other way round, and the end is a good one', async () => {
  const child = start('none');
  await child.hears('hello');
  child.process.kill('SIGINT');
  expect(await child.ended).toEqual([0, null]);
  expect(child.said()).toMatch(/closed second\n[\s\S]*closed first/);
});

test('a service that cannot start closes what was opened, says why, and ends with 1', async () => {
  const child = start('start');
  expect(await child.ended).toEqual([1, null]);
  expect(child.said()).toMatch(/closed second\n[\s\S]*closed first/);
  expect(child.said()).toContain('it cannot start');
  expect(child.said()).not.toContain('hello');
});

test.for(['forgets', 'forgets-and-start'])(
  '%s: a handle left behind does not keep it for ever',
  async (fault) => {
    const child = start(fault);
    if (fault === 'forgets') {
      await child.hears('hello');
      child.process.kill('SIGTERM');
    }
    expect(await child.ended).toEqual([null, 'SIGTERM']);
    expect(child.said()).toContain('closed first');
  },
);

const ready = async (child: Child): Promise<readonly [number, unknown]> => {
  await child.hears('hello');
  await child.hears('the child runs alone');
  const [, health] = /"health":"(http[^"]+)"/.exec(child.said()) ?? [];
  expect((await fetch(`${health}/livez`)).status).toBe(200);
  const answer = await fetch(`${health}/readyz`);
  return [answer.status, await answer.json()];
};

test('it is ready while its engines answer, and says which one does not', async () => {
  const child = start('goes-away');
  expect(await ready(child)).toEqual([200, { status: 'ready' }]);
  expect(await ready(child)).toEqual([503, { status: 'not-ready', why: 'the first does not answer' }]);
  child.process.kill('SIGTERM');
  expect(await child.ended).toEqual([0, null]);
});

test('an engine that never answers is not waited for', async () => {
  const child = start('hangs');
  expect(await ready(child)).toEqual([
    503,
    { status: 'not-ready', why: 'the second does not answer within 2 s' },
  ]);
  child.process.kill('SIGTERM');
  expect(await child.ended).toEqual([0, null]);
});

test('while it drains it lives and is not ready', async () => {
  const child = start('hangs-at-stop');
  expect(await ready(child)).toEqual([200, { status: 'ready' }]);
  child.process.kill('SIGTERM');
  await child.hears('"signal":"SIGTERM"');
  expect(await ready(child)).toEqual([503, { status: 'not-ready', why: 'it is stopping' }]);
  child.process.kill('SIGKILL');
  await child.ended;
});

test('a second signal ends one that hangs', async () => {
  const child = start('hangs-at-stop');
  await child.hears('hello');
  child.process.kill('SIGTERM');
  await child.hears('"signal":"SIGTERM"');
  child.process.kill('SIGTERM');
  expect(await child.ended).toEqual([null, 'SIGTERM']);
});
