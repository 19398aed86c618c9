import { readText } from '../compose/compose.ts';

// What Grafana asks InfluxDB for, read from the dashboard itself.

export const FLEET_BUCKET = 'outrider_fleet';
export const fleetFlux = readText('infra/docker/influxdb/fleet-hourly.flux');
export const fleetSignals: readonly string[] = [...fleetFlux.matchAll(/^ {4}"(Vehicle[\w.]+)"/gm)].map(
  ([, path = '']) => path,
);

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly query: string }[];
  }[];
}
const { panels } = JSON.parse(readText('infra/docker/grafana/dashboards/fleet.json')) as Dashboard;

export interface Question {
  readonly title: string;
  /** For the last week, hour by hour. */
  readonly influxQl: string;
  readonly asksForCars: boolean;
}

export const questions: readonly Question[] = panels.flatMap(({ title, targets }) =>
  targets.map(({ query }) => {
    const influxQl = query.replace('$timeFilter', 'time > now() - 7d').replace('$__interval', '1h');
    if (influxQl.includes('$')) throw new Error(`${title} asks with a variable that nobody fills in`);
    return { title, influxQl, asksForCars: query.includes('"cars"') };
  }),
);

/** The figures in the first table of an answer. @throws with what the server says */
export function figuresOf(answer: string): readonly unknown[] {
  const { results } = JSON.parse(answer) as {
    readonly results: readonly {
      readonly error?: string;
      readonly series?: readonly { readonly values: readonly (readonly unknown[])[] }[];
    }[];
  };
  const [result] = results;
  if (result?.error !== undefined) throw new Error(result.error);
  return result?.series?.[0]?.values.map(([, value]) => value) ?? [];
}
