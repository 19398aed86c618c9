import { Deployment } from 'kubernetes-models/apps/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Service } from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';
import { readText } from './compose.ts';

/** What is looked at of a manifest. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly replicas?: number;
    readonly selector?: { readonly matchLabels?: Labels } & Labels;
    readonly maxUnavailable?: number;
    readonly ports?: readonly { readonly port: number; readonly targetPort: string }[];
    readonly template?: { readonly metadata: { readonly labels: Labels }; readonly spec: Pod };
  };
}

type Labels = Readonly<Record<string, unknown>>;

export interface Pod {
  readonly automountServiceAccountToken?: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext?: { readonly runAsNonRoot?: boolean; readonly runAsUser?: number };
  readonly topologySpreadConstraints?: readonly {
    readonly labelSelector: { readonly matchLabels: Labels };
  }[];
  readonly containers: readonly Container[];
}

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly envFrom?: readonly {
    readonly configMapRef?: { readonly name: string; readonly optional?: boolean };
  }[];
  readonly env: readonly EnvironmentEntry[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly lifecycle?: { readonly preStop?: { readonly sleep?: { readonly seconds: number } } };
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly resources?: { readonly requests?: Labels; readonly limits?: Labels };
  readonly securityContext?: {
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly capabilities?: { readonly drop?: readonly string[] };
    readonly privileged?: boolean;
  };
}

interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string };
  readonly timeoutSeconds?: number;
}

export interface EnvironmentEntry {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef?: { readonly name: string; readonly key: string; readonly optional?: boolean };
    readonly configMapKeyRef?: { readonly name: string; readonly key: string };
  };
}

/** The documents of a file. @throws for YAML that is none, and for a key that stands twice */
export function readManifests(path: string): readonly Manifest[] {
  return parseAllDocuments(readText(path)).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    return document.toJS() as Manifest;
  });
}

const KINDS = {
  'apps/v1 Deployment': Deployment,
  'policy/v1 PodDisruptionBudget': PodDisruptionBudget,
  'v1 ConfigMap': ConfigMap,
  'v1 Service': Service,
} as const;

/** What Kubernetes' own schema says against a manifest; undefined when nothing. Fields it does not know pass. */
export function schemaProblem(manifest: Manifest): string | undefined {
  const kind = `${manifest.apiVersion} ${manifest.kind}`;
  if (!(kind in KINDS)) return `${kind} is not looked at`;
  try {
    new KINDS[kind as keyof typeof KINDS](manifest as never).validate();
    return undefined;
  } catch (error) {
    return `${manifest.metadata?.name}: ${(error as Error).message}`;
  }
}

/** What a pod of ours may not do, and needs. */
export function podProblems(pod: Pod): readonly string[] {
  const { securityContext: user = {}, containers } = pod;
  const wants: readonly (readonly [string, boolean])[] = [
    ['runs as a user that is not root', user.runAsNonRoot === true && (user.runAsUser ?? 0) > 0],
    ['has no token of the cluster', pod.automountServiceAccountToken === false],
    ['is spread over nodes', (pod.topologySpreadConstraints ?? []).length > 0],
    ['is one container', containers.length === 1],
    ...containers.flatMap(({ securityContext: may = {}, resources = {}, ...container }) => [
      ['gets no new privileges', may.allowPrivilegeEscalation === false && may.privileged !== true] as const,
      ['has a root folder that is read only', may.readOnlyRootFilesystem === true] as const,
      ['drops all capabilities', may.capabilities?.drop?.includes('ALL') === true] as const,
      [
        'asks for processor and memory',
        ['cpu', 'memory'].every((one) => one in (resources.requests ?? {})),
      ] as const,
      ['has an end of its memory', 'memory' in (resources.limits ?? {})] as const,
      ['is asked whether it lives', container.livenessProbe?.httpGet?.path === '/livez'] as const,
      ['is asked whether it is ready', container.readinessProbe?.httpGet?.path === '/readyz'] as const,
    ]),
  ];
  return wants.flatMap(([want, isSo]) => (isSo ? [] : [want]));
}
