import { SIGNAL } from '@outrider/domain';
import { describe, expect, test } from 'vitest';
import { readFiles } from '../repository/files.ts';
import { type Compose, readText, readYaml } from './compose.ts';
import { metricsIn, ownMetrics, unknownIn } from './metric-names.ts';

interface DataSource {
  readonly type: string;
  readonly uid: string;
}
interface Panel {
  readonly id: number;
  readonly title: string;
  readonly datasource: DataSource;
  readonly targets: readonly {
    readonly refId: string;
    readonly datasource: DataSource;
    readonly expr?: string;
    readonly query?: string;
  }[];
}
interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly editable: boolean;
  readonly panels: readonly Panel[];
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: { readonly summary: string };
}

const FOLDER = 'infra/docker/grafana';
const RAW_BUCKET = 'outrider_raw';
const FLEET_BUCKET = 'outrider_fleet';
const metrics = ownMetrics();
const dashboards = readFiles(`${FOLDER}/dashboards`).map(({ path, text }) => ({
  path,
  ...(JSON.parse(text) as Dashboard),
}));
const { datasources } = readYaml<{ readonly datasources: readonly (DataSource & Record<string, unknown>)[] }>(
  `${FOLDER}/provisioning/datasources/datasources.yml`,
);
const rules = readYaml<{ readonly groups: readonly { readonly rules: readonly Rule[] }[] }>(
  'infra/docker/prometheus/alerts.yml',
).groups.flatMap((group) => group.rules);
const { services } = readYaml<Compose>('docker-compose.yml');
const flux = readText('infra/docker/influxdb/fleet-hourly.flux');
const targets = dashboards.flatMap(({ panels }) => panels.flatMap((panel) => panel.targets));
const twice = (names: readonly (string | number)[]): readonly (string | number)[] =>
  names.filter((name, index) => names.indexOf(name) !== index);

describe('dashboards', () => {
  test('there are some, each with a name and an id of its own, and nobody edits them in place', () => {
    expect(dashboards.length).toBeGreaterThan(0);
    expect(twice(dashboards.map(({ uid }) => uid))).toEqual([]);
    expect(twice(dashboards.map(({ title }) => title))).toEqual([]);
    expect(dashboards.filter(({ editable }) => editable)).toEqual([]);
  });
  for (const { path, panels } of dashboards)
    test(`${path}: panels have ids and titles of their own, and a source that is provisioned`, () => {
      expect(panels.length).toBeGreaterThan(0);
      expect(twice(panels.map(({ id }) => id))).toEqual([]);
      expect(twice(panels.map(({ title }) => title))).toEqual([]);
      const asked = panels.flatMap((panel) => [
        panel.datasource,
        ...panel.targets.map((one) => one.datasource),
      ]);
      const known = datasources.map(({ type, uid }) => `${type} ${uid}`);
      expect(asked.filter(({ type, uid }) => !known.includes(`${type} ${uid}`))).toEqual([]);
      for (const panel of panels) expect(twice(panel.targets.map(({ refId }) => refId))).toEqual([]);
    });
  test('they are mounted where Grafana looks for them', () => {
    const provider = readText(`${FOLDER}/provisioning/dashboards/dashboards.yml`);
    expect(provider).toContain('path: /etc/grafana/dashboards');
    expect(services.grafana?.volumes).toContain(`./${FOLDER}/dashboards:/etc/grafana/dashboards:ro`);
    expect(services.grafana?.volumes).toContain(`./${FOLDER}/provisioning:/etc/grafana/provisioning:ro`);
  });
});

describe('questions to Prometheus', () => {
  for (const { refId, expr } of targets.filter(({ expr }) => expr !== undefined))
    test(`${refId}: ${expr}`, () => expect(unknownIn(expr ?? '', metrics)).toEqual([]));
  for (const { alert, expr } of rules)
    test(`${alert}: ${expr}`, () => expect(unknownIn(expr, metrics)).toEqual([]));

  test('each alert has a name of its own and says what it is about', () => {
    expect(twice(rules.map(({ alert }) => alert))).toEqual([]);
    expect(rules.filter(({ annotations }) => annotations.summary.length < 20)).toEqual([]);
  });

  test('it asks every process of ours where its health is, under the name of the service', () => {
    const { scrape_configs: jobs } = readYaml<{
      readonly scrape_configs: readonly {
        readonly job_name: string;
        readonly dns_sd_configs: readonly { readonly names: readonly string[]; readonly port: number }[];
      }[];
    }>('infra/docker/prometheus/prometheus.yml');
    const asked = jobs.map(({ job_name: job, dns_sd_configs: [where] }) => [
      job,
      where?.names,
      String(where?.port),
    ]);
    const there = Object.entries(services)
      .filter(([, { environment }]) => environment?.HEALTH_PORT !== undefined)
      .map(([name, { environment }]) => [name, [name], environment?.HEALTH_PORT]);
    expect(asked).toEqual(there);
  });
});

describe('a vehicle is not to be seen in Grafana', () => {
  test('its login reads the bucket of the crowd and no other', () => {
    const logins = readText('infra/docker/influxdb/10-logins.sh').replaceAll('\\\n', ' ');
    const own = logins.split('\n').filter((line) => line.includes('--username grafana'));
    expect(own).toHaveLength(1);
    expect(own[0]).toContain(`--read-bucket "$(id_of ${FLEET_BUCKET})"`);
    expect(own[0]?.match(/--(read|write)-/g)).toEqual(['--read-']);
    expect(logins.match(/auth create/g)).toHaveLength(1);
    expect(services.influxdb?.environment?.DOCKER_INFLUXDB_INIT_BUCKET).toBe(FLEET_BUCKET);
    const influx = datasources.filter(({ type }) => type === 'influxdb');
    expect(influx).toMatchObject([{ user: 'grafana', jsonData: { dbName: FLEET_BUCKET } }]);
  });

  test('it gets no other secret of the engines, and nothing in its folder names the raw bucket', () => {
    const environment = JSON.stringify(services.grafana?.environment);
    expect([...environment.matchAll(/\$\{(\w+)/g)].map(([, name]) => name).toSorted()).toEqual([
      'GRAFANA_ADMIN_PASSWORD',
      'INFLUXDB_GRAFANA_PASSWORD',
    ]);
    expect(readFiles(FOLDER).filter(({ text }) => text.includes(RAW_BUCKET))).toEqual([]);
  });

  test('the crowd is counted only where there is one, and no vehicle goes with it', () => {
    expect(flux).toMatch(/carsAtLeast = 10\n/);
    expect(flux).toContain('r.cars >= carsAtLeast');
    expect(flux).toContain('|> group(columns: ["_field"])');
    expect([...flux.matchAll(/to\((.*)\)/g)].map(([, into]) => into)).toEqual(
      Array(2).fill(`bucket: "${FLEET_BUCKET}", tagColumns: ["signal"]`),
    );
    // The only place that names the vehicle is the one that makes a single mean of each.
    expect(flux.match(/vehicle"/g)).toHaveLength(1);
  });

  test('it is counted only where whoever runs it says so', () => {
    expect(services.influxdb?.environment?.FLEET_AGGREGATES).toBe(fallback('FLEET_AGGREGATES', 'off'));
    const logins = readText('infra/docker/influxdb/10-logins.sh');
    expect(logins).toMatch(/if \[ "\$FLEET_AGGREGATES" = on \]; then\n\s+influx task create/);
  });

  test('panels ask what the crowd is written as', () => {
    const fromFlux = [...flux.matchAll(/^ {4}"(Vehicle[\w.]+)"/gm)].map(([, path = '']) => path);
    expect(fromFlux.filter((path) => !(Object.values(SIGNAL) as string[]).includes(path))).toEqual([]);
    const fields = [...flux.matchAll(/_field: "(\w+)", _value/g)].map(([, field = '']) => field);
    const asked = targets.flatMap(({ query }) => query ?? []);
    expect(asked.length).toBeGreaterThan(0);
    for (const query of asked) {
      const [, field = '', measurement, path = ''] =
        /^SELECT mean\("(\w+)"\) FROM "(\w+)" WHERE "signal" = '([\w.]+)' AND \$timeFilter GROUP BY time\(\$__interval\) fill\(none\)$/.exec(
          query,
        ) ?? [];
      expect(fields, query).toContain(field);
      expect(flux, query).toContain(`_measurement: "${measurement}"`);
      expect(fromFlux, query).toContain(path);
    }
  });
});

/** `${NAME:-usual}`, as compose reads it. */
function fallback(name: string, usual: string): string {
  return `\${${name}:-${usual}}`;
}

describe('planted violations are found', () => {
  const code = `
    const a = metrics?.counter('a_things_total', 'Things.', ['reason']);
    const b = metrics.histogram('b_seconds', 'Time.', [1, 2], ['route']);
    const c = metrics.gauge('c_open', 'Open.');
    const d = other.counter(name, 'Not by a name that stands there.');`;
  const planted = metricsIn([{ path: 'services/x/src/metrics.ts', text: code }]);

  test('metrics are read from the code', () => {
    expect([...planted.values()]).toEqual([
      { name: 'a_things_total', kind: 'counter', labels: ['reason'] },
      { name: 'b_seconds', kind: 'histogram', labels: ['route'] },
      { name: 'c_open', kind: 'gauge', labels: [] },
    ]);
  });
  test.for([
    ['sum by (reason) (rate(a_things_total{job="x"}[5m])) > 1', []],
    ['histogram_quantile(0.9, sum by (le, route) (rate(b_seconds_bucket[5m])))', []],
    ['absent(up{job="x"}) or c_open', []],
    ['rate(gone_total[5m])', ['gone_total']],
    ['b_seconds', ['b_seconds']],
    ['a_things_total_bucket', ['a_things_total_bucket']],
    ['sum by (vehicle) (a_things_total)', ['label vehicle']],
    ['a_things_total{verdict="no"}', ['label verdict']],
    ['vector(1)', ['no metric at all']],
  ] as const)('%s', ([promQl, unknown]) => expect(unknownIn(promQl, planted)).toEqual(unknown));
});
