import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog } from '@outrider/runtime';
import { afterEach, expect, test } from 'vitest';
import { startApi, type TestApi } from './api.fixture.ts';

const VIN = '11111111111111111';
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** An API beside a decoder that answers `body`; what it was asked, and what was logged. */
async function start(body: object | undefined) {
  const asked: string[] = [];
  const vendor = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(body === undefined ? 500 : 200).end(JSON.stringify(body ?? { vin: VIN }));
  });
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => vendor.close(resolve)));
  let logged = '';
  const write = (line: string): void => {
    logged += line;
  };
  const it = await startApi({
    environment: { VPIC_URL: `http://127.0.0.1:${(vendor.address() as AddressInfo).port}` },
    log: createLog('debug', { write }),
  });
  closing.push(() => it.stop());
  return { it, asked, logged: () => logged };
}

async function carWith(it: TestApi, vin: string | null) {
  const { token } = await it.addPerson();
  const vehicleId = await it.addVehicle(token);
  await it.call('PATCH', `/v1/vehicles/${vehicleId}`, { token, body: { vin } });
  return async (mayAsk: boolean, who = token) =>
    it.call('POST', `/v1/vehicles/${vehicleId}/vin/decode`, { token: who, body: { mayAsk } });
}

const known = { Results: [{ Make: 'TEST', Model: 'Car', ModelYear: '2022', ErrorCode: '0' }] };

test('with the owner’s word the decoder is asked, and names models it may be', async () => {
  const { it, asked, logged } = await start(known);
  const decode = await carWith(it, VIN);
  expect((await decode(true)).body).toEqual({
    check: { isVin: true, hasCheckDigit: true },
    decoded: { make: 'TEST', model: 'Car', modelYear: 2022, isDoubtful: false },
    notDecoded: null,
    models: [{ modelId: 'test-car', name: 'Test car' }],
  });
  expect(asked).toHaveLength(1);
  expect(logged()).not.toContain(VIN);
});

test('without it, without a VIN, or by a stranger nobody is asked', async () => {
  const { it, asked } = await start(known);
  const decode = await carWith(it, VIN);
  expect((await decode(false)).body).toMatchObject({ check: { isVin: true }, notDecoded: 'not-allowed' });
  expect((await decode(true, (await it.addPerson()).token)).status).toBe(404);
  expect((await (await carWith(it, null))(true)).body).toMatchObject({ check: null, notDecoded: 'no-vin' });
  expect(asked).toEqual([]);
});

test('a decoder that fails is named by kind, and the VIN stays out of the log', async () => {
  const { it, logged } = await start(undefined);
  expect((await (await carWith(it, VIN))(true)).body.notDecoded).toBe('unavailable');
  expect(logged()).not.toContain(VIN);
});

test('by default nobody is told a VIN', async () => {
  const it = await startApi();
  closing.push(() => it.stop());
  expect((await (await carWith(it, VIN))(true)).body).toMatchObject({
    decoded: null,
    notDecoded: 'switched-off',
  });
});
