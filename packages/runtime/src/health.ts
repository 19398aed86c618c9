import type { App, Readiness } from './app.ts';

/** Ready when every app is; otherwise the first reason, with the app's name. */
export function readinessOf(apps: readonly App[]): Readiness {
  for (const app of apps) {
    const state = app.readiness();
    if (!state.ready) return { ready: false, why: `${app.name}: ${state.why}` };
  }
  return { ready: true };
}
