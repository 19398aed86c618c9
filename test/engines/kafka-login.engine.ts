import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKafkaTopics, openBus, TOPICS } from '@outrider/bus';
import { createLog, silentLog, systemClock } from '@outrider/runtime';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { type AloneProcess, startAlone } from '../pipeline/alone.fixture.ts';

const broker: Readonly<Record<string, string>> = inject('engines').kafka ?? {};
const { name = '', password = '', lockedPort = '', ca = '', otherCa = '' } = broker;
const WRONG = 'this is not it';

interface Way {
  readonly password?: string;
  readonly tls?: string;
  readonly sasl?: string;
}

/** The URL of the locked door, right in everything that is not changed. */
const urlOf = ({
  password: own = password,
  tls = `tls=on&ca=${ca}`,
  sasl = 'scram-sha-512',
}: Way = {}): string =>
  `kafka://${name}:${encodeURIComponent(own)}@127.0.0.1:${lockedPort}/locked.?${tls}&sasl=${sasl}`;

const folder = mkdtempSync(join(tmpdir(), 'outrider-login-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a broker with TLS and logins', () => {
  test.for(['plain', 'scram-sha-256', 'scram-sha-512'])(
    'takes records by %s, and gives them',
    async (sasl) => {
      await createKafkaTopics(urlOf({ sasl }), { partitions: 2, replication: 1 }, silentLog);
      const bus = await openBus(urlOf({ sasl }), { clock: systemClock, log: silentLog });
      try {
        const read: string[] = [];
        const reading = await bus.subscribe({
          ...{ group: `by-${sasl}`, topics: [TOPICS.raw.name], start: 'latest' },
          handle: async ({ records }, context) => {
            read.push(...records.map(({ value }) => Buffer.from(value ?? []).toString()));
            await context.commit();
          },
        });
        await reading.caughtUp;
        await bus.publish([{ topic: TOPICS.raw.name, key: 'car-1', value: Buffer.from(sasl) }]);
        while (read.length === 0) await systemClock.sleep(10);
        expect(read).toEqual([sasl]);
      } finally {
        await bus.close();
      }
    },
  );

  const refusals: readonly (readonly [string, Way, RegExp])[] = [
    ['a wrong password by plain', { password: WRONG, sasl: 'plain' }, /authentication failed/i],
    ['a wrong password by scram', { password: WRONG }, /authentication failed/i],
    ['a broker whose authority is unknown', { tls: 'tls=on' }, /certificate/i],
    ['a broker of another authority', { tls: `tls=on&ca=${otherCa}` }, /certificate/i],
    ['a broker that wants TLS, without it', { tls: 'tls=off' }, /./],
  ];
  for (const [what, way, words] of refusals)
    test(`${what}: opening it throws and says so, and no secret is told or logged`, async () => {
      const lines: string[] = [];
      const log = createLog('debug', { write: (line: string) => void lines.push(line) });
      const opening = openBus(urlOf(way), { clock: systemClock, log });
      const error = await opening.then(
        () => undefined,
        (reason: Error) => reason,
      );
      expect(error?.message).toMatch(words);
      const told = `${error?.stack} ${lines.join(' ')}`;
      for (const secret of [password, encodeURIComponent(password), WRONG, encodeURIComponent(WRONG)])
        expect(told).not.toContain(secret);
    });
});

describe('a service with a login', () => {
  const running: AloneProcess[] = [];
  afterAll(() => {
    for (const { child } of running) child.kill('SIGKILL');
  });
  const start = (busUrl: string): AloneProcess => {
    const one = startAlone('gateway', folder, { BUS_URL: busUrl, LOG_LEVEL: 'debug' });
    running.push(one);
    return one;
  };

  test('is ready with the right one', async () => {
    const gateway = start(urlOf());
    expect((await fetch(`${await gateway.health()}/readyz`)).status).toBe(200);
    expect(await gateway.end()).toEqual([0, null]);
    expect(await gateway.heard('stopping')).not.toContain(encodeURIComponent(password));
  });

  test('ends with a sentence with a wrong one, and tells it to nobody', async () => {
    const gateway = start(urlOf({ password: WRONG }));
    expect(await gateway.ended).toEqual([1, null]);
    const said = await gateway.heard('uthentication failed');
    expect(said).not.toContain(encodeURIComponent(WRONG));
    expect(said).not.toContain(WRONG);
  });
});
