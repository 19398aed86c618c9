import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '@outrider/runtime';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import { readText, readYaml } from '../compose/compose.ts';
import { readFiles } from '../repository/files.ts';

const { url = '', api = '', gateway = '', admin = '' } = inject('engines').prometheus ?? {};
const RULES = 'infra/docker/prometheus/alerts.yml';
const folder = mkdtempSync(join(tmpdir(), 'outrider-promtool-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr?: string }[];
  }[];
}
const panels = readFiles('infra/docker/grafana/dashboards')
  .flatMap(({ text }) => (JSON.parse(text) as Dashboard).panels)
  .flatMap(({ title, targets }) =>
    targets.flatMap(({ expr }) => (expr === undefined ? [] : [{ title, expr }])),
  );
const rules = readYaml<{ groups: readonly { rules: readonly { alert: string; expr: string }[] }[] }>(
  RULES,
).groups.flatMap((group) => group.rules);

/** Metrics with labels are there only once something is counted; a drive on which nothing fails does not count these. */
const QUIET =
  /bus_group_lag|ingest_rejects|records_unreadable|telemetry_refused|bus_records_skipped|notifier_decisions|charger_list_age/;

async function ask(promQl: string): Promise<readonly object[]> {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query: promQl })}`);
  const answer = (await response.json()) as {
    readonly error?: string;
    readonly data?: { readonly result: readonly object[] };
  };
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.data?.result ?? [];
}

async function post(address: string, token: string, body?: object): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(
    address,
    body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers },
  );
  if (!response.ok) throw new Error(`${address} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Record<string, unknown>;
}

/** A driver, a car, a plan and a frame: what makes the whole path count. */
beforeAll(async () => {
  const person = { name: 'Alex', role: 'driver', units: 'metric', timeZone: 'Europe/Berlin' };
  const { token } = (await post(`${api}/v1/people`, admin, person)) as { token: string };
  const { textVersion } = await post(`${api}/v1/purposes`, token);
  const consents = { alert_driver: true, show_driver: true };
  const car = { modelId: 'generic-suv', label: 'My car', consents, textVersion };
  const { vehicle, device } = (await post(`${api}/v1/vehicles`, token, car)) as {
    vehicle: { vehicleId: string };
    device: { token: string };
  };
  const observedAt = new Date(systemClock.nowMs()).toISOString();
  const origin = { name: 'Berlin', lat: 52.52, lon: 13.4 };
  const stops = [{ name: 'Hamburg', lat: 53.55, lon: 9.99, kind: 'destination' }];
  await post(`${api}/v1/vehicles/${vehicle.vehicleId}/trips`, token, { departAt: observedAt, origin, stops });
  const signals = {
    'Vehicle.Powertrain.TractionBattery.StateOfCharge.Current': 62,
    'Vehicle.Speed': 72,
    'Vehicle.CurrentLocation.Latitude': origin.lat,
    'Vehicle.CurrentLocation.Longitude': origin.lon,
  };
  await post(`${gateway}/v1/frames`, device.token, { frames: [{ observedAt, signals }] });
  // A rate wants two looks.
  const isSeen = async () =>
    expect(await ask('count_over_time(predictor_forecasts_total[1m]) > 2')).not.toEqual([]);
  await vi.waitFor(isSeen, { timeout: 30_000, interval: 500 });
});

describe('what Prometheus is given', () => {
  test('its configuration is one that it takes', () => {
    const config = readText('infra/docker/prometheus/prometheus.yml').replace('/etc/prometheus', folder);
    writeFileSync(join(folder, 'alerts.yml'), readText(RULES));
    writeFileSync(join(folder, 'prometheus.yml'), config);
    const said = execFileSync('promtool', ['check', 'config', join(folder, 'prometheus.yml')], {
      encoding: 'utf8',
    });
    expect(said).toContain(`${rules.length} rules found`);
  });
});

describe('what panels and alerts ask a real Prometheus', () => {
  for (const { title, expr } of panels.filter((panel) => !QUIET.test(panel.expr)))
    test(`${title}: ${expr} has rows`, async () => expect(await ask(expr)).not.toEqual([]));
  for (const { title, expr } of panels.filter((panel) => QUIET.test(panel.expr)))
    test(`${title}: ${expr} is understood`, () => expect(ask(expr)).resolves.toEqual(expect.any(Array)));
  for (const { alert, expr } of rules)
    test(`${alert} is understood`, () => expect(ask(expr)).resolves.toEqual(expect.any(Array)));
  test('an alert about what goes well is silent, and one about a process that is missing is not', async () => {
    const exprOf = (name: string): string => rules.find(({ alert }) => alert === name)?.expr ?? '';
    expect(await ask(exprOf('ServiceDown'))).toEqual([]);
    expect(await ask(exprOf('LogDoesNotTakeRecords'))).toEqual([]);
    expect(await ask(exprOf('CarsCannotBeJudged'))).toEqual([]);
    expect(await ask(exprOf('ServiceMissing'))).toHaveLength(4);
  });
});
