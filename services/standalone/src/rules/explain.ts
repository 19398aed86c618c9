import { type Bus, decodeRecord, TOPICS } from '@outrider/bus';
import { type Alert, alert as alertSchema, type Purpose, SIGNAL } from '@outrider/domain';
import { openContent, reasonOf } from '@outrider/notifier';
import type { LoadedRule } from '@outrider/predictor';
import type { AlertRow, NotificationRow } from '@outrider/state';
import type { ForecastRow } from '@outrider/telemetry';
import type { DenyReason, Reader } from '@outrider/trust';
import { readPromises } from '../compare-forecasts.ts';
import type { Stores } from '../stores.ts';

// "Why was I (not) warned?" from what was stored then; nothing is computed again.

export interface ExplainQuery {
  readonly vehicleId: string;
  /** Of all rules when undefined. */
  readonly ruleId: string | undefined;
  readonly atMs: number;
}

/** What somebody was told of one step of an alert, on one channel, or why not. */
export interface Decision {
  readonly revision: number;
  readonly atMs: number;
  /** Since when its state is what it is. */
  readonly changedAtMs: number;
  readonly severity: NotificationRow['severity'];
  readonly channel: string | null;
  readonly purpose: NotificationRow['purpose'];
  readonly state: NotificationRow['state'];
  readonly interrupts: boolean;
  readonly title: string | undefined;
  readonly probability: number | undefined;
  /** Why it was not said, or not aloud, or waits. */
  readonly why: { readonly stage: string; readonly reason: string; readonly because: string } | undefined;
}

export interface ExplainedAlert {
  readonly row: Pick<
    AlertRow,
    'alertId' | 'ruleId' | 'subject' | 'state' | 'severity' | 'revision' | 'startedAtMs' | 'changedAtMs'
  >;
  /** As it was last; undefined when it cannot be opened any more. */
  readonly record: Alert | undefined;
  /** As it was told first; undefined when the log does not have it: a rule in shadow tells nobody. */
  readonly first: Alert | undefined;
  /** In the order they were decided. */
  readonly decisions: readonly Decision[];
}

/** A rule of today's set; what was decided then may rest on another version. */
export type RuleNow = Pick<
  LoadedRule,
  'id' | 'about' | 'mode' | 'share' | 'switched' | 'when' | 'forS' | 'version'
>;

export interface Explanation extends ExplainQuery {
  readonly kind: 'explained';
  readonly fromMs: number;
  /** When the car's charge was heard of, first and last; undefined: never in that time. */
  readonly heard: { readonly firstMs: number; readonly lastMs: number } | undefined;
  readonly forecasts: readonly ForecastRow[];
  readonly alerts: readonly ExplainedAlert[];
  /** Decisions about alerts that could not be read. */
  readonly unreadable: readonly Decision[];
  readonly rules: readonly RuleNow[];
}

export type Explained =
  | Explanation
  | { readonly kind: 'unknown-vehicle' }
  | { readonly kind: 'denied'; readonly reason: DenyReason };

const DAY_MS = 24 * 3_600_000;
const ALERTS_MAX = 10_000;
const DECISIONS_MAX = 10_000;
/** What answers a driver's question about a warning is part of warning them. */
const PURPOSE: Purpose = 'alert_driver';
const ACTOR = 'rules explain';

/**
 * Reads the day before a moment, within the time of whoever owned the car then and as far as they agreed. Writes
 * the read to the owner's list of reads first.
 */
export async function explain(
  { openLog, state, telemetry, trust }: Stores,
  query: ExplainQuery,
  rules: readonly RuleNow[],
  nowMs: number,
): Promise<Explained> {
  const { vehicleId, ruleId, atMs } = query;
  const owners = await state.vehicles.ownerships([vehicleId]);
  if (owners.length === 0) return { kind: 'unknown-vehicle' };
  const owner = owners.find(({ fromMs, toMs }) => fromMs <= atMs && (toMs === null || atMs < toMs));
  if (owner === undefined) return { kind: 'denied', reason: 'not-owner' };
  const fromMs = Math.max(atMs - DAY_MS, owner.fromMs);
  await trust.prepare([vehicleId]);
  const actor = { kind: 'service', name: ACTOR } as const;
  const decision = trust.decide({ purpose: PURPOSE, vehicleId, actor, aboutFromMs: fromMs, aboutToMs: atMs });
  if (decision.kind === 'deny') return { kind: 'denied', reason: decision.reason };
  await state.audit.append({
    ...{ atMs: nowMs, actor: `service ${ACTOR}`, action: 'explain-warnings' },
    ...{ purpose: PURPOSE, vehicleId },
  });
  const span = { fromMs, toMs: atMs + 1 };
  const reader = trust.reader(PURPOSE);
  const isAsked = (id: string) => ruleId === undefined || id === ruleId;
  const rows = (await state.notifications.listOfVehicle(vehicleId, fromMs, DECISIONS_MAX))
    .filter(
      ({ createdAtMs, personId }) => createdAtMs <= atMs && (personId ?? owner.personId) === owner.personId,
    )
    .toReversed();
  const alerts = (await state.alerts.listOf(vehicleId, { limit: ALERTS_MAX, before: atMs + 1 }))
    .filter((row) => isAsked(row.ruleId) && row.keyId === owner.keyId && isOfTime(row, rows, fromMs))
    .toReversed();
  const steps = await readFirstSteps(await openLog(), vehicleId, reader);
  const decisionsOf = (one: (row: NotificationRow) => boolean) =>
    rows.filter(one).map((row) => decisionOf(row, reader));
  return {
    kind: 'explained',
    ...{ vehicleId, ruleId, atMs, fromMs },
    heard: await heardOf(telemetry, vehicleId, span),
    forecasts: await readPromises(telemetry, vehicleId, span),
    alerts: alerts.map((row) => ({
      row,
      record: openAlert(row, reader),
      first: steps.get(row.alertId),
      decisions: decisionsOf(({ alertId }) => alertId === row.alertId),
    })),
    unreadable: decisionsOf((row) => row.ruleId === 'unknown'),
    rules: rules.filter(({ id }) => isAsked(id)),
  };
}

/** It fired then, or was spoken of. */
const isOfTime = (row: AlertRow, decisions: readonly NotificationRow[], fromMs: number): boolean =>
  (row.state === 'firing' && row.expiresAtMs >= fromMs) ||
  row.changedAtMs >= fromMs ||
  decisions.some(({ alertId }) => alertId === row.alertId);

function decisionOf(row: NotificationRow, reader: Reader): Decision {
  const said = openContent(reader, row);
  return {
    revision: row.revision,
    atMs: row.createdAtMs,
    changedAtMs: row.changedAtMs,
    severity: row.severity,
    channel: row.channel,
    purpose: row.purpose,
    state: row.state,
    interrupts: row.interrupts,
    title: said?.title,
    probability: said?.basis.probability ?? undefined,
    why: whyOf(row),
  };
}

/** A warning that is a silent card without another reason was found to be said before: that is what dedup decides. */
function whyOf({ reason, interrupts, severity, purpose }: NotificationRow): Decision['why'] {
  if (reason !== null) return { reason, ...reasonOf(reason) };
  if (interrupts || severity === 'info' || purpose === 'resolve') return undefined;
  const because =
    'about this stop the driver was interrupted before, and nothing is new enough to do so again';
  return { stage: 'dedup', reason: 'silent', because };
}

function openAlert({ vehicleId, keyId, box }: AlertRow, reader: Reader): Alert | undefined {
  const opened = reader.open(vehicleId, keyId, Buffer.from(box, 'base64url'));
  if (opened.kind === 'denied') return undefined;
  try {
    return alertSchema.parse(JSON.parse(new TextDecoder().decode(opened.bytes)));
  } catch {
    return undefined;
  }
}

/** By alert: its first record on the log, as far as that is kept. */
async function readFirstSteps(
  bus: Bus,
  vehicleId: string,
  reader: Reader,
): Promise<ReadonlyMap<string, Alert>> {
  const steps = new Map<string, Alert>();
  const subscription = await bus.broadcast({
    topics: [TOPICS.alerts.name],
    start: 'earliest',
    async handle({ records }) {
      for (const record of records) {
        if (record.key !== vehicleId) continue;
        const decoded = decodeRecord(TOPICS.alerts, record, reader);
        if (decoded.kind !== 'record') continue;
        const { alertId, revision } = decoded.record;
        if (revision < (steps.get(alertId)?.revision ?? Number.POSITIVE_INFINITY))
          steps.set(alertId, decoded.record);
      }
    },
  });
  await subscription.caughtUp;
  await subscription.stop();
  return steps;
}

async function heardOf(
  telemetry: Stores['telemetry'],
  vehicleId: string,
  span: { readonly fromMs: number; readonly toMs: number },
): Promise<Explanation['heard']> {
  const stepMs = 60_000;
  const of = (path: string) => telemetry.downsample({ vehicleId, path, ...span, stepMs });
  const buckets = [...(await of(SIGNAL.soc)), ...(await of(SIGNAL.socDisplayed))];
  if (buckets.length === 0) return undefined;
  const starts = buckets.map(({ startMs }) => startMs);
  return { firstMs: Math.min(...starts), lastMs: Math.max(...starts) };
}
