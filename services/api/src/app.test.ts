import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startApi } from './api.fixture.ts';
import { apiSettings, ERROR_CODES } from './app.ts';
import { aloneSettings } from './settings.ts';

const it = await startApi();
afterAll(() => it.stop());

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
/** First column of the table below a heading. */
const listed = (heading: string): readonly string[] =>
  [...(readme.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '').matchAll(/^\| `([^`]+)`/gm)].map(
    (found) => found[1] ?? '',
  );

test('README lists every setting with its meaning and default', () => {
  const settings = Object.values({ ...apiSettings, ...aloneSettings });
  expect(listed('Settings').toSorted()).toEqual(settings.map(({ env }) => env).toSorted());
  for (const { env, about, default: usual } of settings)
    expect(readme).toContain(`| \`${env}\` | ${about} | ${usual === '' ? 'none' : `\`${usual}\``} |`);
});

test('README lists every error code with its status', () => {
  expect(listed('Errors').toSorted()).toEqual(Object.keys(ERROR_CODES).toSorted());
  for (const [code, { status, about }] of Object.entries(ERROR_CODES))
    expect(readme).toContain(`| \`${code}\` | ${status} | ${about} |`);
});

test('README lists every route with its roles', async () => {
  const { paths } = (await it.call('GET', '/openapi.json')).body;
  const routes = Object.entries<Record<string, { 'x-roles'?: string | readonly string[] }>>(paths).flatMap(
    ([path, methods]) =>
      Object.entries(methods).map(([method, { 'x-roles': roles }]) => ({
        route: `${method.toUpperCase()} ${path}`,
        roles,
      })),
  );
  expect(listed('Routes').toSorted()).toEqual(routes.map(({ route }) => route).toSorted());
  for (const { route, roles: who } of routes) {
    const roles = [who ?? 'public'].flat();
    expect(readme).toContain(`| \`${route}\` | ${roles.length === 5 ? 'any' : roles.join(', ')} |`);
  }
});

test('alive and ready are told to everybody', async () => {
  expect((await it.call('GET', '/livez')).body).toEqual({ status: 'alive' });
  expect((await it.call('GET', '/readyz')).body).toEqual({ status: 'ready' });
});

test('the documentation page loads, under a policy that lets nothing else in', async () => {
  const page = await it.call('GET', '/docs/');
  expect(page.status).toBe(200);
  const policy = page.headers.get('content-security-policy');
  expect(policy).toContain("default-src 'self'");
  expect(policy).not.toContain('upgrade-insecure-requests');
  expect((await it.call('GET', '/openapi.json')).body.openapi).toBe('3.1.0');
});

test('answers say that they are not to be cached or sniffed', async () => {
  const { headers } = await it.call('GET', '/v1/people/me', { token: it.adminToken });
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
});

test('metrics are open on loopback, name routes and never ids', async () => {
  const { token } = await it.addPerson();
  const vehicleId = await it.addVehicle(token);
  await it.call('GET', `/v1/vehicles/${vehicleId}`, { token });
  const { body } = await it.call('GET', '/metrics');
  expect(body).toContain('api_requests_total{method="GET",route="/v1/vehicles/:vehicleId",status="2xx"} 1');
  expect(body).not.toContain(vehicleId);
});

test('beyond loopback metrics ask for an operator or admin', async () => {
  const open = await startApi({ environment: { API_HOST: '127.0.0.2' } });
  const call = async (token?: string) => (await open.call('GET', '/metrics', { token })).status;
  expect(await call()).toBe(401);
  expect(await call(open.adminToken)).toBe(200);
  await open.stop();
});

test('not ready once it stops, and stopping twice is harmless', async () => {
  const other = await startApi();
  expect(other.api.readiness()).toEqual({ ready: true });
  await other.stop();
  await other.stop();
  expect(other.api.readiness()).toEqual({ ready: false, why: 'stopping' });
  expect(other.api.isIdle()).toBe(true);
});

test('the state store’s silence shows in readiness, not in liveness', async () => {
  const other = await startApi();
  await other.state.close();
  expect((await other.call('GET', '/readyz')).status).toBe(503);
  expect((await other.call('GET', '/livez')).status).toBe(200);
  await other.stop();
});
