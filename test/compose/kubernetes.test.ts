import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readSettings } from '@outrider/runtime';
import { describe, expect, test } from 'vitest';
import { ROOT, readFiles } from '../repository/files.ts';
import { isExactImage, literalSecrets, readYaml, schemaOf } from './compose.ts';
import {
  type EnvironmentEntry,
  type Manifest,
  type Pod,
  podProblems,
  readManifests,
  schemaProblem,
} from './kubernetes.ts';

const FOLDER = 'infra/kubernetes';
const { resources } = readYaml<{ readonly resources: readonly string[] }>(`${FOLDER}/kustomization.yaml`);
const manifests = resources.flatMap((file) => readManifests(`${FOLDER}/${file}`));
const ofKind = (kind: string) =>
  new Map(manifests.filter((one) => one.kind === kind).map((one) => [one.metadata.name, one]));
const deployments = ofKind('Deployment');
const config = ofKind('ConfigMap').get('outrider-settings')?.data ?? {};
const podOf = (manifest: Manifest | undefined): Pod => manifest?.spec?.template?.spec ?? { containers: [] };

/** What the secrets hold, by key, as it might be. */
const ENGINES: Readonly<Record<string, string>> = {
  BUS_URL: 'kafka://kafka:9092',
  STATE_URL: 'postgres://outrider:secret@postgres:5432/outrider',
  TELEMETRY_URL: 'influxdb://outrider:secret@influxdb:8086/outrider_raw',
};
const CHANNELS: Readonly<Record<string, string>> = {
  SMTP_URL: 'smtp://mail:25',
  SMTP_FROM: 'Outrider <warn@example.org>',
  SMTP_FALLBACK_URL: 'smtp://other:25',
  EMAIL_NEEDS_CODE: 'true',
  SMS_URL: 'https://account:secret@api.example.org',
  SMS_FALLBACK_URL: 'https://account:secret@sms.example.org',
  SMS_FROM: '+15551234567',
  SMS_CALLBACK_URL: 'https://api.example.org/v1/sms',
  SMS_CALLBACK_TOKENS: 'secret',
  PAGERDUTY_URL: 'https://events.pagerduty.com',
  NTFY_URL: 'https://ntfy.example.org',
  NTFY_TOKEN: `tk_${'a'.repeat(29)}`,
  TELEGRAM_BOT_TOKEN: `110201543:${'a'.repeat(35)}`,
  TELEGRAM_URL: 'https://api.telegram.org',
  TELEGRAM_BOT_NAME: 'outrider_bot',
  TELEGRAM_WEBHOOK_SECRET: 'a-secret-of-the-webhook',
  SLACK_BOT_TOKEN: 'xoxb-1234567890-abcdef',
  SLACK_URL: 'https://slack.com',
  MQTT_URL: 'mqtts://outrider:secret@broker.example.org',
  SLACK_BUTTON: 'true',
  SLACK_SIGNING_SECRET: 'a-signing-secret',
  PUSH_PRIVATE_KEY: Buffer.alloc(32, 1).toString('base64url'),
  PUSH_CONTACT: 'mailto:someone@example.org',
  PUSH_PUBLIC_KEY: Buffer.concat([Buffer.of(4), Buffer.alloc(64, 1)]).toString('base64url'),
};

/** Undefined when it comes from nowhere. */
const givenTo = ({ value, valueFrom }: EnvironmentEntry): string | undefined => {
  const { secretKeyRef: secret, configMapKeyRef: plain } = valueFrom ?? {};
  if (secret?.name === 'outrider-engines') return ENGINES[secret.key];
  // Channels are switched off by what is not there.
  if (secret?.name === 'outrider-channels' && secret.optional === true) return CHANNELS[secret.key];
  if (secret !== undefined) return undefined;
  return plain === undefined ? value : plain.name === 'outrider-settings' ? config[plain.key] : undefined;
};

describe('infra/kubernetes', () => {
  test('Kubernetes takes every manifest, and every file is named', () => {
    expect(manifests.map(schemaProblem).filter((problem) => problem !== undefined)).toEqual([]);
    const files = readFiles(FOLDER).flatMap(({ path }) =>
      path.endsWith('.yaml') ? [path.slice(FOLDER.length + 1)] : [],
    );
    expect([...resources, 'kustomization.yaml'].toSorted()).toEqual(files.toSorted());
  });

  test('any setting of a service can be set without another manifest', () => {
    for (const [name, deployment] of deployments)
      expect(podOf(deployment).containers[0]?.envFrom).toEqual([
        { configMapRef: { name: `outrider-${name}`, optional: true } },
      ]);
  });

  test('every service of ours runs, and can be moved one pod at a time', () => {
    const folders = new Set(
      readFiles('services').flatMap(({ path }) => /^services\/([^/]+)\/src\/main\.ts$/.exec(path)?.[1] ?? []),
    );
    folders.delete('standalone');
    expect([...deployments.keys()].toSorted()).toEqual([...folders].toSorted());
    const budgets = ofKind('PodDisruptionBudget');
    for (const [name, { spec }] of deployments) {
      expect(budgets.get(name)?.spec?.maxUnavailable, name).toBe(1);
      const labels = spec?.template?.metadata.labels;
      const [spread] = podOf(deployments.get(name)).topologySpreadConstraints ?? [];
      for (const chosen of [spec?.selector, budgets.get(name)?.spec?.selector, spread?.labelSelector])
        expect(chosen?.matchLabels, name).toEqual(labels);
    }
  });

  for (const [name, manifest] of deployments)
    describe(name, () => {
      const pod = podOf(manifest);
      const [container] = pod.containers;
      const env = container?.env ?? [];
      const values = Object.fromEntries(env.map((entry) => [entry.name, givenTo(entry)]));

      test('every name in its environment is a setting, with a value it takes, and no secret stands there', async () => {
        const schema = await schemaOf(name);
        const known = Object.values(schema).map((setting) => setting.env);
        expect(env.map((entry) => entry.name).filter((one) => !known.includes(one))).toEqual([]);
        expect(Object.entries(values).filter(([, value]) => value === undefined)).toEqual([]);
        expect(() => readSettings(schema, values)).not.toThrow();
        const plain = env.flatMap((entry) => (entry.value === undefined ? [] : [[entry.name, entry.value]]));
        expect(literalSecrets({ ...config, ...Object.fromEntries(plain) })).toEqual([]);
        const secrets = Object.values(schema).filter((setting) => setting.secret === true);
        const isAbsent = ({ env: one }: { readonly env: string }) => !(one in values);
        // Whom the world asks is named in an overlay.
        if (name !== 'world') expect(secrets.filter(isAbsent)).toEqual([]);
        for (const engine of ['BUS_URL', 'STATE_URL', 'TELEMETRY_URL'])
          if (known.includes(engine)) expect(Object.keys(values)).toContain(engine);
      });

      test('it runs what there is, from the image that compose builds, and can do little', () => {
        expect(existsSync(join(ROOT, container?.args[0] ?? 'none'))).toBe(true);
        expect(container?.args).toEqual([`services/${name}/src/main.ts`]);
        expect(container?.image).toBe('outrider:0.0.0');
        expect(isExactImage(container?.image ?? '')).toBe(true);
        expect(podProblems(pod)).toEqual([]);
      });

      test('its ports are those it listens on, as usual', async () => {
        const usual = Object.fromEntries(
          Object.values(await schemaOf(name)).map((one) => [one.env, one.default]),
        );
        const own = `${name.toUpperCase()}_PORT`;
        const doors = { health: 'HEALTH_PORT', ...(own in usual && { http: own }) };
        expect(container?.ports.map((one) => one.name)).toEqual(Object.keys(doors));
        for (const [door, setting] of Object.entries(doors)) {
          expect(values[setting]).toBe(usual[setting]);
          expect(String(container?.ports.find((one) => one.name === door)?.containerPort)).toBe(
            values[setting],
          );
          expect(values[setting.replace('_PORT', '_HOST')]).toBe('0.0.0.0');
        }
        const service = ofKind('Service').get(name);
        expect(service?.spec?.ports).toEqual(
          own in usual ? [{ name: 'http', port: Number(usual[own]), targetPort: 'http' }] : undefined,
        );
        if (service !== undefined)
          expect(service.spec?.selector).toEqual(manifest.spec?.template?.metadata.labels);
      });

      test('it is asked at its health door, longer than it waits for its engines', () => {
        for (const probe of [container?.livenessProbe, container?.readinessProbe]) {
          expect(probe?.httpGet?.port).toBe('health');
          expect(probe?.timeoutSeconds).toBeGreaterThan(2);
        }
      });

      test('it has the time to finish what it took', async () => {
        const drain =
          Object.values(await schemaOf(name)).find(({ env: one }) => one === 'GATEWAY_DRAIN_S')?.default ??
          '10';
        // After the drain: sockets that say goodbye twice for two seconds, and ten that a process may linger.
        const needed = Number(drain) + 4 + 10 + (container?.lifecycle?.preStop?.sleep?.seconds ?? 0);
        expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(needed);
      });
    });
});

describe('planted violations are found', () => {
  const [deployment] = deployments.values();
  test.for<[string, Partial<Manifest>]>([
    ['a kind nobody looks at', { kind: 'Secret' }],
    ['a number as text', { spec: { ...deployment?.spec, replicas: '2' as unknown as number } }],
    ['no selector', { spec: { ...deployment?.spec, selector: undefined as never } }],
  ])('%s', ([, change]) => expect(schemaProblem({ ...(deployment as Manifest), ...change })).toBeDefined());

  test('a pod that may do anything, and is never asked how it is', () => {
    const container = { image: 'a', args: [], env: [], ports: [] };
    expect(podProblems({ containers: [container] })).toHaveLength(10);
  });
});
