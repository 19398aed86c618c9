import { type ScriptedServer, scriptedServer } from './scripted-server.fixture.ts';

export const ROUTING_KEY = 'R0123456789abcdefghijklmnopqrstu';

export interface PagerDutyEvent {
  readonly event_action: 'trigger' | 'acknowledge' | 'resolve';
  readonly dedup_key: string;
  readonly payload?: {
    readonly summary: string;
    readonly severity: string;
    readonly source: string;
    readonly custom_details?: unknown;
  };
}

export interface FakePagerDuty extends ScriptedServer {
  readonly events: readonly PagerDutyEvent[];
  /** What a service shows, by `dedup_key`. */
  incidents(): ReadonlyMap<string, Incident>;
}

export interface Incident {
  readonly status: 'triggered' | 'acknowledged' | 'resolved';
  readonly summary: string;
}

const SEVERITIES = ['critical', 'error', 'warning', 'info'];

/** Events API v2 of PagerDuty: takes an event, 202, and shows what comes of them all. */
export async function fakePagerDuty(): Promise<FakePagerDuty> {
  const events: PagerDutyEvent[] = [];
  const server = await scriptedServer(({ method, path, body }) => {
    if (method !== 'POST' || path !== '/v2/enqueue') return { status: 404 };
    const { routing_key: key, ...event } = JSON.parse(body.toString());
    const errors = [...(key === ROUTING_KEY ? [] : ["'routing_key' is invalid"]), ...mistakesOf(event)];
    if (errors.length > 0)
      return {
        status: 400,
        body: { status: 'invalid event', message: 'Event object is invalid', errors },
      };
    events.push(event);
    const answer = { status: 'success', message: 'Event processed', dedup_key: event.dedup_key };
    return { status: 202, body: answer };
  });
  return { ...server, events, incidents: () => incidentsOf(events) };
}

function mistakesOf({ event_action: action, dedup_key: key, payload }: Partial<PagerDutyEvent>): string[] {
  if (typeof key !== 'string' || key.length > 255) return ["'dedup_key' is missing or too long"];
  if (action === 'resolve' || action === 'acknowledge') return [];
  if (action !== 'trigger') return ["'event_action' is unknown"];
  if (!payload?.summary || payload.summary.length > 1_024)
    return ["'payload.summary' is missing or too long"];
  if (!payload.source) return ["'payload.source' is missing or blank"];
  return SEVERITIES.includes(payload.severity) ? [] : ["'payload.severity' is invalid"];
}

/** What is not there is neither acknowledged nor resolved; a trigger of what is acknowledged joins it. */
function incidentsOf(events: readonly PagerDutyEvent[]) {
  const shown = new Map<string, Incident>();
  for (const { event_action: action, dedup_key: key, payload } of events) {
    const before = shown.get(key);
    const status = before?.status === 'acknowledged' ? 'acknowledged' : 'triggered';
    if (action === 'trigger') shown.set(key, { status, summary: payload?.summary ?? '' });
    if (before === undefined) continue;
    if (action === 'acknowledge' && before.status === 'triggered')
      shown.set(key, { ...before, status: 'acknowledged' });
    if (action === 'resolve') shown.set(key, { ...before, status: 'resolved' });
  }
  return shown;
}
