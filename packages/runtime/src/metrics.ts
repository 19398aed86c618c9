import { Counter, Gauge, Histogram, Registry } from 'prom-client';

export type { Counter, Gauge, Histogram } from 'prom-client';

/**
 * Metrics of one process. Names are `<service>_<things>_<unit>_total`; labels are closed lists
 * (reasons, topics), never a vehicle or a person.
 */
export interface Metrics {
  counter<const L extends string>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  gauge<const L extends string>(name: string, help: string, labels?: readonly L[]): Gauge<L>;
  histogram<const L extends string>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly L[],
  ): Histogram<L>;
  /** Prometheus text format. */
  text(): Promise<string>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  // A service may be created twice in one process (tests): the same name is the same metric.
  const existing = <T>(name: string): T | undefined => registry.getSingleMetric(name) as T | undefined;
  return {
    counter: (name, help, labels = []) =>
      existing<Counter<(typeof labels)[number]>>(name) ??
      new Counter({ name, help, labelNames: [...labels], registers }),
    gauge: (name, help, labels = []) =>
      existing<Gauge<(typeof labels)[number]>>(name) ??
      new Gauge({ name, help, labelNames: [...labels], registers }),
    histogram: (name, help, buckets, labels = []) =>
      existing<Histogram<(typeof labels)[number]>>(name) ??
      new Histogram({ name, help, buckets: [...buckets], labelNames: [...labels], registers }),
    text: () => registry.metrics(),
  };
}
