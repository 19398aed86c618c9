import { isTestCode, isTypeScript, readFiles, type TextFile } from '../repository/files.ts';
import { isNode, type SyntaxNode, syntaxOf, walk, wordOf } from '../repository/syntax.ts';

/** A metric as the code registers it. */
export interface RegisteredMetric {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
}

const KINDS: readonly string[] = ['counter', 'gauge', 'histogram'];

function metricOf(node: SyntaxNode): RegisteredMetric | undefined {
  const callee = node.callee;
  if (node.type !== 'CallExpression' || !isNode(callee) || callee.type !== 'MemberExpression')
    return undefined;
  const kind = wordOf(callee.property) ?? '';
  const [name, , ...more] = node.arguments as readonly SyntaxNode[];
  if (!KINDS.includes(kind) || name?.type !== 'Literal' || typeof name.value !== 'string') return undefined;
  // A histogram has its buckets in between.
  const listed = more[kind === 'histogram' ? 1 : 0]?.elements;
  const labels = Array.isArray(listed) ? listed.map((label) => wordOf(label) ?? '') : [];
  return { name: name.value, kind: kind as RegisteredMetric['kind'], labels };
}

/** Metrics that these files register, by name. */
export const metricsIn = (files: readonly TextFile[]): ReadonlyMap<string, RegisteredMetric> =>
  new Map(
    files
      .flatMap((file) => [...walk(syntaxOf(file))])
      .flatMap((node) => metricOf(node) ?? [])
      .map((metric) => [metric.name, metric]),
  );

/** Those of the product. */
export const ownMetrics = (): ReadonlyMap<string, RegisteredMetric> =>
  metricsIn(
    [...readFiles('packages'), ...readFiles('services')]
      .filter(isTypeScript)
      .filter(({ path }) => !isTestCode(path)),
  );

/** Every series has these from whoever scrapes it. */
const OF_SCRAPES = ['job', 'instance'];
const SCRAPED: readonly RegisteredMetric[] = [{ name: 'up', kind: 'gauge', labels: [] }];
/** Words of PromQL that stand where a name could; functions are told by their bracket. */
const WORDS = new Set(['or', 'and', 'unless', 'bool', 'offset']);

/** What a name in PromQL may stand for: a histogram is asked by its parts. */
function registeredAs(
  name: string,
  metrics: ReadonlyMap<string, RegisteredMetric>,
): RegisteredMetric | undefined {
  const scraped = SCRAPED.find((one) => one.name === name);
  if (scraped !== undefined) return scraped;
  const part = /^(.+)_(bucket|sum|count)$/.exec(name);
  const whole = metrics.get(part?.[1] ?? '');
  if (whole?.kind === 'histogram')
    return part?.[2] === 'bucket' ? { ...whole, labels: [...whole.labels, 'le'] } : whole;
  const found = metrics.get(name);
  return found?.kind === 'histogram' ? undefined : found;
}

/** Names and labels in a PromQL expression that no metric has. */
export function unknownIn(promQl: string, metrics: ReadonlyMap<string, RegisteredMetric>): readonly string[] {
  const matchers = [...promQl.matchAll(/\{([^}]*)\}/g)].flatMap(([, inside = '']) =>
    [...inside.matchAll(/(\w+)\s*[=!]/g)].map(([, label = '']) => label),
  );
  const grouped = [...promQl.matchAll(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g)].flatMap(
    ([, inside = '']) => inside.split(',').map((label) => label.trim()),
  );
  const names = promQl
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]|\b(?:by|without|on|ignoring)\s*\([^)]*\)/g, ' ')
    .match(/[a-z_]\w*\b(?!\s*\()/gi);
  const asked = [...new Set(names ?? [])].filter((name) => !WORDS.has(name));
  const found = asked.flatMap((name) => registeredAs(name, metrics) ?? []);
  const labels = new Set([...OF_SCRAPES, ...found.flatMap((metric) => metric.labels)]);
  return [
    ...(asked.length === 0 ? ['no metric at all'] : []),
    ...asked.filter((name) => registeredAs(name, metrics) === undefined),
    ...[...matchers, ...grouped].filter((label) => !labels.has(label)).map((label) => `label ${label}`),
  ];
}
