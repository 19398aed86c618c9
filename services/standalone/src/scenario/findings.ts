import { type LineOf, type Problem, problemAt } from './parse.ts';
import { TRACE_FILE } from './trace.ts';

/** The files of a scenario folder. */
export const FILES = {
  scenario: 'scenario.yaml',
  trace: TRACE_FILE,
  routes: 'routes.geojson',
  plans: 'plans.yaml',
  chargers: 'chargers.geojson',
  weather: 'weather.yaml',
} as const;

/** Problems as they are found; one run tells them all. */
export class Findings {
  readonly problems: Problem[] = [];
  add(file: string, lineOf: LineOf, path: readonly PropertyKey[], message: string): void {
    this.problems.push(problemAt(file, path, message, lineOf));
  }
}
