import { expect, test } from 'vitest';
import { freePort, startServerProcess } from './server-process.ts';

const program = (source: string) => ({ name: 'Server', command: process.execPath, args: ['-e', source] });
const listening = (port: number) => ({
  ...program(`require('node:http').createServer((_, a) => a.end()).listen(${port}, '127.0.0.1')`),
  isReady: async () => (await fetch(`http://127.0.0.1:${port}`)).ok,
});

test('a server is awaited, and gone after it was stopped', async () => {
  const port = await freePort();
  const server = await startServerProcess(listening(port));
  expect(server.isUp()).toBe(true);
  await server.stop();
  expect(server.isUp()).toBe(false);
  await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
  await server.stop();
});

test('a server that ends before it is ready fails with what it said, and a missing one with its name', async () => {
  const isReady = async () => false;
  const refusing = program("console.error('address in use'); process.exit(3)");
  await expect(startServerProcess({ ...refusing, isReady })).rejects.toThrow(/ended with 3.*address in use/s);
  const missing = { name: 'Server', command: 'no-such-program', args: [], isReady };
  await expect(startServerProcess(missing)).rejects.toThrow('no-such-program');
});

test('a server that is never ready, and one that ignores being stopped, are ended', async () => {
  const deaf = program("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')");
  await expect(
    startServerProcess({ ...deaf, isReady: async () => false, startDeadlineMs: 300 }),
  ).rejects.toThrow('not ready');
  let isUp = false;
  const looks = [false, false, true];
  const server = await startServerProcess({
    ...deaf,
    isReady: async () => (isUp = looks.shift() ?? true),
    stopDeadlineMs: 300,
  });
  expect(isUp).toBe(true);
  await server.stop();
  expect(server.isUp()).toBe(false);
});
