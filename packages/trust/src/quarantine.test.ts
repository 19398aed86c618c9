import { expect, test } from 'vitest';
import { memoryStores } from './memory-stores.ts';
import { createQuarantine } from './quarantine.ts';

const DAY_MS = 86_400_000;
const NOON = 1_000 * DAY_MS + DAY_MS / 2;
const BYTES = Buffer.from('who knows whose place this is');

test('a record of nobody is opened again within seven days, and not after its key is gone', async () => {
  const quarantine = createQuarantine(memoryStores().quarantineKeys);
  const { keyId, box } = await quarantine.sealUnknown(BYTES, NOON);
  const at = async (nowMs: number) => {
    const opened = await quarantine.openUnknown(keyId, box, nowMs);
    return opened.kind === 'opened' ? Buffer.from(opened.bytes).toString() : opened.reason;
  };
  expect(await at(NOON)).toBe(BYTES.toString());
  expect(await at(NOON + 7 * DAY_MS)).toBe(BYTES.toString());
  expect(await at(1_008 * DAY_MS - 1)).toBe(BYTES.toString());
  expect(await at(1_008 * DAY_MS)).toBe('key-destroyed');
});

test('the key changes at midnight UTC and not before', async () => {
  const quarantine = createQuarantine(memoryStores().quarantineKeys);
  const keyIdAt = async (nowMs: number) => (await quarantine.sealUnknown(BYTES, nowMs)).keyId;
  expect(await keyIdAt(1_001 * DAY_MS - 1)).toBe(await keyIdAt(1_000 * DAY_MS));
  expect(await keyIdAt(1_001 * DAY_MS)).not.toBe(await keyIdAt(1_001 * DAY_MS - 1));
});

test('keys whose time is over are deleted by asking, and by sealing on a later day', async () => {
  const { quarantineKeys } = memoryStores();
  const quarantine = createQuarantine(quarantineKeys);
  const first = await quarantine.sealUnknown(BYTES, NOON);
  expect(await quarantine.expireUnknown(1_008 * DAY_MS - 1)).toBe(0);
  expect(await quarantine.expireUnknown(1_008 * DAY_MS)).toBe(1);
  const second = await quarantine.sealUnknown(BYTES, NOON + DAY_MS);
  await quarantine.sealUnknown(BYTES, NOON + 9 * DAY_MS);
  for (const { keyId } of [first, second]) expect(await quarantineKeys.find(keyId)).toBeUndefined();
});

test('processes that begin the same day at the same time agree on one key', async () => {
  const { quarantineKeys } = memoryStores();
  const [one, other] = [createQuarantine(quarantineKeys), createQuarantine(quarantineKeys)];
  const [sealed] = await Promise.all([one.sealUnknown(BYTES, NOON), other.sealUnknown(BYTES, NOON)]);
  expect((await other.openUnknown(sealed.keyId, sealed.box, NOON)).kind).toBe('opened');
});

test('hostile boxes and unknown keys are refused without a throw', async () => {
  const quarantine = createQuarantine(memoryStores().quarantineKeys);
  const { keyId, box } = await quarantine.sealUnknown(BYTES, NOON);
  const reasonOf = async (id: string, bytes: Uint8Array) => quarantine.openUnknown(id, bytes, NOON);
  expect(await reasonOf(keyId, box.subarray(1))).toEqual({ kind: 'denied', reason: 'unreadable' });
  expect(await reasonOf(keyId, new Uint8Array())).toEqual({ kind: 'denied', reason: 'unreadable' });
  expect(await reasonOf('key_of_a_car', box)).toEqual({ kind: 'denied', reason: 'key-destroyed' });
});
