import { expect, inject, test } from 'vitest';

const { httpUrl } = inject('engines').influxdb ?? {};

test('the server is an InfluxDB 1.6 that answers nobody without a login', async () => {
  const { headers } = await fetch(`${httpUrl}/ping`);
  expect(headers.get('x-influxdb-version')).toMatch(/^1\.6\./);
  expect((await fetch(`${httpUrl}/query?q=SHOW+DATABASES`)).status).toBe(401);
});
