import { afterAll, describe, expect, test } from 'vitest';
import { startApi } from './api.fixture.ts';
import { createDevice, type Device } from './authenticator.fixture.ts';

const ORIGIN = 'https://outrider.example';
const RP_ID = 'outrider.example';
const it = await startApi({ environment: { API_PUBLIC_URL: ORIGIN } });
const plain = await startApi({ stores: it });
afterAll(async () => {
  await plain.stop();
  await it.stop();
});

const own = { origin: ORIGIN };

async function addTo(token: string, device: Device, origin = ORIGIN) {
  const { body } = await it.call('POST', '/v1/people/me/passkeys/options', { token });
  return it.call('POST', '/v1/people/me/passkeys', { token, body: device.register(body.challenge, origin) });
}

const challenge = async (): Promise<string> =>
  (await it.call('POST', '/v1/session/passkey-options', { headers: own })).body.challenge;
const signIn = (passkey: object) => it.call('POST', '/v1/session', { headers: own, body: { passkey } });

describe('a passkey', () => {
  test('is added to a person, and signs them in in the role they had', async () => {
    const { token, personId } = await it.addPerson('operator');
    const device = createDevice(RP_ID);
    expect((await addTo(token, device)).status).toBe(201);
    const made = await signIn(device.sign(await challenge(), ORIGIN));
    expect(made.body).toMatchObject({ personId, role: 'operator' });
    expect(made.headers.get('set-cookie')).toMatch(/^outrider_session=.*Secure$/);
    const { passkeys } = (await it.call('GET', '/v1/people/me/passkeys', { token })).body;
    expect(passkeys).toMatchObject([{ passkeyId: device.id, usedAt: expect.any(String) }]);
  });

  test('signs nobody in once it was removed, and nobody removes another’s', async () => {
    const [mine, theirs] = [await it.addPerson(), await it.addPerson()];
    const device = createDevice(RP_ID);
    await addTo(mine.token, device);
    const path = `/v1/people/me/passkeys/${device.id}`;
    expect((await it.call('DELETE', path, { token: theirs.token })).status).toBe(404);
    expect((await it.call('DELETE', path, { token: mine.token })).status).toBe(204);
    expect((await signIn(device.sign(await challenge(), ORIGIN))).status).toBe(401);
  });

  test('is one person’s: nobody adds it once more', async () => {
    const device = createDevice(RP_ID);
    expect((await addTo((await it.addPerson()).token, device)).status).toBe(201);
    expect((await addTo((await it.addPerson()).token, device)).body.error.code).toBe('conflict');
  });
});

describe('what a device signed counts', () => {
  test('once', async () => {
    const device = createDevice(RP_ID);
    await addTo((await it.addPerson()).token, device);
    const asked = await challenge();
    expect((await signIn(device.sign(asked, ORIGIN))).status).toBe(201);
    expect((await signIn(device.sign(asked, ORIGIN))).status).toBe(401);
  });

  test('for the page it was asked on only', async () => {
    const device = createDevice(RP_ID);
    const { token } = await it.addPerson();
    expect((await addTo(token, device, 'https://evil.example')).status).toBe(400);
    await addTo(token, device);
    expect((await signIn(device.sign(await challenge(), 'https://evil.example'))).status).toBe(401);
    const elsewhere = createDevice('evil.example');
    expect((await addTo(token, elsewhere)).status).toBe(400);
  });

  test('not when it was never asked, or asked of somebody else', async () => {
    const device = createDevice(RP_ID);
    const { token } = await it.addPerson();
    await addTo(token, device);
    expect((await signIn(device.sign('bmV2ZXI', ORIGIN))).status).toBe(401);
    // What was asked to add a key does not sign in, nor the other way round.
    const toAdd = (await it.call('POST', '/v1/people/me/passkeys/options', { token })).body.challenge;
    expect((await signIn(device.sign(toAdd, ORIGIN))).status).toBe(401);
    const other = createDevice(RP_ID);
    const body = other.register(await challenge(), ORIGIN);
    expect((await it.call('POST', '/v1/people/me/passkeys', { token, body })).status).toBe(400);
  });

  test('not from a copy that counts less', async () => {
    const device = createDevice(RP_ID);
    await addTo((await it.addPerson()).token, device);
    expect((await signIn(device.sign(await challenge(), ORIGIN, 5))).status).toBe(201);
    expect((await signIn(device.sign(await challenge(), ORIGIN, 5))).status).toBe(401);
    expect((await signIn(device.sign(await challenge(), ORIGIN, 6))).status).toBe(201);
  });

  test('not with another key under its id', async () => {
    const device = createDevice(RP_ID);
    await addTo((await it.addPerson()).token, device);
    const forged = {
      ...createDevice(RP_ID).sign(await challenge(), ORIGIN),
      id: device.id,
      rawId: device.id,
    };
    expect((await signIn(forged)).status).toBe(401);
  });
});

test('a page under a number is told to use a name, and another page is told nothing', async () => {
  const { token } = await it.addPerson();
  const { status, body } = await plain.call('POST', '/v1/people/me/passkeys/options', { token });
  expect([status, body.error.message]).toEqual([409, expect.stringContaining('localhost')]);
  const foreign = { origin: 'https://evil.example' };
  const asked = await it.call('POST', '/v1/session/passkey-options', { headers: foreign });
  expect(asked.body.error.code).toBe('origin-refused');
});
