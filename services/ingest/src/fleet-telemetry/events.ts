import { isObject, type Reject } from '../format.ts';
import { AUDIENCES, CONNECTIVITY, nameOf } from './enums.ts';
import { TESLA } from './field.ts';
import type { Frames } from './frames.ts';
import { readEnvelope, readMomentText } from './read-json.ts';
import { listOf, type Message, readMessage, type Shape } from './read-message.ts';
import type { Envelope, Moment } from './read-protobuf.ts';
import { WireReader } from './wire-reader.ts';

// The records beside the data: the car's alerts, its errors about telemetry, and the server's word on its connection.
// They become signals like all else, so that rules can use them and the series keeps them.

const ALERT: Shape = {
  ...{ 1: ['name', 'text'], 2: ['audiences', 'numbers'], 3: ['startedAt', 'moment'] },
  4: ['endedAt', 'moment'],
};
const ERROR: Shape = {
  ...{ 1: ['createdAt', 'moment'], 2: ['name', 'text'], 3: ['tags', 'map'], 4: ['body', 'text'] },
};
const SHAPES: Readonly<Record<EventType, Shape>> = {
  alerts: { 1: ['alerts', ALERT], 2: ['createdAt', 'moment'], 3: ['vin', 'text'] },
  errors: { 1: ['errors', ERROR], 2: ['createdAt', 'moment'], 3: ['vin', 'text'] },
  connectivity: {
    ...{ 1: ['vin', 'text'], 2: ['connectionId', 'text'], 3: ['status', 'number'] },
    ...{ 4: ['createdAt', 'moment'], 5: ['networkInterface', 'text'] },
  },
};

export type EventType = 'alerts' | 'errors' | 'connectivity';

/** A name is a piece of a path; longer ones are no names. */
const NAME_MAX = 120;

/** Reads one record with this `txid` into frames; undefined when the message has not its shape. */
export function readEvents(
  type: EventType,
  message: Buffer | Message,
  txid: string | undefined,
  frames: Frames,
): { readonly envelope: Envelope; readonly rejects: readonly Reject[] } | undefined {
  const isBytes = Buffer.isBuffer(message);
  const said = isBytes ? readMessage(new WireReader(message), SHAPES[type]) : message;
  const envelope = said && (isBytes ? envelopeOf(said) : readEnvelope(said));
  if (said === undefined || envelope === undefined) return undefined;
  if (type === 'connectivity') return { envelope, rejects: putConnectivity(said, txid, frames) };
  const put = type === 'alerts' ? putAlert : putError;
  const isPut = (one: unknown): boolean => isObject(one) && put(one, frames);
  const rejects = listOf(said[type])
    .filter((one) => !isPut(one))
    .map((): Reject => ({ reason: 'unreadable', detail: 'it has no name', path: type }));
  return { envelope, rejects };
}

const envelopeOf = (said: Message): Envelope => ({
  createdAt: said.createdAt as Envelope['createdAt'],
  vin: textAt(said, 'vin'),
  isResend: false,
});

/** Active while it has no end. */
function putAlert(alert: Message, frames: Frames): boolean {
  const at = openNamed('Alerts', alert, 'IsActive', frames);
  if (at === undefined) return false;
  frames.put(`${at}.IsActive`, (alert.endedAt ?? null) === null);
  putMoment(frames, `${at}.StartedAt`, alert.startedAt);
  putMoment(frames, `${at}.EndedAt`, alert.endedAt);
  const audiences = listOf(alert.audiences).map((one) => nameOf(AUDIENCES, one as number | string) ?? '');
  frames.put(`${at}.Audiences`, audiences.join('|'));
  return true;
}

function putError(error: Message, frames: Frames): boolean {
  const at = openNamed('Errors', error, 'Body', frames);
  if (at === undefined) return false;
  frames.put(`${at}.Body`, textAt(error, 'body'));
  putMoment(frames, `${at}.CreatedAt`, error.createdAt);
  const tags = isObject(error.tags) ? error.tags : {};
  // Protobuf writes tags in any order; one error has one id.
  const sorted = Object.keys(tags)
    .toSorted()
    .map((key) => [key, textAt(tags, key)]);
  frames.put(`${at}.Tags`, JSON.stringify(Object.fromEntries(sorted)));
  return true;
}

/** The server's own word has the connection's id as its record's; a car may send such a record too. */
function putConnectivity(said: Message, txid: string | undefined, frames: Frames): readonly Reject[] {
  const { status = 0 } = said;
  const isSaid = typeof status === 'number' || typeof status === 'string';
  const name = isSaid ? nameOf(CONNECTIVITY, status) : undefined;
  if (name === undefined || !frames.open(`${TESLA}Connectivity.Status`))
    return [{ reason: 'unreadable', detail: 'no status of a connection', path: 'connectivity' }];
  frames.put(`${TESLA}Connectivity.Status`, name === 'Unknown' ? 'UNKNOWN' : name);
  const connectionId = textAt(said, 'connectionId');
  if (txid !== undefined && txid !== connectionId) frames.doubt(`${TESLA}Connectivity.Status`, 'suspect');
  frames.put(`${TESLA}Connectivity.ConnectionId`, connectionId);
  frames.put(`${TESLA}Connectivity.NetworkInterface`, textAt(said, 'networkInterface'));
  return [];
}

/** Where it goes; undefined without a name. */
function openNamed(kind: string, said: Message, first: string, frames: Frames): string | undefined {
  const name = textAt(said, 'name');
  const at = `${TESLA}${kind}.${name}`;
  return name !== '' && name.length <= NAME_MAX && frames.open(`${at}.${first}`) ? at : undefined;
}

/** Moments of JSON are text, those of protobuf are read already. */
function putMoment(frames: Frames, path: string, said: unknown): void {
  if ((said ?? null) === null) return;
  const moment = typeof said === 'string' ? readMomentText(said) : (said as Moment | 'bad');
  if (moment === 'bad' || typeof moment.seconds !== 'number') return;
  const ms = moment.seconds * 1000 + Math.floor(moment.nanos / 1_000_000);
  frames.put(path, new Date(ms).toISOString());
}

const textAt = (said: Message, name: string): string => {
  const value = said[name];
  return typeof value === 'string' ? value.toWellFormed() : '';
};
