import type { CommandBook, OutgoingRecord, Topic } from '@outrider/bus';
import { encodeRecord, withTrace } from '@outrider/bus';
import type { TripReader } from '@outrider/providers';
import { type Clock, continueTrace } from '@outrider/runtime';
import type { OutboxRow, State } from '@outrider/state';
import type { TelemetryStore } from '@outrider/telemetry';
import type { Trust, TrustAdmin } from '@outrider/trust';
import type { Access } from './access.ts';
import type { NewestSealed } from './newest-sealed.ts';
import type { PlaceFinder } from './place-finder.ts';
import type { ApiSettings } from './settings.ts';

/** A car model as it can be chosen at registration. */
export interface ModelChoice {
  readonly modelId: string;
  readonly name: string;
}

/** What routes work with. */
export interface ApiContext {
  readonly state: State;
  readonly telemetry: TelemetryStore;
  readonly trust: Trust & TrustAdmin;
  readonly access: Access;
  readonly eventClock: Clock;
  /** For what people wait for and sign in with. */
  readonly realClock: Clock;
  readonly settings: ApiSettings;
  readonly vehicleModels: readonly ModelChoice[];
  gatewayUrl(): string;
  /** What cars were asked to do of late, and what came of it. */
  readonly commands: CommandBook;
  readonly newestForecasts: NewestSealed;
  readonly newestConditions: NewestSealed;
  /** The `traceparent` of whoever asked; undefined without one, and where nobody asked. */
  readonly caller?: string | undefined;
  /** Undefined when the settings name no server that knows places. */
  readonly finder: PlaceFinder | undefined;
  /** Reads calendars and files beside this thread. */
  readonly files: TripReader;
  /** Rows were written to the outbox: publish them now. */
  pokeRelay(): void;
  /** A person's cars or consents changed: open live feeds ask for their rights anew. */
  rightsChanged(personId: string): void;
}

/** The context of one request: what it publishes goes on with the trace of its caller. */
export const askedBy = (
  context: ApiContext,
  { headers }: { readonly headers: NodeJS.Dict<string | string[]> },
): ApiContext => ({ ...context, caller: headers.traceparent?.toString() });

/** What an outbox row is made with. */
export type RowContext = Pick<ApiContext, 'trust' | 'eventClock' | 'caller'>;

/**
 * A record for a topic of ours as an outbox row. The vehicle's key must have been prepared.
 * @param outboxId made from what the record says: writing it again changes nothing
 */
export function outboxRow<T>(
  context: RowContext,
  topic: Topic<T>,
  vehicleId: string,
  record: T,
  outboxId: string,
): OutboxRow {
  const atMs = context.eventClock.nowMs();
  const sealed = encodeRecord(topic, vehicleId, record, atMs, context.trust);
  const {
    topic: name,
    key,
    value,
    headers,
  }: OutgoingRecord = withTrace(sealed, continueTrace(context.caller));
  return { outboxId, writer: 'api', topic: name, key, value, headers: headers ?? {}, createdAtMs: atMs };
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** JSON that we sealed ourselves, checked against its record's schema; undefined when it does not fit. */
export function parseSealed<T>(
  schema: { safeParse(value: unknown): { readonly success: boolean; readonly data?: T | undefined } },
  bytes: Uint8Array | undefined,
): T | undefined {
  if (bytes === undefined) return undefined;
  return schema.safeParse(JSON.parse(decoder.decode(bytes))).data;
}
