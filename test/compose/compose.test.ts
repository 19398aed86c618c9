import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings, silentLog } from '@outrider/runtime';
import { openTelemetry } from '@outrider/telemetry';
import { afterAll, describe, expect, test } from 'vitest';
import { ROOT, readFiles } from '../repository/files.ts';
import {
  type Compose,
  engineProblems,
  fillIn,
  hardeningProblems,
  isExactImage,
  literalSecrets,
  readText,
  readYaml,
  schemaOf,
  variablesIn,
} from './compose.ts';

const OWN_IMAGE = 'outrider:0.0.0';
/** They make what the others need, and end. */
const ONCE: readonly string[] = ['topics', 'series'];
const { services, volumes, networks } = readYaml<Compose>('docker-compose.yml');
const all = Object.entries(services);
const own = all.filter(([, { image }]) => image === OWN_IMAGE);
const dockerfile = readText('infra/docker/Dockerfile');
const folder = mkdtempSync(join(tmpdir(), 'outrider-compose-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const makeEnv = (path: string) =>
  execFileSync(process.execPath, [join(ROOT, 'infra/docker/make-env.ts'), path], { stdio: 'pipe' });
const made = (path: string): Record<string, string> =>
  Object.fromEntries(
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s).slice(0, 2) as [string, string]),
  );
makeEnv(join(folder, 'first'));
const secrets = made(join(folder, 'first'));

describe('docker-compose.yml', () => {
  test('every service of ours runs, and what they need is made first', () => {
    const folders = new Set(
      readFiles('services').flatMap(({ path }) => /^services\/([^/]+)\/src\/main\.ts$/.exec(path)?.[1] ?? []),
    );
    folders.delete('standalone');
    expect(own.map(([name]) => name).toSorted()).toEqual([...folders, ...ONCE].toSorted());
    for (const [name, { command, depends_on: before }] of own) {
      expect(existsSync(join(ROOT, command?.[0] ?? 'none')), `${name} runs ${command}`).toBe(true);
      for (const first of ONCE.includes(name) ? [] : ONCE)
        expect(before?.[first], name).toEqual({ condition: 'service_completed_successfully' });
    }
  });

  test('every image names one release', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image = '']) => image);
    expect(bases.length).toBeGreaterThan(0);
    const images = [...all.map(([, { image }]) => image), ...bases];
    expect(images.filter((image) => !isExactImage(image))).toEqual([]);
  });

  test('our image has the Node that npm brings', () => {
    const { optionalDependencies } = JSON.parse(readText('package.json'));
    for (const [, version] of dockerfile.matchAll(/^FROM node:([\d.]+)/gm))
      expect(version).toBe(optionalDependencies.node);
  });

  for (const [name, { environment = {} }] of own.filter(([name]) => !ONCE.includes(name))) {
    test(`${name}: every name in its environment is a setting, with a value it takes`, async () => {
      const schema = await schemaOf(name);
      const known = Object.values(schema).map(({ env }) => env);
      expect(Object.keys(environment).filter((env) => !known.includes(env))).toEqual([]);
      const values = Object.entries(environment).map(([env, value]) => [env, fillIn(value, secrets)]);
      expect(() => readSettings(schema, Object.fromEntries(values))).not.toThrow();
    });

    test(`${name}: it is asked for its health where its setting says`, async () => {
      const usual = Object.values(await schemaOf(name)).find(({ env }) => env === 'HEALTH_PORT')?.default;
      expect(environment.HEALTH_PORT).toBe(usual);
      expect(environment.HEALTH_HOST).toBe('0.0.0.0');
    });
  }

  test('any setting of a service can be set in a file of its own, which is nobody’s but yours', () => {
    for (const [, { env_file }] of own) expect(env_file).toEqual([{ path: 'outrider.env', required: false }]);
    expect(readText('.gitignore').split('\n')).toContain('outrider.env');
  });

  test.for([
    ['gateway', 'GATEWAY_PORT'],
    ['api', 'API_PORT'],
  ] as const)('%s: its door is the port it listens on, as usual', async ([name, env]) => {
    const usual = Object.values(await schemaOf(name)).find((setting) => setting.env === env)?.default;
    expect(services[name]?.environment?.[env]).toBe(usual);
    expect(services[name]?.ports).toEqual([`127.0.0.1:${usual}:${usual}`]);
  });

  test('our containers can do little, theirs no more than they need', () => {
    expect(own.flatMap(([name, service]) => hardeningProblems(name, service))).toEqual([]);
    expect(all.flatMap(([name, service]) => engineProblems(name, service))).toEqual([]);
  });

  test('everybody says whether they are well, and nobody waits for one who does not', () => {
    expect(dockerfile).toMatch(/^HEALTHCHECK [\s\S]*process\.env\.HEALTH_PORT\}\/readyz/m);
    const silent = all.filter(([, { image, healthcheck }]) =>
      image === OWN_IMAGE ? healthcheck?.disable : healthcheck?.test === undefined,
    );
    expect(silent.map(([name]) => name)).toEqual(ONCE);
    for (const [name, { depends_on: before = {} }] of all)
      for (const [other, { condition }] of Object.entries(before))
        expect(`${name} ${condition}`).toBe(
          `${name} ${ONCE.includes(other) ? 'service_completed_successfully' : 'service_healthy'}`,
        );
  });

  test('volumes and networks that are declared are used, files that are mounted exist', () => {
    const mounts = all.flatMap(([, { volumes: mounted = [] }]) =>
      mounted.map((one) => one.split(':')[0] ?? ''),
    );
    const named = new Set(mounts.filter((mount) => !mount.startsWith('./')));
    expect([...named].toSorted()).toEqual(Object.keys(volumes).toSorted());
    expect(mounts.filter((mount) => mount.startsWith('./') && !existsSync(join(ROOT, mount)))).toEqual([]);
    const joined = new Set(all.flatMap(([, { networks: of = [] }]) => of));
    expect([...joined].toSorted()).toEqual(Object.keys(networks).toSorted());
  });
});

describe('the series', () => {
  const TOKEN = '/run/outrider/series-token';
  const address = fillIn(services.ingest?.environment?.TELEMETRY_URL ?? '', secrets);
  const preparing = services.series;

  test('its address is one that its engine takes', async () => {
    const file = join(folder, 'token');
    writeFileSync(file, 'a-token');
    const url = address.replace(TOKEN, file);
    const series = await openTelemetry(url, { log: silentLog });
    await series.close();
    await expect(openTelemetry(`${url}&gone=1`, { log: silentLog })).rejects.toThrow();
  });

  test('its token is written once, and read by those who use the series and nobody else', () => {
    expect(preparing?.command).toEqual(expect.arrayContaining(['prepare', '--token-file', TOKEN]));
    expect(preparing?.volumes).toEqual(['series-token:/run/outrider']);
    expect(dockerfile).toContain('install -d -o 1000 -g 1000 -m 700 /run/outrider');
    for (const [name, { environment = {}, volumes: mounted = [] }] of all.filter(
      ([name]) => name !== 'series',
    ))
      expect(mounted.includes('series-token:/run/outrider:ro'), name).toBe('TELEMETRY_URL' in environment);
  });

  test('the same database is prepared as is used, on the same server', () => {
    const prepared = new URL(fillIn(preparing?.environment?.TELEMETRY_URL ?? '', secrets));
    const used = new URL(address);
    expect([prepared.host, prepared.pathname, prepared.searchParams.get('org')]).toEqual([
      ...[used.host, used.pathname, used.searchParams.get('org')],
    ]);
    expect(prepared.password).toBe(secrets.INFLUXDB_ADMIN_TOKEN);
    expect(used.searchParams.get('org')).toBe(services.influxdb?.environment?.DOCKER_INFLUXDB_INIT_ORG);
    expect([used.username, used.password]).toEqual(['', '']);
  });

  test('the admin of InfluxDB is known to who sets it up, and to nobody who goes on', () => {
    const knowing = all.filter(([, { environment = {} }]) =>
      JSON.stringify(environment).includes('INFLUXDB_ADMIN'),
    );
    expect(knowing.map(([name]) => name).toSorted()).toEqual(['influxdb', 'series']);
  });
});

describe('secrets', () => {
  const asked = variablesIn(readText('docker-compose.yml'));

  test('none stands in the file, and none has a usual value', () => {
    expect(all.flatMap(([, { environment = {} }]) => literalSecrets(environment))).toEqual([]);
    expect(dockerfile).not.toMatch(/PASSWORD|TOKEN|SECRET/);
    expect(readText('.dockerignore')).toMatch(/^\.env$/m);
    expect(readText('.gitignore')).toMatch(/^\.env$/m);
  });

  test('each variable is required, or has a usual value', () => {
    expect(asked.filter(({ kind }) => kind === undefined)).toEqual([]);
  });

  test('make-env writes all that are required and no other, new each time, for nobody else to read', () => {
    const required = new Set(asked.filter(({ kind }) => kind === 'required').map(({ name }) => name));
    expect(Object.keys(secrets).toSorted()).toEqual([...required].toSorted());
    expect(new Set(Object.values(secrets)).size).toBe(required.size);
    expect(Object.values(secrets).filter((value) => !/^[\w-]{22,}$/.test(value))).toEqual([]);
    makeEnv(join(folder, 'second'));
    const again = Object.values(made(join(folder, 'second')));
    expect(again.filter((value) => Object.values(secrets).includes(value))).toEqual([]);
    expect(statSync(join(folder, 'first')).mode & 0o777).toBe(0o600);
  });

  test('make-env leaves an .env that is there as it is', () => {
    const before = readFileSync(join(folder, 'first'), 'utf8');
    expect(() => makeEnv(join(folder, 'first'))).toThrow(/left as it is/);
    expect(readFileSync(join(folder, 'first'), 'utf8')).toBe(before);
  });
});

/** `${NAME…}`, as compose reads it. */
const given = (variable: string): string => `\${${variable}}`;

describe('planted violations are found', () => {
  test.for([
    'grafana/grafana',
    'grafana/grafana:latest',
    'influxdb:2',
    'influxdb:2.7',
    'postgres:17',
    'node:24-slim',
  ])('%s names no release', (image) => expect(isExactImage(image)).toBe(false));
  test('secrets in clear, in a name and in an address, and usual ones', () => {
    const environment = {
      A_PASSWORD: 'hunter2',
      B_TOKEN: given('B_TOKEN:-hunter2'),
      C_URL: 'postgres://me:hunter2@db/x',
      D_URL: `postgres://me:${given('D:-hunter2')}@db/x`,
      E_SECRET: `hunter${given('E:?')}`,
      F_TOKEN: given('F_TOKEN'),
    };
    const found = literalSecrets(environment).map((problem) => problem[0]);
    expect(found).toEqual(['A', 'B', 'C', 'D', 'E', 'F']);
  });
  test('and none where they come from outside', () => {
    const environment = {
      A_PASSWORD: given('A:?make it'),
      B_TOKEN: given('B:-'),
      C_URL: `postgres://me:${given('C:?run node a/b.ts')}@db/x`,
      D_URL: 'kafka://kafka:9092',
      E_URL: given('E:-smtp://mailpit:1025'),
    };
    expect(literalSecrets(environment)).toEqual([]);
  });
  test('a container that may do anything', () => {
    const service = {
      image: 'a:1.2.3',
      privileged: true,
      user: '0:0',
      ports: ['80:80'],
      volumes: ['/var/run/docker.sock:/x'],
    };
    expect(hardeningProblems('a', service)).toHaveLength(7);
  });
});
